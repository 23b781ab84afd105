"""The scripts in a store's pages (``ports.scripts.StoreScripts``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from headwater.adapters.bigcommerce.answers import (
    CHANNELS,
    CHECKOUT_CONTENT,
    CONTENT,
    SITES,
    Resource,
    Scope,
)
from headwater.adapters.bigcommerce.session import PageSize
from headwater.errors import MalformedAnswerError, StoreNotFoundError
from headwater.usecases.ports.scripts import ALL_PAGES, StoreFrontend, StoreScript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.adapters.bigcommerce.session import Session

_CHANNELS = Resource("/v3/channels", (CHANNELS,))
_SITES = Resource("/v3/sites", (SITES,))
_PATH = "/v3/content/scripts"
# Shoppers reach the pages of these, or will.
_OPEN = frozenset({"active", "prelaunch"})
_WHAT_IT_IS = "Tells Headwater which advertisement or email brought a shopper."


class BigCommerceScripts:
    """The scripts of one connected store that its token has made."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def frontends(self) -> Sequence[StoreFrontend]:
        """Return the channels with pages that shoppers reach, or will."""
        return [
            StoreFrontend(row["id"], row.get("name") or "", row.get("platform") == "bigcommerce")
            for row in self._rows(_CHANNELS, {"type:in": "storefront"}, "id", int)
            if row.get("status") in _OPEN
        ]

    def addresses(self) -> Sequence[tuple[int, str]]:
        """Return (channel, origin of its pages), several of a channel."""
        found: dict[tuple[int, str], None] = {}
        for row in self._rows(_SITES, {}, "channel_id", int):
            urls = [one.get("url") for one in row.get("urls") or () if isinstance(one, dict)]
            for url in (row.get("url"), *urls):
                if isinstance(url, str) and (parts := urlsplit(url)).netloc:
                    found[row["channel_id"], f"{parts.scheme}://{parts.netloc}"] = None
        return list(found)

    def scripts(self) -> Sequence[StoreScript]:
        """Return all scripts, the oldest first."""
        rows = self._rows(_scripts(CONTENT), {}, "uuid", str)
        rows.sort(key=lambda row: (str(row.get("date_created")), row["uuid"]))
        return [_read(row) for row in rows]

    def create(self, script: StoreScript) -> None:
        """Make one, whose tag is put into pages as it is; tried once."""
        content = {
            "name": "Headwater",
            "description": _WHAT_IT_IS,
            "kind": "script_tag",
            "load_method": "default",
            # A theme may lack a place in the head, and then no page would have it.
            "location": "footer",
            "auto_uninstall": True,
            "channel_id": script.channel_id,
            **_content(script),
        }
        self._session.send("POST", _of(script), content, attempts=1)

    def change(self, script: StoreScript) -> None:
        """Replace one's tag, pages and category, and whether it is enabled."""
        self._session.send("PUT", _of(script), _content(script))

    def delete(self, uuid: str) -> None:
        """Delete one; one that is gone already stays so."""
        resource = Resource(f"{_PATH}/{uuid}", (CONTENT, CHECKOUT_CONTENT))
        try:
            self._session.send("DELETE", resource)
        except StoreNotFoundError:
            return

    def _rows(
        self, resource: Resource, query: dict[str, str], key: str, kind: type
    ) -> list[dict[str, Any]]:
        """Return the rows of a list, each with a key that can be read."""
        rows = [
            row for page in self._session.pages(resource, query, PageSize()) for row in page.rows
        ]
        if not all(isinstance(row, dict) and isinstance(row.get(key), kind) for row in rows):
            message = f"{resource.path} lists something that cannot be read"
            raise MalformedAnswerError(message)
        return rows


def _scripts(*scopes: Scope) -> Resource:
    return Resource(_PATH, scopes)


def _of(script: StoreScript) -> Resource:
    """Return where a script is made or changed, with the scope that its pages need."""
    scope = CHECKOUT_CONTENT if script.pages == ALL_PAGES else CONTENT
    return Resource(f"{_PATH}/{script.uuid}".rstrip("/"), (scope,))


def _content(script: StoreScript) -> dict[str, Any]:
    return {
        "html": script.html,
        "visibility": script.pages,
        "consent_category": script.consent_category,
        "enabled": script.is_enabled,
    }


def _read(row: dict[str, Any]) -> StoreScript:
    channel_id = row.get("channel_id")
    return StoreScript(
        channel_id if isinstance(channel_id, int) else 1,
        str(row.get("html") or row.get("src") or ""),
        str(row.get("visibility") or ""),
        str(row.get("consent_category") or ""),
        is_enabled=row.get("enabled") is not False,
        uuid=row["uuid"],
    )
