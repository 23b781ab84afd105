"""The merchant's Script Manager, and how a theme renders what stands in it."""

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

# What scripts of a visibility appear on.
_PAGES = {
    "checkout": {"all_pages", "checkout"},
    "orderconfirmation": {"all_pages", "order_confirmation"},
}
_ELSEWHERE = {"all_pages", "storefront"}
# The categories of the shopper's consent; essential ones always run, unknown ones never.
CATEGORIES = {"functional": 2, "analytics": 3, "targeting": 4}
_HANDLEBARS = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_SOURCE = re.compile(r'\ssrc="([^"]+)"')


@dataclass(frozen=True, slots=True)
class InstalledScript:
    """A script as the Script Manager shows it."""

    uuid: str
    channel_id: int
    name: str
    visibility: str
    location: str
    consent_category: str
    enabled: bool
    html: str


def listed(connection: sqlite3.Connection) -> list[InstalledScript]:
    """Return all scripts, whoever made them, in the order of their making."""
    return [
        InstalledScript(
            row["uuid"],
            row["channel_id"],
            row["name"],
            row["visibility"],
            row["location"],
            row["consent_category"],
            bool(row["enabled"]),
            row["html"] or _tag_of(row),
        )
        for row in connection.execute("SELECT * FROM scripts ORDER BY id")
    ]


def delete(connection: sqlite3.Connection, uuid: str) -> None:
    """Delete a script, which a merchant may do with any.

    Raises:
        KeyError: there is none.
    """
    if not connection.execute("DELETE FROM scripts WHERE uuid = ?", (uuid,)).rowcount:
        raise KeyError(uuid)


def categorize(connection: sqlite3.Connection, uuid: str, category: str) -> None:
    """Put a script into another consent category: all that a merchant may change of an account's.

    Raises:
        KeyError: there is none.
    """
    changed = connection.execute(
        "UPDATE scripts SET consent_category = ? WHERE uuid = ?", (category, uuid)
    )
    if not changed.rowcount:
        raise KeyError(uuid)


def tags(
    scripts: list[InstalledScript],
    page_type: str,
    context: Mapping[str, str],
    gateway: str,
    *,
    location: str,
) -> str:
    """Return the tags that a page of the default channel has at a location.

    Those that wait for the shopper's consent are text until the theme makes scripts of them.

    Args:
        scripts: all of the store.
        page_type: Stencil's name for the page.
        context: what Handlebars may name besides ``page_type``.
        gateway: where scripts come from in place of the scheme and host of their address.
        location: head or footer.
    """
    return "\n".join(
        _with_consent(_rendered(one, {"page_type": page_type, **context}, gateway), one)
        for one in scripts
        if _is_shown(one, page_type) and one.location == location
    )


def origins(scripts: list[InstalledScript], gateway: str) -> set[str]:
    """Return where the scripts come from."""
    found = (source for one in scripts for source in _SOURCE.findall(one.html))
    return {"/".join((gateway or source).split("/")[:3]) for source in found}


def _is_shown(script: InstalledScript, page_type: str) -> bool:
    return (
        script.enabled
        and script.channel_id == 1
        and script.consent_category != "unknown"
        and script.visibility in _PAGES.get(page_type, _ELSEWHERE)
    )


def _rendered(script: InstalledScript, context: Mapping[str, str], gateway: str) -> str:
    """Return a script's tag with its Handlebars filled in; what they name may be missing."""
    html = _HANDLEBARS.sub(lambda found: escape(context.get(found[1], "")), script.html)
    return _SOURCE.sub(lambda found: f' src="{_elsewhere(found[1], gateway)}"', html)


def _elsewhere(address: str, gateway: str) -> str:
    parts = urlsplit(address)
    return address.replace(f"{parts.scheme}://{parts.netloc}", gateway, 1) if gateway else address


def _with_consent(tag: str, script: InstalledScript) -> str:
    category = CATEGORIES.get(script.consent_category)
    if category is None:
        return tag
    waiting = f'<script type="text/plain" data-waits-for="{category}" '
    return tag.replace("<script ", waiting)


def _tag_of(row: sqlite3.Row) -> str:
    """Return the tag that is made of an address."""
    hashes = " ".join(json.loads(row["integrity_hashes"]))
    load = "" if row["load_method"] == "default" else f"{row['load_method']} "
    sri = f' integrity="{hashes}" crossorigin="anonymous"' if hashes else ""
    return f'<script {load}src="{escape(row["src"])}"{sri}></script>'
