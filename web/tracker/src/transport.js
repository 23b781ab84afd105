/** The way to the collector. */

import { attempt } from "./attempt.js";

/** The browser lets all keepalive requests of a page carry 64 KiB together. */
const KEEPALIVE_ROOM = 52e3;

let isFetchBroken = false;

/**
 * Post a body that survives the page. `done(status, retryAfter)` follows, with status 0 if no
 * answer came. It is text, since JSON would cost a preflight.
 *
 * Other scripts replace `fetch` and may break it, so after a failure the older way is tried once.
 */
export function post(url, body, done) {
  const keepalive = body.length < KEEPALIVE_ROOM;
  const failed = () => {
    isFetchBroken = true;
    done(0);
  };
  const sent =
    !isFetchBroken &&
    attempt(() =>
      fetch(url, { method: "POST", body, keepalive, credentials: "include" }).then(
        (answer) => done(answer.status, answer.headers.get("retry-after")),
        failed,
      ),
    );
  isFetchBroken = false;
  if (sent) return;
  const request = new XMLHttpRequest();
  request.open("POST", url);
  request.withCredentials = true;
  request.onloadend = () => done(request.status, request.getResponseHeader("retry-after"));
  request.send(body);
}

/** Hand a body to the browser as the page goes; tell whether it took it. */
export const beacon = (url, body) => attempt(() => navigator.sendBeacon(url, body));
