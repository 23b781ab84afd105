/** When events are sent: at once, again after a failure, and a last time as the page goes. */

import { beacon, post } from "./transport.js";

const FIRST_WAIT = 1e3;
const LONGEST_WAIT = 6e4;
/** Well within the lease of a slot. */
const BEAT = 4e3;

/**
 * @param {ReturnType<import("./queue.js").makeQueue>} queue
 * @param {string} url where to
 * @param {(events: object[]) => string} seal makes a request of events
 * @param {(what: string, about: unknown) => void} note tells whoever debugs
 */
export function makeSender(queue, url, seal, note) {
  let failures = 0;
  let notBefore = 0;
  let timer = 0;

  const sealed = (batch) => seal(batch.map((entry) => entry.hit));

  function send() {
    const now = Date.now();
    queue.sync(now);
    for (let batch; now >= notBefore && (batch = queue.take(now)).length;) dispatch(batch);
    arm(now);
  }

  function dispatch(batch) {
    post(url, sealed(batch), (status, retryAfter) => {
      const now = Date.now();
      // What the collector understood and refused, it would refuse again.
      const isDone = status >= 200 && status < 500 && ![408, 425, 429].includes(status);
      note("answer", [status, batch.length]);
      if (isDone) {
        failures = notBefore = 0;
      } else {
        const wait =
          Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures++) * (0.8 + Math.random() * 0.4);
        notBefore = now + Math.max(wait, retryAfter * 1e3 || 0);
      }
      queue.settle(batch, isDone, now);
      arm(now);
    });
  }

  /** Come back when something can be sent, and now and then to keep the slot ours. */
  function arm(now) {
    const wait = queue.due(now);
    clearTimeout(timer);
    if (wait < 1 / 0) timer = setTimeout(send, Math.min(BEAT, Math.max(wait, notBefore - now)));
  }

  /** Send what has not been tried, and what no next page could send, as the page goes. */
  function drain() {
    const now = Date.now();
    const batch = queue.take(now, true);
    if (batch.length)
      beacon(url, sealed(batch)) ? queue.doubt(batch, now) : queue.settle(batch, false, now);
  }

  return {
    flush: send,
    drain,
    /** Leave everything to the next page. */
    leave() {
      drain();
      clearTimeout(timer);
      queue.doubt(null, Date.now());
    },
    /** Try at once, however long the wait would have been. */
    retry() {
      failures = notBefore = 0;
      send();
    },
  };
}
