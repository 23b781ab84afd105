/** What of a page's address tells of a campaign: names as they come, in any letter case. */

import { hashOf } from "./ids.js";

const LONGEST_VALUE = 512;
const LONGEST_PATH = 2048;
// Any `…clid` is some platform's: new ones appear each year.
const MARK =
  /^(utm_\w+|\w*clk?id|gclsrc|[gw]braid|gad_\w+|li_fat_id|rdt_cid|sccid|cjevent|awc|epik|igsh(id)?|srsltid|_kx|mc_[ce]id|mkt_tok|(campaign|adset|ad)_?id|adgroupid|creative|hsa_\w+|hwv)$/i;

/**
 * Marks of a campaign rather than of one click, which a person who asks for privacy keeps; and the
 * code of a test, whose address somebody has made himself.
 */
const PLAIN = /^(utm_|hwv$)/i;

/**
 * Return the campaign marks of an address, query before fragment, the first of each name.
 *
 * A single-page shop writes `#/path?name=value`, some ads `#name=value`.
 * @param {URL | Location} address
 * @param {boolean} [plainOnly] leave out ids of a single click
 * @returns {[string, string][]}
 */
export function marksOf(address, plainOnly) {
  const found = {};
  for (const text of [address.search, address.hash.replace(/^.*[?#]/, "")]) {
    new URLSearchParams(text).forEach((value, name) => {
      const key = name.toLowerCase();
      if (value && !found[key] && (plainOnly ? PLAIN : MARK).test(name))
        found[key] = [name, value.slice(0, LONGEST_VALUE)];
    });
  }
  return Object.values(found);
}

/**
 * Return an address reduced to its path and its marks: whatever else stands in a query (searches,
 * tokens, emails) never leaves the page.
 */
export function trimmed(address, plainOnly) {
  const marks = new URLSearchParams(marksOf(address, plainOnly)).toString();
  return address.origin + address.pathname.slice(0, LONGEST_PATH) + (marks && "?" + marks);
}

/** Name a set of marks in a few characters; nothing for none. */
export const campaignOf = (marks) => (marks.length ? hashOf(marks.join("&")) : "");
