/** The page of the tracking validation, in front of an API that answers as the real one does. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { openBrowser, until } from "./harness.js";

const ROOT = new URL("../..", import.meta.url).pathname;
// The page with its headers, and the example of an answer, come from the program itself.
const PROGRAM = `
import json, sys
from headwater.runtime.api.pages import page_answer
from headwater.runtime.api.models_validations import ValidationAnswer
page = page_answer("validation")
test = ValidationAnswer.model_config["json_schema_extra"]["examples"][0]
print(json.dumps({"body": page.body, "headers": page.headers, "test": test}))
`;
const PAGE = JSON.parse(
  execFileSync(process.env.PYTHON || `${ROOT}.local/venvs/dev/bin/python`, ["-c", PROGRAM], {
    env: { ...process.env, PYTHONPATH: `${ROOT}layers/headwater` },
    maxBuffer: 1e7,
  }),
);

const COOKIE = "__Host-hw_session=kim";

let browser, server, api;
before(async () => {
  browser = await openBrowser();
  server = createServer(answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
});
after(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

async function answer(request, response) {
  const path = request.url.replace("/stage/v1/validations", "");
  const say = (status, body) => {
    const type = status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(status, { "content-type": type }).end(JSON.stringify(body));
  };
  if (path === "/page") {
    return response
      .writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        ...PAGE.headers,
        ...(api.signsIn && { "set-cookie": `${COOKIE}; Path=/; Secure; HttpOnly` }),
      })
      .end(PAGE.body);
  }
  const { authorization = "", cookie = "" } = request.headers;
  const isKnown = authorization ? authorization === "Bearer hw_right" : cookie.includes(COOKIE);
  if (!isKnown) return say(403, { message: "Forbidden" });
  if (api.down) return request.socket.destroy();
  let body = "";
  for await (const part of request) body += part;
  api.asked.push(`${request.method} ${path}`);
  if (request.method === "POST" && path === "") {
    const { url, kind } = JSON.parse(body);
    if (!url.startsWith("https://shop.example/")) {
      return say(400, { detail: "url: other.example is none of the store's domains" });
    }
    Object.assign(api.test, { url, kind, link: `${url}&hwv=${api.test.validation}` });
    api.rows = [{ ...api.test, failed: [] }];
    return say(201, api.test);
  }
  if (path.endsWith("/end")) {
    Object.assign(api.test, { state: "ended", verdict: "failed" });
    api.rows = [{ ...api.test, failed: ["order"] }];
  }
  return say(200, path === "" ? { account: "harbor", rows: api.rows } : api.test);
}

async function onPage(run, { signsIn = false } = {}) {
  const line = { ...PAGE.test.items[0], state: "waiting", seen: "", cause: "", fix: "" };
  api = { signsIn, asked: [], rows: [], test: { ...PAGE.test, verdict: "waiting", items: [line] } };
  const context = await browser.newContext();
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (/Content.Security|Refused/.test(message.text())) problems.push(message.text());
  });
  await page.goto(`http://127.0.0.1:${server.address().port}/stage/v1/validations/page`);
  await run(page, context);
  await context.close();
  assert.deepEqual(problems, []);
}

async function begin(page, { key = "hw_right", url = "https://shop.example/?utm_source=a" } = {}) {
  await page.fill("#key", key);
  await page.fill("#url", url);
  await page.click("#begin button");
}

const shows = (page, text) =>
  until(async () => (await page.innerText("body")).includes(text), `the text ${text}`);

test("a test is begun, followed while it runs, and ended", () =>
  onPage(async (page) => {
    await begin(page);
    await shows(page, "Waiting for the visit");
    assert.equal(await page.getAttribute("#link", "href"), api.test.link);
    api.test.items = [{ ...PAGE.test.items[0] }];
    api.test.verdict = "failed";
    await shows(page, PAGE.test.items[0].cause);
    await shows(page, PAGE.test.items[0].fix);
    await page.click("#end");
    await shows(page, "Ended: Something is missing");
    await shows(page, "Failed: order");
    const asked = api.asked.length;
    await page.waitForTimeout(2500);
    assert.equal(api.asked.length, asked, "what has ended is not asked for again");
  }));

test("whoever is signed in needs no key", () =>
  onPage(
    async (page) => {
      await begin(page, { key: "" });
      await shows(page, "Waiting for the visit");
      await page.reload();
      await shows(page, "Waiting for the visit");
      await begin(page, { key: "hw_wrong" });
      await shows(page, "The key does not open this");
    },
    { signsIn: true },
  ));

test("whoever has neither key nor cookie is told so when he begins", () =>
  onPage(async (page) => {
    assert.equal(await page.isVisible("#error"), false);
    await begin(page, { key: "" });
    await shows(page, "Give a key, or sign in.");
  }));

test("a wrong key and a foreign page are refused with the reason", () =>
  onPage(async (page) => {
    await begin(page, { key: "hw_wrong" });
    await shows(page, "The key does not open this");
    await begin(page, { url: "https://other.example/" });
    await shows(page, "none of the store's domains");
    assert.equal(await page.isVisible("#test"), false);
  }));

test("a network that goes and comes back is told of, and the test goes on", () =>
  onPage(async (page) => {
    await begin(page);
    await shows(page, "Waiting for the visit");
    api.down = true;
    await shows(page, "No answer");
    api.down = false;
    api.test.verdict = "passed";
    await shows(page, "All has come");
    await until(async () => !(await page.isVisible("#error")), "no more complaint");
  }));

test("what a page says is text, whatever it looks like", () =>
  onPage(async (page) => {
    api.test.items = [{ ...PAGE.test.items[0], seen: "<img src=x onerror=alert(1)>" }];
    await begin(page);
    await shows(page, "<img src=x onerror=alert(1)>");
    assert.equal(await page.locator("#items img").count(), 0);
  }));

test("a reload of the tab goes on with the test, and a new tab knows nothing", () =>
  onPage(async (page, context) => {
    await begin(page);
    await shows(page, "Waiting for the visit");
    await page.reload();
    await shows(page, "Waiting for the visit");
    const other = await context.newPage();
    await other.goto(page.url());
    assert.equal(await other.inputValue("#key"), "");
  }));
