/** No event is lost, and none comes more than twice: whatever the network does. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { arrivals, openBrowser, openFirefox, pause, runInWorld, until } from "./harness.js";

const paths = (world) => new Set(world.events("page").map((event) => new URL(event.url).pathname));
const mostOften = (world) => Math.max(...arrivals(world.collector.events).values());

/** Visit pages one after the other, leaving each as soon as a person in a hurry would. */
async function hurry(world, page, count, dwell) {
  for (let number = 0; number < count; number++) {
    await page.goto(world.shop.url(`/page-${number}`), { waitUntil: "load" });
    await pause(dwell);
  }
}

// How many tests at once an engine takes without being late itself.
const ENGINES = [["Chromium", openBrowser, 8]];
if (process.env.FIREFOX) {
  ENGINES.push(["Firefox", () => openFirefox(process.env.FIREFOX), 3]);
}

for (const [name, open, concurrency] of ENGINES) {
  describe(`delivery in ${name}`, { concurrency }, () => {
    let browser;
    before(async () => (browser = await open()));
    after(() => browser.close());
    delivers((run) => runInWorld(browser, {}, run));
  });

  // By itself, for the tab that a person closes is the one in front; others run on slow timers.
  describe(`a tab in ${name}`, () => {
    let browser;
    before(async () => (browser = await open()));
    after(() => browser.close());
    closes((run) => runInWorld(browser, {}, run));
  });
}

describe("a blocker", () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test("a shop whose shoppers block the collector works, and keeps quiet", () =>
    runInWorld(browser, {}, async (world) => {
      await world.context.route(`http://127.0.0.1:${world.collector.port}/e`, (route) =>
        route.abort(),
      );
      world.shop.body = '<button id="buy">Buy</button><a href="/next">next</a>';
      world.shop.theme =
        "addEventListener('click', (e) => e.target.id === 'buy' && (document.title = 'bought'))";
      const page = await world.context.newPage();
      await page.goto(world.shop.url("/"));
      await pause(1500);
      await page.click("#buy");
      assert.equal(await page.title(), "bought");
      await page.click("a");
      await page.waitForURL("**/next");
    }));
});

function delivers(inWorld) {
  for (const delay of [0, 300, 1500]) {
    test(`fifteen pages left at once all arrive when the collector takes ${delay} ms`, () =>
      inWorld(async (world) => {
        world.collector.delay = delay;
        const page = await world.context.newPage();
        await hurry(world, page, 15, 500);
        await until(() => paths(world).size === 15, `all pages, not ${paths(world).size}`);
        // What is sent again would come ten seconds after the page that sent it first.
        await pause(12_000);
        assert.ok(mostOften(world) <= 2, `an event came ${mostOften(world)} times`);
        assert.equal(arrivals(world.events("page")).size, 15, "what comes again has its old id");
      }));
  }

  for (const [name, fault] of [
    ["answers 503", { status: 503 }],
    ["resets connections", { reset: true }],
  ]) {
    test(`ten pages of an outage that ${name} arrive after it`, () =>
      inWorld(async (world) => {
        Object.assign(world.collector, fault);
        const page = await world.context.newPage();
        await hurry(world, page, 10, 400);
        Object.assign(world.collector, { status: 204, reset: false });
        await hurry(world, page, 3, 400);
        await until(() => paths(world).size === 10, `all pages, not ${paths(world).size}`);
        assert.ok(mostOften(world) <= 2);
      }));
  }

  test("five events of five bad seconds arrive while the shopper stays", () =>
    inWorld(async (world) => {
      const page = await world.context.newPage();
      await page.goto(world.shop.url("/stay"));
      await until(() => world.events("page").length === 1, "the page");
      Object.assign(world.collector, { status: 503, retryAfter: "2" });
      for (let number = 0; number < 5; number++) {
        await page.evaluate(
          (n) => window.hw("optin", { email: `a${n}@example.com`, form: "f" }),
          number,
        );
        await pause(1000);
      }
      assert.equal(world.events("optin").length, 0);
      world.collector.status = 204;
      await until(() => world.events("optin").length === 5, "five opt-ins");
      assert.equal(mostOften(world), 1);
    }));

  test("an event that was refused is tried again by itself, long after the page was loaded", () =>
    inWorld(async (world) => {
      const page = await world.context.newPage();
      await page.goto(world.shop.url("/stay"));
      await until(() => world.events("page").length === 1, "the page");
      // What a page sends once more after eleven seconds, for pages that died, has been sent.
      await pause(11_500);
      world.collector.status = 503;
      await page.evaluate(() => window.hw("optin", { email: "a@example.com", form: "f" }));
      await pause(500);
      world.collector.status = 204;
      await until(() => world.events("optin").length === 1, "the opt-in", 8_000);
    }));

  test("a retry waits as long as the collector asks", () =>
    inWorld(async (world) => {
      Object.assign(world.collector, { status: 429, retryAfter: "4" });
      const page = await world.context.newPage();
      const started = Date.now();
      await page.goto(world.shop.url("/"));
      await until(() => world.collector.requests === 1, "the first try");
      world.collector.status = 204;
      await until(() => world.events("page").length === 1, "the second try");
      assert.ok(Date.now() - started >= 3900);
      assert.equal(world.collector.requests, 2);
    }));

  test("what the collector refuses is not sent again", () =>
    inWorld(async (world) => {
      world.collector.status = 403;
      const page = await world.context.newPage();
      await page.goto(world.shop.url("/"));
      await until(() => world.collector.requests === 1, "the refusal");
      await pause(2500);
      assert.equal(world.collector.requests, 1);
    }));

  test("a script that breaks fetch does not stop events", () =>
    inWorld(async (world) => {
      world.shop.theme = "window.fetch = () => { throw new Error('patched') }";
      const page = await world.context.newPage();
      await page.goto(world.shop.url("/thrown"));
      world.shop.theme = "window.fetch = () => Promise.reject(new TypeError('patched'))";
      await page.goto(world.shop.url("/rejected"));
      await until(() => paths(world).size === 2, "both pages");
      assert.equal(mostOften(world), 1);
    }));
}

function closes(inWorld) {
  test("an event just before the tab is closed arrives, fifteen times of fifteen", () =>
    inWorld(async (world) => {
      for (let number = 0; number < 15; number++) {
        const page = await world.context.newPage();
        await page.goto(world.shop.url("/"));
        await page.waitForFunction(() => window.hw && window.hw.log);
        await page.evaluate(
          (n) => window.hw("order", { order_id: `9${n}`, email: "a@example.com" }),
          number,
        );
        await pause(60);
        await page.evaluate(() => localStorage.clear());
        await page.close();
      }
      await until(() => world.events("order").length >= 15, "fifteen orders");
      assert.equal(new Set(world.events("order").map((event) => event.order_id)).size, 15);
      assert.ok(mostOften(world) <= 2);
    }));
}
