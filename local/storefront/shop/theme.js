// The consent banner, as BigCommerce's own works: the choice goes to the storefront API, which keeps
// it in a cookie, and scripts hear of it by the data layer.
(() => {
  const banner = document.querySelector("#banner");
  const heard = { loaded: [], updated: [] };
  const noted = document.cookie.match(/(?:^|; )bc_consent=([^;]*)/);
  const payload = (allow) => ({
    functional: allow.includes(2),
    analytics: allow.includes(3),
    advertising: allow.includes(4),
  });
  const tell = (event, allow) => heard[event].forEach((call) => call(payload(allow)));

  window.bodlEvents = {
    consent: {
      loaded(call) {
        heard.loaded.push(call);
        if (noted) call(payload(JSON.parse(decodeURIComponent(noted[1])).allow));
      },
      updated: (call) => heard.updated.push(call),
    },
  };

  // What others have put into the page is text until the shopper allows its category.
  function release(allow) {
    for (const waiting of document.querySelectorAll("script[data-waits-for]")) {
      if (!allow.includes(Number(waiting.dataset.waitsFor))) continue;
      const script = document.createElement("script");
      for (const { name, value } of waiting.attributes)
        if (name !== "type" && name !== "data-waits-for") script.setAttribute(name, value);
      waiting.replaceWith(script);
    }
  }

  async function choose(allow) {
    const deny = [2, 3, 4].filter((category) => !allow.includes(category));
    await fetch("/api/storefront/consent", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ allow, deny }),
    });
    banner.hidden = true;
    tell("updated", allow);
    release(allow);
  }

  for (const button of banner.querySelectorAll("button")) {
    button.addEventListener("click", () =>
      choose(button.dataset.allow.split(",").filter(Boolean).map(Number)),
    );
  }
  document.querySelector("#privacy").addEventListener("click", () => (banner.hidden = false));
  banner.hidden = !!noted;
  if (noted) release(JSON.parse(decodeURIComponent(noted[1])).allow);
})();
