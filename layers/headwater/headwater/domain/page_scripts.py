"""What a page's text says of the tracking script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from urllib.parse import SplitResult

_LOADER = re.compile(r"/l/([0-9A-Za-z]{8,64})\.js\Z")
_VERSION = re.compile(r"/s/([0-9a-f]{12}\.js)\Z")
# What a script's type has to be for a browser to run it.
_RUNS = frozenset({"", "text/javascript", "application/javascript", "module", "text/ecmascript"})
# A comment, or an element that decides what is a script and what is only text.
_TEXT_ELEMENTS = ("script", "style", "textarea", "title", "noscript", "iframe", "xmp")
_OPENING = re.compile(rf"<!--|<({'|'.join(_TEXT_ELEMENTS)}|base)(?=[\s/>])", re.IGNORECASE)
_CLOSING = {name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE) for name in _TEXT_ELEMENTS}
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?""")
# BigCommerce's cookie banner announces itself so, on each page of a store that has it switched on.
_BANNER = re.compile(r"consentManagerStoreConfig|/consent-manager-", re.ASCII)
_TAG_MANAGER = re.compile(
    r"googletagmanager\.com/(?:gtm\.js|ns\.html)|\bGTM-[0-9A-Z]{4,}", re.ASCII
)


@dataclass(frozen=True, slots=True)
class FoundScript:
    """A tag of the tracking script.

    ``name`` is that of the version which it names itself; empty for a loader. ``is_held``: its type
    keeps it from running until somebody changes it, as banners do. ``consent`` is what its
    ``data-consent`` says.
    """

    url: str
    key: str
    name: str = ""
    integrity: str = ""
    is_held: bool = False
    consent: str = ""


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page includes: our scripts, BigCommerce's banner, a tag manager."""

    scripts: tuple[FoundScript, ...] = ()
    has_banner: bool = False
    has_tag_manager: bool = False

    def own(self, keys: Collection[str]) -> FoundScript | None:
        """Return the first script that belongs to one of these sites."""
        return next((script for script in self.scripts if script.key in keys), None)


def read_page(text: str, url: str) -> PageText:
    """Find the tracking script in a page.

    Args:
        text: the page.
        url: its address, to which others in it may be relative.
    """
    scripts: list[FoundScript] = []
    base = url
    for name, given in _tags(text):
        if name == "base":
            base = _joined(base, given.get("href", ""))
        elif source := given.get("src", "").strip():
            scripts += filter(None, [_script(_joined(base, source), given)])
    return PageText(
        tuple(scripts),
        _BANNER.search(text) is not None,
        _TAG_MANAGER.search(text) is not None,
    )


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the script and base tags of a page with their attributes, in one pass.

    The library's parser takes minutes for some texts of a hundred kilobytes.
    """
    place = 0
    while opened := _OPENING.search(text, place):
        place = opened.end()
        name = (opened[1] or "").lower()
        if not name:
            place = text.find("-->", place)
        else:
            given: dict[str, str] = {}
            while found := _ATTRIBUTE.match(text, place):
                value = found[2] or found[3] or found[4] or ""
                given.setdefault(found[1].lower(), unescape(value))
                place = found.end()
            if name in {"script", "base"}:
                yield name, given
            if name != "base":
                # What is inside is text.
                closing = _CLOSING[name].search(text, place)
                place = closing.end() if closing else -1
        if place < 0:
            return


def _script(url: str, given: dict[str, str]) -> FoundScript | None:
    """Return what a tag says if it is of the tracking script."""
    parts = _split(url)
    name = ""
    if loader := _LOADER.search(parts.path):
        key = loader[1]
    elif version := _VERSION.search(parts.path):
        name = version[1]
        key = given.get("data-key") or parse_qs(parts.query).get("key", [""])[0]
    else:
        return None
    held = given.get("type", "").strip().lower() not in _RUNS
    integrity, consent = given.get("integrity", "").strip(), given.get("data-consent", "")
    return FoundScript(url, key, name, integrity, held, consent)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:
        return ""
