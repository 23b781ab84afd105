/** Emails as hashes: the address itself stays in the page. */

import { toHex } from "./ids.js";

/** Return an email trimmed and in lower case, or nothing where it cannot be one. */
export function normalized(email) {
  const text = String(email).trim().toLowerCase();
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? text : "";
}

/** Return an email as Google compares it: dots and what follows a plus do not count at gmail.com. */
export const googles = (address) =>
  /@(gmail|googlemail)\.com$/.test(address)
    ? address.replace(/\+.*@|\.(?=.*@)/g, (part) => (part[1] ? "@" : ""))
    : address;

/** Return the SHA-256 of a text in hexadecimal. */
export const sha256 = async (text) =>
  toHex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

/**
 * Return the fields that name an email in an event: its hash, and the hash of Google's spelling
 * where that differs; the email itself where the shop wants that. None where it is no email, or
 * where a page without TLS cannot hash it.
 */
export async function emailFields(email, isRaw) {
  const address = normalized(email);
  const other = googles(address);
  const fields = { email: isRaw ? address : undefined };
  if (!isRaw && address && crypto.subtle) {
    fields.email_sha256 = await sha256(address);
    if (other !== address) fields.email_sha256_google = await sha256(other);
  }
  return fields;
}
