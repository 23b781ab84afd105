"""The tag by which a shop's pages include the tracking script, and how one becomes another.

A tag names a version of the script by an address that never changes what it serves, and the hash of
that (SRI), which checkouts have to (PCI DSS 4.0, 6.4.3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape, unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETING, ANALYTICS = "targeting", "analytics"
# A store takes so many hashes of one script.
_MOST_HASHES = 5
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class ScriptTag:
    """A tag: which script, and what it is told.

    ``address`` is the version's, ``hashes`` its integrity and perhaps those of its neighbors in
    time. ``purpose`` is the consent that counts, targeting or analytics. ``is_stencil``: the page
    is a Stencil theme's, which fills in the type of the page and the order on its last one.
    """

    address: str
    hashes: tuple[str, ...]
    public_key: str
    domains: tuple[str, ...]
    purpose: str = TARGETING
    is_stencil: bool = False

    def html(self) -> str:
        """Return the tag as a page has it."""
        attributes = {
            "src": self.address,
            "integrity": " ".join(self.hashes),
            "crossorigin": "anonymous",
            **self.data(),
        }
        spelled = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
        return f"<script async {spelled}></script>"

    def data(self) -> dict[str, str]:
        """Return what the script is told, as attributes."""
        told = {"data-key": self.public_key, "data-domains": ",".join(self.domains)}
        if self.purpose != TARGETING:
            told["data-purpose"] = self.purpose
        if self.is_stencil:
            told |= {"data-type": "{{page_type}}", "data-order": "{{checkout.order.id}}"}
        return told


def is_tag_of(html: str, public_key: str) -> bool:
    """Tell whether a script in a store's pages is ours, of whatever version and address."""
    return f'data-key="{public_key}"' in html


def steps_between(present: str, wanted: ScriptTag) -> Iterator[str]:
    """Yield the tags that lead from a present one to the wanted one, each to be put in its place.

    A new version's hash stands beside the old one before the address changes, and the old one goes
    with a later look: whatever mixes old and new for a while meets a hash that fits. Nothing is
    yielded where there is nothing to do.
    """
    if present == wanted.html():
        return
    attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(present)}
    hashes = tuple(attributes.get("integrity", "").split())
    address = attributes.get("src", "")
    if address == wanted.address and set(wanted.hashes) <= set(hashes):
        yield wanted.html()
        return
    both = (*hashes, *(one for one in wanted.hashes if one not in hashes))[-_MOST_HASHES:]
    if address and both != hashes:
        yield replace(wanted, address=address, hashes=both).html()
    yield replace(wanted, hashes=both).html()
