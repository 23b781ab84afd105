import assert from "node:assert/strict";
import { test } from "node:test";

import { campaignOf, marksOf, trimmed } from "../../../web/tracker/src/marks.js";

const at = (rest) => new URL("https://shop.example/mugs" + rest);

test("a click id is found in any letter case, and kept as it was written", () => {
  assert.deepEqual(marksOf(at("?ScCid=AbC&GCLID=x_Y")), [
    ["ScCid", "AbC"],
    ["GCLID", "x_Y"],
  ]);
});

test("marks are found in the fragment, also behind the path of a single-page shop", () => {
  assert.deepEqual(marksOf(at("#utm_source=news")), [["utm_source", "news"]]);
  assert.deepEqual(marksOf(at("#/sale?fbclid=f1")), [["fbclid", "f1"]]);
});

test("the query wins over the fragment, and the first value over the second", () => {
  assert.deepEqual(marksOf(at("?gclid=1&gclid=2#gclid=3")), [["gclid", "1"]]);
});

test("an empty mark is none", () => {
  assert.deepEqual(marksOf(at("?gclid=&utm_source=a")), [["utm_source", "a"]]);
});

test("what else stands in an address does not leave the page", () => {
  const address = at("?email=ann@example.com&token=secret&utm_source=a#private");
  assert.equal(trimmed(address), "https://shop.example/mugs?utm_source=a");
});

test("an address that asks for privacy keeps no click id", () => {
  assert.equal(
    trimmed(at("?gclid=1&utm_source=a&gad_campaignid=7"), true),
    "https://shop.example/mugs?utm_source=a",
  );
});

test("the code of a test comes through, and opens a session as a campaign does", () => {
  assert.equal(trimmed(at("?hwv=c0de&q=mugs")), "https://shop.example/mugs?hwv=c0de");
  assert.equal(trimmed(at("?hwv=c0de&gclid=1"), true), "https://shop.example/mugs?hwv=c0de");
  assert.notEqual(campaignOf(marksOf(at("?hwv=c0de"))), campaignOf(marksOf(at("?hwv=c0ffee"))));
});

test("a value is cut to what the collector keeps, a path too", () => {
  const [[, value]] = marksOf(at("?gclid=" + "x".repeat(600)));
  assert.equal(value.length, 512);
  assert.ok(trimmed(new URL("https://shop.example/" + "a".repeat(9000))).length < 2100);
});

test("letters of any script come through", () => {
  assert.equal(
    new URL(trimmed(at("?utm_campaign=Äpfel %26 Birnen"))).searchParams.get("utm_campaign"),
    "Äpfel & Birnen",
  );
});

test("another campaign has another name, the same one the same, and none has none", () => {
  const name = (rest) => campaignOf(marksOf(at(rest)));
  assert.equal(name("?utm_source=a&x=1"), name("?utm_source=a&x=2"));
  assert.notEqual(name("?utm_source=a"), name("?utm_source=b"));
  assert.equal(name("?x=1"), "");
});
