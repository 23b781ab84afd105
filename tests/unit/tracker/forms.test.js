import assert from "node:assert/strict";
import { test } from "node:test";

import { emailOf, meaningOf, nameOf } from "../../../web/tracker/src/forms.js";

const field = (type, name, value = "", autocomplete = "") => ({
  type,
  name,
  id: "",
  autocomplete,
  value,
});
const form = (elements, attributes = {}) => ({
  elements,
  getAttribute: (name) => attributes[name] ?? null,
});
const EMAIL = field("email", "nl_email", "Ann@example.com");
const PASSWORD = field("password", "login_pass", "secret");

test("a newsletter form is an opt-in", () => {
  assert.equal(meaningOf(form([EMAIL], { action: "/subscribe.php" }), "/"), "optin");
});

test("a form of the shop that takes an email for something else is none", () => {
  for (const action of [
    "/login.php?action=send_password_email",
    "/giftcertificates.php",
    "/checkout",
    "/postreview.php",
  ]) {
    assert.equal(meaningOf(form([EMAIL], { action }), "/"), "identify", action);
  }
  assert.equal(meaningOf(form([EMAIL]), "/checkout"), "identify");
});

test("one password makes a login, two an account", () => {
  assert.equal(meaningOf(form([EMAIL, PASSWORD]), "/login.php"), "login");
  assert.equal(meaningOf(form([EMAIL, PASSWORD, PASSWORD]), "/login.php"), "identify");
});

test("a search names nobody, whatever is searched for", () => {
  assert.equal(emailOf([field("search", "email", "a@b.example")]), "");
  assert.equal(emailOf([field("text", "search_query", "a@b.example")]), "");
});

test("the shop's own mark decides", () => {
  assert.equal(meaningOf(form([EMAIL], { "data-hw": "off" }), "/"), "");
  assert.equal(meaningOf(form([EMAIL, PASSWORD], { "data-hw": "optin" }), "/checkout"), "optin");
});

test("the email is found by type or by name", () => {
  assert.equal(emailOf([field("text", "Your E-Mail", " Ann@Example.com ")]), "ann@example.com");
  assert.equal(emailOf([field("text", "contact", "ann@example.com", "email")]), "ann@example.com");
  assert.equal(emailOf([field("text", "comment", "write to ann@example.com")]), "");
});

test("passwords and cards are never read", () => {
  assert.equal(emailOf([field("password", "email", "ann@example.com")]), "");
  assert.equal(emailOf([field("text", "email", "4111@1111", "cc-number")]), "");
  assert.equal(emailOf([field("text", "email", "a@b.example", "current-password")]), "");
  assert.equal(emailOf([field("hidden", "email", "ann@example.com")]), "");
});

test("an email that is repeated is one, two different ones are nobody's", () => {
  assert.equal(
    emailOf([field("email", "a", "Ann@example.com"), field("email", "b", "ann@example.com")]),
    "ann@example.com",
  );
  assert.equal(
    emailOf([field("email", "from", "a@example.com"), field("email", "to", "b@example.com")]),
    "",
  );
});

test("a form is called as its author called it", () => {
  assert.equal(nameOf(form([], { id: "newsletter", action: "/x" })), "newsletter");
  assert.equal(nameOf(form([])), "form");
});
