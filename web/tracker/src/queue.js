/**
 * Events that no collector has confirmed yet, kept in localStorage until one does.
 *
 * Every page writes a slot of its own, so two tabs never overwrite one another. A slot says when
 * its page was last alive; whoever finds one whose page is gone takes its events over.
 */

import { attempt } from "./attempt.js";

const PREFIX = "_hwq.";
const LEASE = 1e4;
const OLDEST = 864e5;
const MOST = 100;
const LARGEST = 65536;
const FULL_REQUEST = 52e3;
const FULL_BATCH = 50;

/**
 * Make the queue of a page. An entry is an event (`hit`) with `unsure`, when a page left before the
 * answer came (0 if none did), `tried`, and `busy` while a request with it is under way.
 * @param {string} name of this page's slot
 */
export function makeQueue(name) {
  const slot = PREFIX + name;
  let entries = [];
  let storage = null;
  let isKept = false;

  const slots = () =>
    attempt(() => Object.keys(storage).filter((key) => key.startsWith(PREFIX)), []);

  /** Write the slot; the oldest events go when it is full. Alive until `now`, 0 when given up. */
  function save(now) {
    let text;
    do {
      entries = entries.slice(text ? 1 : -MOST);
      text = JSON.stringify([now, entries.map((entry) => [entry.hit, entry.unsure, entry.tried])]);
    } while (text.length > LARGEST);
    // Where it is full or forbidden the events stay in memory, and are sent from there.
    isKept = attempt(() => {
      entries.length ? (storage[slot] = text) : delete storage[slot];
      return true;
    });
  }

  return {
    /** Keep the events in a storage from now on, or in memory alone where it is none. */
    open(area) {
      storage = area;
    },

    add(event, now) {
      entries.push({ hit: event, unsure: 0 });
      save(now);
    },

    /** Learn what other pages did: they may have taken our slot, and left theirs. */
    sync(now) {
      if (isKept && entries.length && !attempt(() => storage[slot])) entries = [];
      for (const key of slots()) {
        const [alive, left] = attempt(() => JSON.parse(storage[key]), []);
        if (key === slot || (alive && Math.abs(now - alive) < LEASE)) continue;
        delete storage[key];
        for (const [event, unsure, tried] of left || []) {
          if (now - event.created < OLDEST) entries.push({ hit: event, unsure, tried });
        }
      }
      save(now);
    },

    /**
     * Take the next events to send, at most a full request of them.
     * @param {boolean} [isLast] leave those that the next page can send again
     */
    take(now, isLast) {
      let room = FULL_REQUEST;
      const batch = entries
        .filter(
          (entry) =>
            !entry.busy && now - entry.unsure > LEASE && !(isLast && isKept && entry.tried),
        )
        // The first one goes however large it is: the collector will say so.
        .filter((entry, at) => (room -= JSON.stringify(entry.hit).length) > 0 || !at)
        .slice(0, FULL_BATCH);
      for (const entry of batch) entry.busy = entry.tried = 1;
      return batch;
    },

    /** End a request: its events are done with, or wait for the next one. */
    settle(batch, isDone, now) {
      for (const entry of batch) entry.busy = 0;
      if (isDone) entries = entries.filter((entry) => !batch.includes(entry));
      save(now);
    },

    /**
     * Note that a batch, or all that is under way as the page goes, will end without our seeing it.
     * It will probably arrive, so the next page waits before it sends it again; what was sent twice
     * without an answer is let go.
     */
    doubt(batch, now) {
      const doubted = batch || entries.filter((entry) => entry.busy);
      entries = entries.filter((entry) => !(entry.unsure && doubted.includes(entry)));
      for (const entry of doubted) {
        entry.unsure = now;
        entry.busy = 0;
      }
      save(batch ? now : 0);
    },

    /** Return in how many milliseconds something can be sent; infinite if nothing waits. */
    due: (now) =>
      Math.min(
        ...entries.filter((entry) => !entry.busy).map((entry) => entry.unsure + LEASE + 1 - now),
      ),

    /** Delete the events of all pages. */
    clear() {
      entries = [];
      for (const key of slots()) delete storage[key];
    },
  };
}
