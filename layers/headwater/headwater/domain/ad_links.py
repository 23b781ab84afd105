"""What an ad's clicks bring along: its page's query, its templates', and their macros filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
# A macro of any platform: {name}, {name:default}, {{name}} or __NAME__.
_MACRO = re.compile(r"\{\{?[^{}]*\}\}?|__[A-Z][A-Z_]*__")


def effective_utm(parts: Iterable[str], macros: Mapping[str, str]) -> dict[str, str]:
    """Return the utm values that an ad's clicks land with, by field; a value not known is missing.

    Args:
        parts: the ad's page, its tracking template and what is appended to them, in this order;
            each an address or a bare query. Of a parameter that comes twice the first one counts,
            as it does in a browser.
        macros: macro, as the platform spells it, → what it stands for. A value with any other one
            changes from click to click, and is not known.
    """
    found: dict[str, str] = {}
    for part in parts:
        for name, value in _query(part):
            if name in UTM_FIELDS and value:
                found.setdefault(name, _filled(value, macros))
    return {name: value for name, value in found.items() if value}


def leading_link(links: Iterable[str]) -> str:
    """Return the one of an ad's links that stands for all: the first with utm values, or the first.

    Those that differ in content or term alone are found by it too (``domain.cost_join``).
    """
    known = [link for link in links if link]
    tagged = (link for link in known if any(name in UTM_FIELDS for name, _ in _query(link)))
    return next(tagged, known[0] if known else "")


def _query(part: str) -> list[tuple[str, str]]:
    text = part.strip()
    # A template begins with a macro for the page, {lpurl}, which has no scheme; a suffix has none.
    query = text.partition("?")[2].partition("#")[0] if "?" in text else text.lstrip("&")
    if "=" not in query or (not text.count("?") and urlsplit(text).scheme in {"http", "https"}):
        return []
    return parse_qsl(query, keep_blank_values=True)


def _filled(value: str, macros: Mapping[str, str]) -> str:
    """Return a value with its macros filled in, or nothing if one of them is not known."""
    unknown = False

    def fill(match: re.Match[str]) -> str:
        nonlocal unknown
        known = macros.get(match[0])
        unknown = unknown or not known
        return known or ""

    filled = _MACRO.sub(fill, value)
    return "" if unknown else filled
