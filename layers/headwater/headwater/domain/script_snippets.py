"""What to paste where the tracking script is put in by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.domain.script_tags import ScriptTag

_PINNED = (
    "Names one version by its integrity, as the checkout has to. It goes on working; for a newer"
    " version take this text again."
)
_CALLS = "window.hw = window.hw || function () { (hw.q = hw.q || []).push(arguments) }"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text to paste, where it belongs, and what to mind.

    ``is_pinned``: it names one version by its integrity (SRI); else a page loads the newest.
    """

    kind: str
    place: str
    text: str
    is_pinned: bool
    note: str


def list_snippets(tag: ScriptTag, loader: str) -> list[Snippet]:
    """Return the texts for themes, Google Tag Manager, Catalyst and the order page.

    Args:
        tag: the present version, as told to a site.
        loader: the address of the site's loader.
    """
    theme = replace(tag, is_stencil=True)
    told = theme.data()
    filled = " ".join(f'{name}="{told[name]}"' for name in ("data-type", "data-order"))
    newest = f'<script async src="{escape(loader)}" {filled}></script>'
    base = "templates/layout/base.html of a Stencil theme, before </body>"
    manager = "Google Tag Manager: a Custom HTML tag, trigger Initialization - All Pages"
    return [
        Snippet("theme", base, theme.html(), is_pinned=True, note=_PINNED),
        Snippet(
            "theme_newest",
            base,
            newest,
            is_pinned=False,
            note="Always loads the newest version; not for the checkout, which wants an integrity.",
        ),
        Snippet(
            "google_tag_manager",
            manager,
            _tag_manager_html(tag),
            is_pinned=True,
            note=f"Tag Manager drops attributes of tags, so a script makes it. {_PINNED}",
        ),
        Snippet(
            "catalyst",
            "app/[locale]/layout.tsx of Catalyst, inside <body>; import Script from 'next/script'",
            _catalyst_jsx(tag),
            is_pinned=True,
            note=f"Once: navigation inside the shop is seen. {_PINNED}",
        ),
        Snippet(
            "order_page",
            "The order confirmation, where neither the theme's tag nor the address tells the order",
            f"<script>{_CALLS}; hw('order', {{ order_id: '{{{{checkout.order.id}}}}' }})</script>",
            is_pinned=False,
            note="Beside one of the others. Told twice, an order counts once.",
        ),
    ]


def _tag_manager_html(tag: ScriptTag) -> str:
    return f"""<script>
(function () {{
  var script = document.createElement("script");
  script.async = true;
  script.src = {_js(tag.address)};
  script.integrity = {_js(" ".join(tag.hashes))};
  script.crossOrigin = "anonymous";
  var told = {_js(tag.data())};
  for (var name in told) script.setAttribute(name, told[name]);
  document.head.appendChild(script);
}})();
</script>"""


def _catalyst_jsx(tag: ScriptTag) -> str:
    attributes = {
        "src": tag.address,
        "integrity": " ".join(tag.hashes),
        "crossOrigin": "anonymous",
        "strategy": "afterInteractive",
        **tag.data(),
    }
    lines = "\n".join(f"  {name}={{{_js(value)}}}" for name, value in attributes.items())
    return f"<Script\n{lines}\n/>"


def _js(value: object) -> str:
    """Return a value as a script spells it, in which nothing ends the script."""
    return json.dumps(value).replace("<", "\\u003c")
