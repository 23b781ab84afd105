/** Whether the shopper lets himself be followed, from whoever says so first. */

export const UNKNOWN = 0;
export const GRANTED = 1;
export const DENIED = 2;
/** The browser asks not to be followed: page views count, but lead to nobody. */
export const ANONYMOUS = 3;

/**
 * Return what BigCommerce's banner has noted, or UNKNOWN where it has not.
 * @param {string} noted the cookie `bc_consent`: `{"allow": [2, 3], "deny": [4]}`, encoded
 * @param {number} category 3 analytics, 4 targeting
 */
export function bannerSays(noted, category) {
  const has = (list) =>
    RegExp('"' + list + '":\\[[\\d,]*' + category).test(decodeURIComponent(noted));
  return has("allow") ? GRANTED : has("deny") ? DENIED : UNKNOWN;
}
