/** The pages of a sign-in, in front of an API that answers as the real one does. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { openBrowser, until } from "./harness.js";

const ROOT = new URL("../..", import.meta.url).pathname;
// The pages with their headers, the cookie and the example of a list come from the program itself.
const PROGRAM = `
import json
from headwater.runtime.api.models_reports import ReportList
from headwater.runtime.api.pages import page_answer
from headwater.runtime.api.routes_sign_in import with_cookie
pages = {name: page_answer(name) for name in ("sign_in", "home")}
print(json.dumps({
    "pages": {name: {"body": page.body, "headers": page.headers} for name, page in pages.items()},
    "in": str(with_cookie({}, 201, "s" * 43, 86_400).cookies[0]),
    "out": str(with_cookie({}, 200, "", 0).cookies[0]),
    "reports": ReportList.model_config["json_schema_extra"]["examples"][0],
}))
`;
const TOLD = JSON.parse(
  execFileSync(process.env.PYTHON || `${ROOT}.local/venvs/dev/bin/python`, ["-c", PROGRAM], {
    env: { ...process.env, PYTHONPATH: `${ROOT}layers/headwater` },
    maxBuffer: 1e7,
  }),
);
const SESSION = `__Host-hw_session=${"s".repeat(43)}`;

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

function answer(request, response) {
  const [path] = request.url.replace("/stage/v1/", "").split("?");
  const say = (status, body, headers = {}) =>
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(typeof body === "string" ? body : JSON.stringify(body));
  const show = ({ body, headers }) => say(200, body, { ...headers, "content-type": "text/html" });
  api.asked.push(`${request.method} ${path}`);
  if (request.method === "GET" && path === "sign-in/token") return show(TOLD.pages.sign_in);
  if (request.method === "GET" && path === "home") return show(TOLD.pages.home);
  if (api.down) return request.socket.destroy();
  if (request.method === "POST") {
    const origin = `http://127.0.0.1:${server.address().port}`;
    assert.equal(request.headers.origin, origin, "a browser says whose page asks");
  }
  if (path === "sign-in/token") {
    if (api.used) return say(404, { detail: "The link was used already." });
    api.used = true;
    return say(201, {}, { "set-cookie": TOLD.in });
  }
  if (!(request.headers.cookie || "").includes(SESSION)) return say(403, { message: "Forbidden" });
  if (path === "sign-out") return say(200, {}, { "set-cookie": TOLD.out });
  if (path === "reports") {
    return api.isEmpty ? say(404, { detail: "no finished run yet" }) : say(200, TOLD.reports);
  }
  if (request.headers.accept === "text/csv") {
    return say(200, "channel,net\r\nemail,1.00\r\n", { "content-type": "text/csv; charset=utf-8" });
  }
  return say(200, { report: "roi" });
}

async function onPage(run, { colorScheme = "light", path = "sign-in/token", more = {} } = {}) {
  api = { asked: [], used: false, ...more };
  const context = await browser.newContext({ colorScheme });
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (/Content.Security|Refused/.test(message.text())) problems.push(message.text());
  });
  await page.goto(`http://127.0.0.1:${server.address().port}/stage/v1/${path}`);
  await run(page, context);
  await context.close();
  assert.deepEqual(problems, []);
}

const shows = (page, text) =>
  until(async () => (await page.innerText("body")).includes(text), `the text ${text}`);

test("a link's button signs in, also on this machine without TLS, and leads to the reports", () =>
  onPage(async (page, context) => {
    await shows(page, "Sign in");
    assert.deepEqual(api.asked, ["GET sign-in/token"], "opening the link uses nothing up");
    await page.focus("#enter");
    await page.keyboard.press("Enter");
    await shows(page, TOLD.reports.account);
    assert.equal(new URL(page.url()).pathname, "/stage/v1/home");
    const [cookie] = await context.cookies();
    assert.deepEqual(
      [cookie.name, cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path],
      ["__Host-hw_session", true, true, "Lax", "/"],
    );
    assert.equal(await page.evaluate("document.cookie"), "");
    await page.goBack().catch(() => {});
    assert.notEqual(new URL(page.url()).pathname, "/stage/v1/sign-in/token", "no way back to it");
  }));

test("every report can be had as JSON and as CSV, for days of one's choice", () =>
  onPage(async (page) => {
    await page.click("#enter");
    await shows(page, TOLD.reports.account);
    const { name } = TOLD.reports.reports[0];
    const label = name.replaceAll("_", " ");
    const range = Object.keys(TOLD.reports.ranges).at(-1);
    await page.selectOption("#range", range);
    const href = await page.getAttribute(`a[aria-label="${label} as JSON"]`, "href");
    const { from, to } = TOLD.reports.ranges[range];
    assert.equal(href, `reports/${name}?from=${from}&to=${to}`);
    const saved = page.waitForEvent("download");
    await page.click(`button[aria-label="${label} as CSV"]`);
    assert.equal((await saved).suggestedFilename(), `${name}_${range}.csv`);
  }));

test("a link that was used says so, and asks for nothing twice by itself", () =>
  onPage(
    async (page) => {
      await page.click("#enter");
      await shows(page, "The link was used already.");
      assert.equal(await page.getAttribute("#error", "role"), "alert");
      assert.equal(api.asked.filter((each) => each.startsWith("POST")).length, 1);
      assert.equal(await page.isEnabled("#enter"), true);
    },
    { more: { used: true }, colorScheme: "dark" },
  ));

test("a network that is away is told of, and the button works when it is back", () =>
  onPage(
    async (page) => {
      await page.click("#enter");
      await shows(page, "No answer");
      api.down = false;
      await page.click("#enter");
      await shows(page, TOLD.reports.account);
    },
    { more: { down: true } },
  ));

test("who is not signed in is told what to do, and who signs out is out", () =>
  onPage(
    async (page, context) => {
      await shows(page, "Ask for a new link");
      assert.equal(await page.isVisible("#content"), false);
      await page.goto(page.url().replace("home", "sign-in/token"));
      await page.click("#enter");
      await shows(page, TOLD.reports.account);
      await page.click("#leave");
      await shows(page, "You are signed out.");
      assert.deepEqual(await context.cookies(), []);
      assert.equal(await page.isVisible("#content"), false);
    },
    { path: "home" },
  ));

test("before the first run there is nothing to read, which is said", () =>
  onPage(
    async (page) => {
      await page.click("#enter");
      await shows(page, "the first run has not ended");
      assert.equal(await page.isVisible("#leave"), true);
    },
    { more: { isEmpty: true } },
  ));
