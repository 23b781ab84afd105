/** Ids that sort by time: the milliseconds since 1970, and 80 bits of chance. */

export const toHex = (bytes) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Return a new id; until the year 2527 they have the same length. */
export const mintId = (now) => now.toString(16) + toHex(crypto.getRandomValues(new Uint8Array(10)));

/** Tell whether a text is an id such as ours. */
export const isId = (text) => /^\w{8,64}$/.test(text);

/** Return a short name of a text, the same for the same text. */
export function hashOf(text) {
  let hash = 5381;
  for (let at = 0; at < text.length; at++) hash = (hash * 33) ^ text.charCodeAt(at);
  return (hash >>> 0).toString(36);
}
