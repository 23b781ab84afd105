import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { emailFields, googles, normalized } from "../../../web/tracker/src/emails.js";

const hash = (text) => createHash("sha256").update(text).digest("hex");

test("an email is hashed trimmed and in lower case", async () => {
  assert.deepEqual(await emailFields("  Ann@Example.COM ", false), {
    email: undefined,
    email_sha256: hash("ann@example.com"),
  });
});

test("a gmail address is hashed in Google's spelling besides", async () => {
  const fields = await emailFields("An.n+shop@gmail.com", false);
  assert.equal(fields.email_sha256, hash("an.n+shop@gmail.com"));
  assert.equal(fields.email_sha256_google, hash("ann@gmail.com"));
});

test("Google's spelling leaves other hosts alone", () => {
  assert.equal(googles("a.n+n@example.com"), "a.n+n@example.com");
  assert.equal(googles("a.n.n@googlemail.com"), "ann@googlemail.com");
  assert.equal(googles("a.b@gmail.com.example"), "a.b@gmail.com.example");
});

test("the email itself leaves only where the shop wants that", async () => {
  assert.deepEqual(await emailFields("ann@example.com", true), { email: "ann@example.com" });
  assert.ok(!JSON.stringify(await emailFields("ann@example.com", false)).includes("ann"));
});

test("what is no email has no hash", async () => {
  for (const text of ["", "ann", "ann@", "@example.com", "ann@example", "a b@example.com", null]) {
    assert.equal(normalized(text), "");
    assert.deepEqual(await emailFields(text, false), { email: undefined });
  }
});
