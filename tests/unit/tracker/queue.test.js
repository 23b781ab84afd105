import assert from "node:assert/strict";
import { test } from "node:test";

import { makeQueue } from "../../../web/tracker/src/queue.js";

const NOON = 1_795_269_900_000;
const SECOND = 1000;

/** A storage like the browser's, whose room can be limited. */
const storageOf = (room = Infinity) =>
  new Proxy(
    {},
    {
      set(area, key, value) {
        if (value.length > room) throw new Error("QuotaExceededError");
        area[key] = value;
        return true;
      },
    },
  );

function queueOf(area, name) {
  const queue = makeQueue(name);
  queue.open(area);
  return queue;
}
const event = (id, more) => ({ type: "page", id, created: NOON, ...more });
const ids = (batch) => batch.map((entry) => entry.hit.id);

test("an event is sent once, and gone when it is confirmed", () => {
  const area = storageOf();
  const queue = queueOf(area, "a");
  queue.add(event("1"), NOON);
  const batch = queue.take(NOON);
  assert.deepEqual(ids(batch), ["1"]);
  assert.deepEqual(queue.take(NOON), []);
  queue.settle(batch, true, NOON);
  assert.deepEqual(Object.keys(area), []);
  assert.equal(queue.due(NOON), Infinity);
});

test("an event that was not confirmed is sent again", () => {
  const queue = queueOf(storageOf(), "a");
  queue.add(event("1"), NOON);
  queue.settle(queue.take(NOON), false, NOON);
  assert.deepEqual(ids(queue.take(NOON)), ["1"]);
});

test("the next page takes over what a page left", () => {
  const area = storageOf();
  const before = queueOf(area, "a");
  before.add(event("1"), NOON);
  before.settle(before.take(NOON), false, NOON);
  before.doubt(null, NOON);
  const after = queueOf(area, "b");
  after.sync(NOON + 1);
  assert.deepEqual(ids(after.take(NOON + 1)), ["1"]);
  assert.deepEqual(Object.keys(area), ["_hwq.b"]);
});

test("a page that is alive keeps its events, one that died without a word loses them after ten seconds", () => {
  const area = storageOf();
  queueOf(area, "a").add(event("1"), NOON);
  const other = queueOf(area, "b");
  other.sync(NOON + 9 * SECOND);
  assert.deepEqual(other.take(NOON + 9 * SECOND), []);
  other.sync(NOON + 11 * SECOND);
  assert.deepEqual(ids(other.take(NOON + 11 * SECOND)), ["1"]);
});

test("what was under way when the page left is sent again after ten seconds, and only once", () => {
  const area = storageOf();
  const first = queueOf(area, "a");
  first.add(event("1"), NOON);
  first.take(NOON);
  first.doubt(null, NOON);
  const second = queueOf(area, "b");
  second.sync(NOON + SECOND);
  assert.deepEqual(second.take(NOON + SECOND), []);
  assert.deepEqual(ids(second.take(NOON + 11 * SECOND)), ["1"]);
  second.doubt(null, NOON + 12 * SECOND);
  const third = queueOf(area, "c");
  third.sync(NOON + 60 * SECOND);
  assert.deepEqual(third.take(NOON + 60 * SECOND), []);
});

test("a page that comes back learns that its events were taken", () => {
  const area = storageOf();
  const page = queueOf(area, "a");
  page.add(event("1"), NOON);
  page.doubt(null, NOON);
  const other = queueOf(area, "b");
  other.sync(NOON + SECOND);
  page.sync(NOON + 2 * SECOND);
  assert.deepEqual(page.take(NOON + 60 * SECOND), []);
  assert.deepEqual(ids(other.take(NOON + 60 * SECOND)), ["1"]);
});

test("a request holds fifty events and 52 kB at most, and the rest follows", () => {
  const queue = queueOf(null, "a");
  for (let n = 0; n < 60; n++) queue.add(event(String(n)), NOON);
  assert.equal(queue.take(NOON).length, 50);
  assert.equal(queue.take(NOON).length, 10);
  for (let n = 0; n < 3; n++) queue.add(event("big" + n, { url: "x".repeat(20_000) }), NOON);
  assert.equal(queue.take(NOON).length, 2);
  assert.equal(queue.take(NOON).length, 1);
});

test("an event larger than a request goes alone, so that it does not block the others", () => {
  const queue = queueOf(null, "a");
  queue.add(event("huge", { url: "x".repeat(60_000) }), NOON);
  queue.add(event("1"), NOON);
  assert.deepEqual(ids(queue.take(NOON)), ["huge"]);
  assert.deepEqual(ids(queue.take(NOON)), ["1"]);
});

test("the oldest events go when there are more than a hundred, or than 64 kB", () => {
  const queue = queueOf(storageOf(), "a");
  for (let n = 0; n < 120; n++) queue.add(event(String(n)), NOON);
  assert.equal(ids(queue.take(NOON))[0], "20");
  const fat = queueOf(storageOf(), "b");
  for (let n = 0; n < 5; n++) fat.add(event(String(n), { url: "x".repeat(15_000) }), NOON);
  assert.equal(ids(fat.take(NOON))[0], "1");
});

test("an event is given up after a day", () => {
  const area = storageOf();
  const before = queueOf(area, "a");
  before.add(event("1"), NOON);
  before.doubt(null, NOON);
  const after = queueOf(area, "b");
  after.sync(NOON + 86_400_001);
  assert.equal(after.due(NOON + 86_400_001), Infinity);
  assert.deepEqual(Object.keys(area), []);
});

test("a full or a denied storage loses nothing while the page lives", () => {
  for (const area of [storageOf(10), null]) {
    const queue = queueOf(area, "a");
    queue.add(event("1"), NOON);
    queue.sync(NOON);
    queue.settle(queue.take(NOON), false, NOON);
    // No next page could send it, so it goes as this one leaves.
    assert.deepEqual(ids(queue.take(NOON, true)), ["1"]);
  }
});

test("as the page leaves, what failed before is left to the next one", () => {
  const queue = queueOf(storageOf(), "a");
  queue.add(event("1"), NOON);
  queue.settle(queue.take(NOON), false, NOON);
  queue.add(event("2"), NOON);
  assert.deepEqual(ids(queue.take(NOON, true)), ["2"]);
});

test("a slot that somebody spoiled is cleared away", () => {
  const area = storageOf();
  area["_hwq.x"] = "{no json";
  area["_hwq.y"] = "[0]";
  area.other = "stays";
  queueOf(area, "a").sync(NOON);
  assert.deepEqual(Object.keys(area), ["other"]);
});

test("a withdrawal deletes the events of all pages", () => {
  const area = storageOf();
  queueOf(area, "a").add(event("1"), NOON);
  const queue = queueOf(area, "b");
  queue.add(event("2"), NOON);
  queue.clear();
  assert.deepEqual(Object.keys(area), []);
  assert.equal(queue.due(NOON), Infinity);
});
