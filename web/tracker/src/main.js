/** The tracking script: what it looks at, and what it tells the collector. */

import { attempt } from "./attempt.js";
import { ANONYMOUS, bannerSays, DENIED, GRANTED, UNKNOWN } from "./consent.js";
import { emailFields } from "./emails.js";
import { emailOf, meaningOf, nameOf } from "./forms.js";
import { hashOf, isId, mintId } from "./ids.js";
import { arrival, decorated, leadsAcross } from "./links.js";
import { campaignOf, marksOf, trimmed } from "./marks.js";
import { makeQueue } from "./queue.js";
import { makeSender } from "./sender.js";
import { sessionAt } from "./session.js";
import { forgetAll, OPT_OUT, read, recall, remember, SESSION, VISITOR, write } from "./store.js";

const MOST_WAITING = 50;
const MOST_TOLD = 20;
/** Between a login form and the page after it. */
const LOGIN_TAKES = 6e4;

/**
 * Follow this page.
 * @param {Record<string, string>} options `key`, `endpoint`, and what docs/tracking.md lists
 * @param {(what: string, about: unknown) => void} note tells whoever debugs
 * @returns {Record<string, (...given: any[]) => unknown>} the calls of `hw`
 */
export function follow(options, note) {
  const now = Date.now;
  const mint = () => mintId(now());
  const browser = hashOf(navigator.userAgent + navigator.language);
  const domains = (options.domains || "").split(",");
  const isAnalytics = options.purpose === "analytics";
  const queue = makeQueue(mint());
  const sender = makeSender(queue, options.endpoint + "/e", seal, note);
  const [carried, cleanUrl] = arrival(location.href, now(), browser);
  let consent = UNKNOWN;
  let waiting = [];
  let visitor = "";
  let session = "";
  let lastPath = "";
  let lastUrl = document.referrer;

  function seal(events) {
    const said = visitor ? "granted" : "denied";
    return JSON.stringify({ v: 1, key: options.key, sent: now(), visitor, consent: said, events });
  }

  // --- Consent ---------------------------------------------------------------------------------

  function decide(said) {
    const next = navigator.globalPrivacyControl ? ANONYMOUS : said;
    if (next === consent || !next) return;
    note("consent", (consent = next));
    if (read(OPT_OUT) || next === DENIED) write(OPT_OUT, next === DENIED ? 1 : "");
    if (next === GRANTED) {
      const known = read(VISITOR);
      visitor = carried ? carried[0] : isId(known) ? known : mint();
      write(VISITOR, visitor);
      if (carried) write(SESSION, [carried[1], now(), now(), ""].join("."));
      queue.open(attempt(() => localStorage));
    } else {
      queue.clear();
      queue.open(null);
      forgetAll();
      visitor = session = "";
    }
    waiting.splice(0).forEach(tell);
  }

  function askConsent() {
    const banner = bannerSays(read("bc_consent"), isAnalytics ? 3 : 4);
    // Somebody whose id we keep has agreed before, for a withdrawal deletes it.
    const usual = options.consent === "wait" && !read(VISITOR) ? UNKNOWN : GRANTED;
    decide(banner || (read(OPT_OUT) ? DENIED : usual));
  }

  const say = (isGranted) => decide(isGranted ? GRANTED : DENIED);

  // --- Events ----------------------------------------------------------------------------------

  /** Tell an event, or keep it in memory until it is known whether it may be told. */
  function emit(type, fields, id) {
    const event = Object.assign({ type, id: id || mint(), created: now() }, fields);
    if (consent) tell(event);
    else if (waiting.length < MOST_WAITING) waiting.push(event);
  }

  function tell(event) {
    const address = event.type === "page" && new URL(event.url);
    if (consent === GRANTED) {
      const memory = recall(now());
      const isNew = join(event, address ? campaignOf(marksOf(address)) : "");
      if (address && isNew) {
        memory.touches.splice(1, 1, {
          at: event.created,
          url: event.url,
          referrer: event.referrer,
        });
      }
      const name = {
        order: event.id,
        identify: (event.email_sha256 || event.email) + event.session,
      }[event.type];
      // The same order on a page that was loaded again, the same login on every page.
      if (memory.told.includes(name)) return;
      if (name) memory.told = [name].concat(memory.told).slice(0, MOST_TOLD);
      remember(memory);
    } else {
      if (consent === DENIED || !address) return;
      event.url = trimmed(address, true);
    }
    note("event", event);
    queue.add(event, now());
    // In a task of its own: events of one moment share a request, and the page is not held up.
    setTimeout(sender.flush);
  }

  /** Put an event into the visitor's session; tell whether it opens one. */
  function join(event, campaign) {
    const [id, text, isNew] = sessionAt(read(SESSION) || session, now(), campaign, mint);
    session = text;
    write(SESSION, text);
    Object.assign(event, { visitor, session: id });
    return isNew;
  }

  // --- What happens on the page ----------------------------------------------------------------

  function page() {
    const path =
      location.pathname + location.search + (/^#!?\//.test(location.hash) ? location.hash : "");
    // Frameworks write the same address again, to keep their state.
    if (path === lastPath) return;
    lastPath = path;
    emit("page", {
      url: trimmed(location),
      referrer: lastUrl.split(/[?#]/)[0].slice(0, 512),
      page_type: options.type,
    });
    lastUrl = location.href;
    const { login } = recall(now());
    if (login && !/login/.test(path)) {
      if (now() - login.created < LOGIN_TAKES) emit("identify", login);
      keepLogin(0);
    }
    const order = /order-confirmation\/(\d+)/.exec(path);
    if (order) purchase({ order_id: order[1] });
  }

  /** Put an email's hashes in its place. */
  const named = async (fields) =>
    Object.assign(
      {},
      fields,
      fields.email && (await emailFields(fields.email, options.email === "raw")),
    );

  /** Tell of somebody by his email, or by its hash. */
  async function person(type, fields) {
    const event = await named(fields);
    if (!event.email && !event.email_sha256) note("no email", type);
    else if (type !== "login") emit(type, event);
    // The password may be wrong: the page that follows tells.
    else if (consent === GRANTED) keepLogin(Object.assign(event, { kind: type, created: now() }));
  }

  const keepLogin = (login) => remember(Object.assign(recall(now()), { login }));

  /** Claim an order; the email of its buyer comes from the shop, if the page does not say it. */
  async function purchase(fields) {
    const number = String(fields.order_id || "");
    if (!number) return note("no order", fields);
    let event = {};
    try {
      event = await named(fields.email || fields.email_sha256 ? fields : await buyerOf(number));
    } catch (error) {
      // Another shop system, or a buyer who is gone: the order is claimed without.
    }
    const id = ("o-" + options.key + "-" + number).replace(/[^\w.-]/g, "").slice(0, 64);
    emit("order", Object.assign(event, { order_id: number }), id);
  }

  /** Ask the shop for a buyer's email, for as long as the page stays. */
  const buyerOf = (number) =>
    Promise.race([
      fetch("/api/storefront/orders/" + number).then((answer) => answer.json()),
      new Promise((_, reject) => on(window, "pagehide", reject)),
    ]).then((order) => ({ email: order.billingAddress.email }));

  function submitted({ target: form }) {
    const meaning = meaningOf(form, location.pathname);
    const email = meaning && emailOf(form.elements);
    if (email) person(meaning, { email, kind: "form", form: nameOf(form) });
    redirect(form, "action");
  }

  function clicked({ target }) {
    const link = target.closest("a[href]");
    if (link) redirect(link, "href");
  }

  function redirect(element, name) {
    const href = carry(element[name]);
    if (href !== element[name]) element[name] = href;
  }

  const carry = (href) =>
    session && leadsAcross(new URL(href).hostname, location.hostname, domains)
      ? decorated(href, visitor, session.split(".")[0], now(), browser)
      : href;

  // --- Listening -------------------------------------------------------------------------------

  /** Whatever goes wrong here must not reach the page. */
  const safely =
    (call) =>
    (...given) => {
      try {
        call(...given);
      } catch (error) {
        note("error", String(error));
      }
    };
  const on = (target, name, call) => target.addEventListener(name, safely(call), true);
  const soon = () => setTimeout(safely(page));
  const again = () => {
    lastPath = "";
    page();
  };

  function listen() {
    for (const name of ["pushState", "replaceState"]) {
      const original = history[name];
      history[name] = function () {
        soon();
        return original.apply(this, arguments);
      };
    }
    on(window, "popstate", soon);
    on(window, "pagehide", sender.leave);
    on(window, "online", sender.retry);
    on(window, "pageshow", ({ persisted }) => {
      if (!persisted) return;
      again();
      sender.retry();
    });
    // Withdrawn in another tab.
    on(window, "storage", ({ key, newValue }) => key === OPT_OUT && newValue && decide(DENIED));
    on(document, "visibilitychange", () => document.hidden && sender.drain());
    on(document, "submit", submitted);
    for (const name of ["click", "auxclick"]) on(document, name, clicked);
    if (!listenToShop()) on(window, "load", listenToShop);
  }

  /** Listen to BigCommerce's data layer, which a theme may load before or after us. */
  function listenToShop() {
    const { consent: choice, checkout } = window.bodlEvents || {};
    const heard = ({ advertising, analytics }) => {
      const isGranted = isAnalytics ? analytics : advertising;
      // Before a choice is made, it says that nothing is allowed.
      if (isGranted || consent) say(isGranted);
    };
    for (const name of ["loaded", "updated"])
      if (choice && choice[name]) choice[name](safely(heard));
    if (checkout && checkout.orderPurchased)
      checkout.orderPurchased(safely(({ order_id }) => purchase({ order_id })));
    return choice || checkout;
  }

  function begin() {
    askConsent();
    if (cleanUrl) history.replaceState(history.state, "", cleanUrl);
    page();
    if (options.order) purchase({ order_id: options.order });
    // In a task of its own, so that the page is not held up.
    setTimeout(safely(listen));
    // Pages that died without a word give their slots up after ten seconds.
    setTimeout(sender.flush, 11e3);
  }

  if (document.prerendering) on(document, "prerenderingchange", begin);
  else safely(begin)();

  const calls = {
    page: again,
    optin: (fields) => person("optin", fields),
    identify: (fields) => person("identify", Object.assign({ kind: "login" }, fields)),
    order: purchase,
    consent: (said) => say(said && said !== "denied"),
    link: (href, done) => done(carry(href)),
    touches: (done) => done(recall(now()).touches),
  };
  for (const name in calls) calls[name] = safely(calls[name]);
  return calls;
}
