import assert from "node:assert/strict";
import { test } from "node:test";

import { hashOf, isId, mintId } from "../../../web/tracker/src/ids.js";
import { sessionAt } from "../../../web/tracker/src/session.js";

const MINUTE = 60_000;
const NOON = 1_795_269_900_000;
let count = 0;
const mint = () => "session-" + ++count;
const opened = (campaign = "") => sessionAt("", NOON, campaign, mint);

test("a session goes on for half an hour after each event", () => {
  const [id, text] = opened();
  const [same, later, isNew] = sessionAt(text, NOON + 29 * MINUTE, "", mint);
  assert.deepEqual([same, isNew], [id, false]);
  assert.equal(sessionAt(later, NOON + 58 * MINUTE, "", mint)[0], id);
  assert.equal(sessionAt(later, NOON + 60 * MINUTE, "", mint)[2], true);
});

test("a session ends after a day, however busy it is", () => {
  let [id, text] = opened();
  for (let at = 20; at < 24 * 60; at += 20) text = sessionAt(text, NOON + at * MINUTE, "", mint)[1];
  assert.notEqual(sessionAt(text, NOON + 24 * 60 * MINUTE, "", mint)[0], id);
});

test("another campaign opens a session, the same one and none do not", () => {
  const [id, text] = opened("a");
  assert.equal(sessionAt(text, NOON + MINUTE, "a", mint)[0], id);
  assert.equal(sessionAt(text, NOON + MINUTE, "", mint)[0], id);
  assert.equal(sessionAt(text, NOON + MINUTE, "b", mint)[2], true);
  // A page without marks in between does not make the same ad a new one.
  assert.equal(
    sessionAt(sessionAt(text, NOON + MINUTE, "", mint)[1], NOON + 2 * MINUTE, "a", mint)[0],
    id,
  );
});

test("a cookie that somebody has spoiled opens a session", () => {
  for (const kept of ["", "x", "a.b.c.d", "..", "a.1e999.1.x"])
    assert.equal(sessionAt(kept, NOON, "", mint)[2], true);
});

test("a clock that was set back opens a session rather than one that never ends", () => {
  const [, text] = opened();
  assert.equal(sessionAt(text, NOON - 60 * MINUTE, "", mint)[2], true);
});

test("ids sort by time and are such as the collector takes", () => {
  const ids = [mintId(NOON), mintId(NOON + 1), mintId(NOON + 5000)];
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(Array.from({ length: 1000 }, () => mintId(NOON))).size, 1000);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9._~-]{1,64}$/);
  assert.ok(isId(ids[0]));
  assert.ok(!isId("x;domain=evil") && !isId(""));
});

test("the same text has the same short name", () => {
  assert.equal(hashOf("a browser"), hashOf("a browser"));
  assert.notEqual(hashOf("a browser"), hashOf("another"));
});
