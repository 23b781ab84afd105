/**
 * Shop as a person does: `node tests/browser/shop.js SHOP_URL [LANDING]`. Lands from an ad, agrees,
 * joins the newsletter, buys the first product, and prints what it did as JSON.
 */

import { openBrowser, pause, until } from "./harness.js";

const EMAIL = "Shopper.One@example.com";

async function shop(url, landing) {
  const browser = await openBrowser();
  try {
    // A browser without a window calls itself so, and is taken for the bot that it is.
    const userAgent =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) " +
      `Chrome/${browser.version()} Safari/537.36`;
    const context = await browser.newContext({ userAgent });
    const problems = [];
    context.on("weberror", (error) => problems.push(String(error.error())));
    context.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    const page = await context.newPage();
    await page.goto(landing);
    const isRunning = () => page.waitForFunction(() => window.hw && window.hw.log);
    // A script that waits in the theme for the banner's answer; one of the theme's own runs at once.
    const waits = await page.locator("script[data-waits-for]").count();
    if (!waits) await isRunning();
    // Read the page as people do. Where the browser's clock is not the collector's, as in a test, a
    // hit's way to a cold collector counts as a part of when it was: at once, the sign-up could
    // precede the landing.
    await pause(3_000);
    const before = (await context.cookies()).filter(({ name }) => name.startsWith("_hw")).length;
    await page.click("text=Accept");
    await isRunning();
    await page.fill("[name=nl_email]", EMAIL);
    await page.click("text=Subscribe");
    await page.waitForURL("**/subscribe.php");
    await page.goto(url);
    await page.click(".goods a >> nth=0");
    await page.click("text=Add to cart");
    await page.click("text=Check out");
    await page.fill("#checkout [name=email]", EMAIL);
    await page.click("text=Place order");
    await page.waitForURL(/order-confirmation\/\d+/);
    const order = Number(page.url().split("/").pop());
    // Nothing left to send: all of it was confirmed.
    const isSent = () =>
      page.evaluate(
        (number) =>
          (localStorage._hw || "").includes(`-${number}"`) &&
          !Object.keys(localStorage).some((key) => key.startsWith("_hwq.")),
        order,
      );
    await until(isSent, "every event to be confirmed", 30_000);
    const visitor = (await context.cookies()).find(({ name }) => name === "_hwid").value;
    return { order, visitor, before, problems };
  } finally {
    await browser.close();
  }
}

const [, , url, landing] = process.argv;
const ad = `${url}/?utm_source=google&utm_medium=cpc&utm_campaign=spring&gclid=G-shop`;
console.log(JSON.stringify(await shop(url, landing || ad)));
