/**
 * What a shop's theme includes: takes calls of `hw` until the script is there, and loads it.
 *
 * SOURCE (relative to the folder that we come from) and INTEGRITY are filled in for each site when
 * it is served.
 */
(() => {
  const own = document.currentScript;
  const hw = (window.hw = window.hw || ((...given) => hw.q.push(given)));
  hw.q = hw.q || [];
  const script = document.createElement("script");
  Object.assign(script.dataset, own.dataset);
  script.nonce = own.nonce;
  script.async = true;
  script.crossOrigin = "anonymous";
  script.integrity = INTEGRITY;
  script.src = own.src.split("/l/")[0] + SOURCE;
  document.head.append(script);
})();
