/** Sessions: when one goes on, and when a new one begins. */

const IDLE = 18e5;
const LONGEST = 864e5;

/**
 * Return the session that an event at an instant belongs to.
 *
 * A session ends after half an hour without an event, after a day, and when another campaign
 * leads to the shop. It is kept as `id.start.last.campaign`.
 * @param {string} kept the session as it was written last, or nothing
 * @param {number} now milliseconds since 1970
 * @param {string} campaign what the present page's address is marked with, or nothing
 * @param {() => string} mint makes an id
 * @returns {[id: string, text: string, isNew: boolean]}
 */
export function sessionAt(kept, now, campaign, mint) {
  const [id, start, last, known] = kept.split(".");
  // With a text that is none, every comparison is false.
  const goesOn =
    now - last < IDLE && now - start < LONGEST && now >= start && (!campaign || campaign === known);
  if (goesOn) return [id, [id, start, now, known].join("."), false];
  const fresh = mint();
  return [fresh, [fresh, now, now, campaign].join("."), true];
}
