/** A shop, a collector that can fail, and a browser: what the tests in this folder are made of. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { chromium } from "playwright-core";
import puppeteer from "puppeteer-core";

const BUILT = new URL("../../layers/headwater/headwater/adapters/built_scripts/", import.meta.url)
  .pathname;
export const MANIFEST = JSON.parse(readFileSync(join(BUILT, "manifest.json"), "utf8"));
export const KEY = "5f0c9ae1b2d34477a1e09b6c";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Wait until something holds; fail with what was waited for. */
export async function until(isSo, what, ms = 20_000) {
  const end = Date.now() + ms;
  for (let found; ; await pause(25)) {
    found = await isSo();
    if (found) return found;
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
  }
}

export const openBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    headless: true,
    args: FLAGS,
  });

/**
 * Open Firefox, with the few of Playwright's calls that the tests of delivery make: Playwright
 * drives only a Firefox of its own making, which no package registry has.
 */
export async function openFirefox(executablePath) {
  const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
  // It loses its way when tabs open and close at once.
  let last = Promise.resolve();
  const inTurn = (act) => (last = last.then(act, act));
  return {
    newContext: () =>
      inTurn(async () => firefoxContext(await browser.createBrowserContext(), inTurn)),
    close: () => browser.close(),
  };
}

function firefoxContext(context, inTurn) {
  const heard = {};
  return {
    on: (event, hear) => (heard[event] = hear),
    newPage: () =>
      inTurn(async () => {
        const page = await context.newPage();
        const close = page.close.bind(page);
        page.close = () => inTurn(close);
        page.on("pageerror", (error) => heard.weberror({ error: () => error }));
        page.on("console", (message) => heard.console(message));
        return page;
      }),
    close: () => inTurn(() => context.close()),
  };
}

const listening = (handle) =>
  new Promise((resolve) => {
    const server = createServer(handle).listen(0, "127.0.0.1", () => resolve(server));
  });

/**
 * Start a collector. `delay` (ms), `status` and `reset` are its faults; `events` are all that it
 * accepted, once per time that they came; `requests` counts posts.
 */
async function startCollector() {
  const collector = {
    delay: 0,
    status: 204,
    reset: false,
    retryAfter: "",
    events: [],
    requests: 0,
  };
  const server = await listening(async (request, response) => {
    const path = request.url.split("?")[0];
    const origin = request.headers.origin;
    if (origin) {
      response.setHeader("access-control-allow-origin", origin);
      response.setHeader("access-control-allow-credentials", "true");
      response.setHeader("access-control-expose-headers", "retry-after");
    }
    if (path.startsWith("/s/")) {
      response.setHeader("content-type", "text/javascript");
      return response.end(readFileSync(join(BUILT, path.slice(3))));
    }
    if (request.method !== "POST" || path !== "/e") return response.writeHead(404).end();
    let body = "";
    for await (const part of request) body += part;
    collector.requests++;
    const { delay, status, reset, retryAfter } = collector;
    if (delay) await pause(delay);
    if (reset) return request.socket.resetAndDestroy();
    if (status < 300) {
      const envelope = JSON.parse(body);
      collector.type = request.headers["content-type"];
      collector.envelope = envelope;
      collector.events.push(...envelope.events);
    } else if (retryAfter) response.setHeader("retry-after", retryAfter);
    response.writeHead(status).end();
  });
  collector.port = server.address().port;
  collector.stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return collector;
}

/**
 * Start a shop. Every path is a page with the script; `options` are those of its script tag,
 * `body` its HTML, `theme` a script of the theme before ours, `orders` what its storefront API
 * knows. The pages forbid inline scripts and evaluation, as strict shops do.
 */
async function startShop(collector) {
  const shop = {
    options: "",
    body: "",
    theme: "",
    orders: {},
    orderDelay: 0,
    integrity: MANIFEST.script.integrity,
  };
  const host = `http://127.0.0.1:${collector.port}`;
  const server = await listening(async (request, response) => {
    const { pathname } = new URL(request.url, "http://shop.localhost");
    if (pathname === "/favicon.ico") return response.writeHead(204).end();
    if (pathname === "/theme.js") {
      response.setHeader("content-type", "text/javascript");
      return response.end(shop.theme);
    }
    if (pathname.startsWith("/api/storefront/orders/")) {
      const order = shop.orders[pathname.split("/").pop()];
      if (order === "no answer") return;
      await pause(shop.orderDelay);
      response.setHeader("content-type", "application/json");
      return response.writeHead(order ? 200 : 404).end(JSON.stringify(order || {}));
    }
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader(
      "content-security-policy",
      `default-src 'self'; script-src 'self' ${host}; connect-src 'self' ${host}`,
    );
    const script = `${host}/s/${MANIFEST.script.name}?key=${KEY}&amp;domains=shop.localhost,pay.localhost`;
    response.end(`<!doctype html><title>Shop</title><script src="/theme.js"></script>
      <script async src="${script}" integrity="${shop.integrity}" crossorigin="anonymous" ${shop.options}></script>
      ${shop.body}`);
  });
  shop.port = server.address().port;
  shop.url = (path = "/", name = "www.shop.localhost") => `http://${name}:${shop.port}${path}`;
  shop.stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return shop;
}

/**
 * Start a world of its own: shop, collector and a fresh profile. `problems` are errors that the
 * page's console showed, those of the network left out.
 */
async function startWorld(browser, more = {}) {
  const collector = await startCollector();
  const shop = Object.assign(await startShop(collector), more.shop);
  const context = await browser.newContext();
  const problems = [];
  context.on("weberror", (error) => problems.push(String(error.error())));
  context.on("console", (message) => {
    if (
      message.type() === "error" &&
      !/Failed to load resource|net::ERR|CORS/.test(message.text())
    ) {
      problems.push(message.text());
    }
  });
  for (const script of more.scripts || []) await context.addInitScript(script);
  return {
    collector,
    shop,
    context,
    problems,
    events: (type) => collector.events.filter((event) => event.type === type),
    async stop() {
      await context.close();
      collector.stop();
      shop.stop();
    },
  };
}

/** Run a test in a world of its own, and hold it against pages that complain. */
export async function runInWorld(browser, more, run) {
  const world = await startWorld(browser, more);
  try {
    await run(world);
    assert.deepEqual(world.problems, []);
  } finally {
    await world.stop();
  }
}

/** Count how often each event arrived. */
export function arrivals(events) {
  const counts = new Map();
  for (const { id } of events) counts.set(id, (counts.get(id) || 0) + 1);
  return counts;
}
