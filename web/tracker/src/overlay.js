/** What `?hwdebug=1` shows: each thing that the script noted, the latest first. */

const STYLE =
  "position:fixed;right:8px;bottom:8px;z-index:2147483647;width:min(420px,90vw);max-height:45vh;overflow:auto;" +
  "background:#111;color:#eee;font:12px/1.4 ui-monospace,monospace;border-radius:6px;padding:8px;box-sizing:border-box";
const CONSENT = [
  "not known yet",
  "given",
  "denied",
  "the browser asks for privacy: page views only, without an id",
];

/** Say in one line what an entry of the log is about. */
export function line([at, what, about]) {
  const time = new Date(at).toISOString().slice(11, 23);
  const said = {
    options: () =>
      about.key ? `key ${about.key}, collector ${about.endpoint}` : "no key: nothing is sent",
    consent: () => CONSENT[about],
    answer: () =>
      `${about[1]} event(s): ${about[0] || "no answer"}${about[0] >= 400 && about[0] < 500 ? ", refused" : ""}`,
    event: () => `${about.type} ${about.url || about.order_id || about.form || about.kind || ""}`,
  }[what];
  return `${time} ${what}: ${said ? said() : JSON.stringify(about)}`;
}

function show(log) {
  const box = document.createElement("section");
  box.setAttribute("aria-label", "Headwater");
  box.style.cssText = STYLE;
  const add = (entry) => {
    const row = document.createElement("details");
    const head = document.createElement("summary");
    const body = document.createElement("pre");
    // As text: what a page's address says is never markup.
    head.textContent = line(entry);
    body.textContent = JSON.stringify(entry[2], null, 1);
    row.append(head, body);
    box.prepend(row);
  };
  log.forEach(add);
  log.push = (entry) => {
    add(entry);
    return Array.prototype.push.call(log, entry);
  };
  document.body.append(box);
}

if (typeof window !== "undefined") {
  if (document.body) show(window.hw.log);
  else document.addEventListener("DOMContentLoaded", () => show(window.hw.log));
}
