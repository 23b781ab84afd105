/** Links from one of the merchant's domains to another: they carry the visitor along. */

import { isId } from "./ids.js";

const PARAMETER = "_hwl";
const VALID = 18e4;

/**
 * Return a link that carries `visitor~session~time~browser`; `browser` tells one browser from
 * another, so that a link that was passed on carries nobody along.
 */
export function decorated(href, visitor, session, now, browser) {
  const url = new URL(href);
  url.searchParams.set(PARAMETER, [visitor, session, now, browser].join("~"));
  return url.href;
}

/**
 * Read what an address carries, and the address without it.
 * @returns {[carried: string[] | null, clean: string]} visitor and session if the link was clicked
 *   in this browser less than three minutes ago; the address only if something is to be removed
 */
export function arrival(href, now, browser) {
  const url = new URL(href);
  const carried = url.searchParams.get(PARAMETER);
  if (!carried) return [null, ""];
  const parts = carried.split("~");
  const isFresh =
    parts[3] === browser && isId(parts[0]) && isId(parts[1]) && now - parts[2] < VALID;
  url.searchParams.delete(PARAMETER);
  return [isFresh ? parts : null, url.href];
}

/**
 * Tell whether a link leads to another of the merchant's domains, which shares no cookie with ours.
 * @param {string[]} domains the merchant's, each with its subdomains
 */
export function leadsAcross(host, ownHost, domains) {
  const site = (name) => domains.find((domain) => ("." + name).endsWith("." + domain));
  return !!site(host) && site(host) !== site(ownHost);
}
