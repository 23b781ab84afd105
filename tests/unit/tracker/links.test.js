import assert from "node:assert/strict";
import { test } from "node:test";

import { bannerSays, DENIED, GRANTED, UNKNOWN } from "../../../web/tracker/src/consent.js";
import { arrival, decorated, leadsAcross } from "../../../web/tracker/src/links.js";

const NOON = 1_795_269_900_000;
const link = decorated(
  "https://pay.example/checkout?cart=7#top",
  "visitor1",
  "session1",
  NOON,
  "browser1",
);

test("a link carries visitor and session, and keeps what it had", () => {
  const [carried, clean] = arrival(link, NOON + 1000, "browser1");
  assert.deepEqual(carried.slice(0, 2), ["visitor1", "session1"]);
  assert.equal(clean, "https://pay.example/checkout?cart=7#top");
});

test("a link that was passed on, or is old, carries nobody, and is cleaned all the same", () => {
  for (const [at, browser] of [
    [NOON, "another"],
    [NOON + 181_000, "browser1"],
  ]) {
    const [carried, clean] = arrival(link, at, browser);
    assert.equal(carried, null);
    assert.equal(clean, "https://pay.example/checkout?cart=7#top");
  }
  assert.equal(arrival("https://pay.example/?_hwl=nonsense", NOON, "browser1")[0], null);
});

test("what is no id is carried by nobody", () => {
  for (const visitor of ["x;domain=evil.example", "", "short", "a.b.c.d.e.f"]) {
    const forged = decorated("https://pay.example/", visitor, "session1", NOON, "browser1");
    assert.equal(arrival(forged, NOON, "browser1")[0], null, visitor);
  }
});

test("an address that carries nothing is left alone", () => {
  assert.deepEqual(arrival("https://shop.example/?a=1", NOON, "browser1"), [null, ""]);
});

test("a link is decorated again rather than twice", () => {
  const again = decorated(link, "visitor1", "session1", NOON + 5, "browser1");
  assert.equal(again.split("_hwl").length, 2);
});

test("only the merchant's other domains are across", () => {
  const domains = ["shop.example", "pay.example"];
  assert.equal(leadsAcross("pay.example", "www.shop.example", domains), true);
  assert.equal(leadsAcross("a.pay.example", "shop.example", domains), true);
  assert.equal(leadsAcross("blog.shop.example", "www.shop.example", domains), false);
  assert.equal(leadsAcross("evil.example", "shop.example", domains), false);
  assert.equal(leadsAcross("evilpay.example", "shop.example", domains), false);
});

test("BigCommerce's banner is read by category", () => {
  const noted = encodeURIComponent('{"allow":[2,3],"deny":[4]}');
  assert.equal(bannerSays(noted, 3), GRANTED);
  assert.equal(bannerSays(noted, 4), DENIED);
  assert.equal(bannerSays("", 4), UNKNOWN);
});
