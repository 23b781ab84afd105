/** Forms: which field holds the email, and what sending the form means. */

/**
 * Return the email that a form gives, or nothing: two different ones (a gift, a recommendation)
 * name nobody for certain. Passwords and cards are not looked at.
 * @param {ArrayLike<HTMLInputElement>} fields
 */
export function emailOf(fields) {
  const found = new Set();
  for (const { type, name, id, autocomplete, value } of fields) {
    const isText =
      type === "email" || (type === "text" && /e-?mail/i.test([name, id, autocomplete]));
    if (isText && !/^cc-|password/.test(autocomplete) && value.includes("@"))
      found.add(value.trim().toLowerCase());
  }
  return found.size === 1 ? [...found][0] : "";
}

const attribute = (form, name) => form.getAttribute(name) || "";

/** Return what a form is called by its author. */
export const nameOf = (form) =>
  (attribute(form, "id") || attribute(form, "name") || attribute(form, "action") || "form").slice(
    0,
    128,
  );

/**
 * Say what sending a form means: `optin` for a newsletter or lead form, `login`, `identify` for an
 * account, a checkout or an order's form. The attribute `data-hw` of the form decides where the
 * shop has set it (`off` for nothing). A search has no field for an email, and so says nothing.
 * @param {HTMLFormElement} form
 * @param {string} path of its page
 */
export function meaningOf(form, path) {
  const mark = attribute(form, "data-hw");
  if (mark) return mark === "off" ? "" : mark;
  const passwords = [...form.elements].filter(({ type }) => type === "password").length;
  if (passwords === 1) return "login";
  const isOther = /checkout|account|order|cart|gift|review|return|friend|password|login/i;
  return passwords ||
    isOther.test([nameOf(form), attribute(form, "action"), attribute(form, "class"), path])
    ? "identify"
    : "optin";
}
