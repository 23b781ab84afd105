/** The file that a shop's pages load: finds its options, and takes over the calls of `hw`. */

import { attempt } from "./attempt.js";
import { follow } from "./main.js";

/* global OVERLAY */

const before = window.hw || {};

function optionsOf({ dataset, src }) {
  const options = {};
  if (src) {
    options.endpoint = src.split("/s/")[0];
    new URL(src).searchParams.forEach((value, name) => (options[name] = value));
  }
  return Object.assign(options, dataset);
}

/** Whether somebody asked for the overlay: in this address, or earlier, which a cookie says. */
const isDebugged = () =>
  attempt(() => {
    const said = location.search.match(/[?&](hwdebug=[01])/);
    if (said) document.cookie = said[1] + ";path=/";
    return /hwdebug=1/.test(said || document.cookie);
  });

function showLog(options) {
  const script = document.createElement("script");
  script.crossOrigin = "anonymous";
  script.integrity = OVERLAY.integrity;
  script.src = options.endpoint + "/s/" + OVERLAY.name;
  document.head.append(script);
}

// A shop may load us twice: by its theme and by an app.
if (!before.log) {
  const options = optionsOf(document.currentScript || {});
  const log = [];
  const isShown = isDebugged();
  const note = (...said) => isShown && log.push([Date.now(), ...said]);
  const hw = (window.hw = (name, ...given) => (calls[name] || note)(...given));
  hw.log = log;
  note("options", options);
  const calls = options.key ? follow(options, note) : {};
  for (const given of before.q || []) hw(...given);
  if (isShown) showLog(options);
}
