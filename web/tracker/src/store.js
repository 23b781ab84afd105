/** What the browser keeps for us: cookies of the shop's whole domain, mirrored in localStorage. */

import { attempt } from "./attempt.js";

/** 390 days in seconds; browsers cut a cookie's life at 400. */
const COOKIE_LIFE = 33696e3;
/** 90 days. */
const TOUCH_LIFE = 7776e6;

export const VISITOR = "_hwid";
export const SESSION = "_hws";
/** Set where the shopper has said no: the one thing that is kept of him then. */
export const OPT_OUT = "_hwo";
/** First and last touch, and what has been told already. */
const MEMORY = "_hw";

/** The widest domain that a cookie can have: found once, for that asks the browser's network. */
const DOMAIN = "_hwd";
/** As long the cookies that were read hold, in milliseconds: a read after a write is slow. */
const FRESH = 1e3;

let cookies = "";
let readAt = 0;
let domain;

function cookie(name) {
  const now = Date.now();
  // A sandboxed frame has no cookies, and throws.
  if (now - readAt > FRESH) cookies = attempt(() => document.cookie, "");
  readAt = now;
  return (cookies.match("(?:^|; )" + name + "=([^;]*)") || [])[1];
}

function setCookie(name, value, life, host) {
  const text = name + "=" + value + ";";
  const more = (host ? ";domain=" + host : "") + (location.protocol === "https:" ? ";secure" : "");
  attempt(() => (document.cookie = text + "path=/;max-age=" + life + ";samesite=lax" + more));
  cookies = text + " " + cookies;
}

/**
 * Find the widest domain that this page may set a cookie for: the shop's, with all its subdomains.
 * Browsers refuse public suffixes, so the first one that holds a probe is it.
 */
function rootDomain() {
  const labels = location.hostname.split(".");
  // An address in digits has no domain above it.
  for (let from = labels.length - 2; from >= 0 && !/^\d+$/.test(labels[from + 1]); from--) {
    const host = labels.slice(from).join(".");
    setCookie(DOMAIN, 1, 9, host);
    readAt = 0;
    if (cookie(DOMAIN)) {
      setCookie(DOMAIN, "", 0, host);
      return host;
    }
  }
  return "";
}

/** Read a value from its cookie, else from its mirror. */
export const read = (name) => cookie(name) || attempt(() => localStorage[name]) || "";

/** Write a value to both, or delete it where it is empty. */
export function write(name, value) {
  if (domain == null) domain = attempt(() => localStorage[DOMAIN]);
  if (domain == null) domain = rootDomain();
  attempt(() => (localStorage[DOMAIN] = domain));
  setCookie(name, value, value ? COOKIE_LIFE : 0, domain);
  attempt(() => (value ? (localStorage[name] = value) : delete localStorage[name]));
}

/** Read what is remembered: `told` names, and `touches`, the first and the last of 90 days. */
export function recall(now) {
  const memory = attempt(() => JSON.parse(localStorage[MEMORY])) || {
    told: [],
    touches: [],
  };
  memory.touches = memory.touches.filter((touch) => now - touch.at < TOUCH_LIFE);
  return memory;
}

export const remember = (memory) => attempt(() => (localStorage[MEMORY] = JSON.stringify(memory)));

/** Delete all of it. */
export const forgetAll = () =>
  [VISITOR, SESSION, MEMORY, DOMAIN].forEach((name) => write(name, ""));
