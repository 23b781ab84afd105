"""What a page's text says of the tracking script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection

_LOADER = re.compile(r"/l/([0-9A-Za-z]{8,64})\.js\Z")
_VERSION = re.compile(r"/s/([0-9a-f]{12}\.js)\Z")
# What a script's type has to be for a browser to run it.
_RUNS = frozenset({"", "text/javascript", "application/javascript", "module", "text/ecmascript"})
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
    reader = _Reader(url)
    reader.feed(text)
    reader.close()
    return PageText(
        tuple(reader.scripts),
        _BANNER.search(text) is not None,
        _TAG_MANAGER.search(text) is not None,
    )


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[FoundScript] = []
        self._base = url

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in reversed(attrs)}
        if tag == "base" and given.get("href"):
            self._base = _joined(self._base, given["href"])
        if tag == "script" and given.get("src"):
            self._take(_joined(self._base, given["src"].strip()), given)

    def _take(self, url: str, given: dict[str, str]) -> None:
        parts = urlsplit(url)
        name = ""
        if loader := _LOADER.search(parts.path):
            key = loader[1]
        elif version := _VERSION.search(parts.path):
            name = version[1]
            key = given.get("data-key") or parse_qs(parts.query).get("key", [""])[0]
        else:
            return
        held = given.get("type", "").strip().lower() not in _RUNS
        integrity, consent = given.get("integrity", "").strip(), given.get("data-consent", "")
        self.scripts.append(FoundScript(url, key, name, integrity, held, consent))


def _joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:
        return ""
