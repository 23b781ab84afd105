"""Each request that changes something is written down before it is handled, and with its outcome.

One place for all routes, so that no route can forget it. What a route alone knows it may add with
``routing.note``: counts and kinds, never a secret or a name.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from headwater.domain.audit import DONE, FAILED, REFUSED, Actor, AuditEntry
from headwater.runtime import storage
from headwater.runtime.api.callers import is_recorded
from headwater.runtime.observability import count, logger
from headwater.usecases.keep_audit import Change, begin_entry, end_entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.runtime.api.callers import Caller

_SETTINGS = "/v1/settings/"
# What changes a setting under another path.
_ALSO_SETTINGS = frozenset({"PUT /v1/duplicates/owner", "POST /v1/effects/restate"})


@dataclass(frozen=True, slots=True)
class Recording:
    """A change that was written down as begun, and the settings as they were."""

    account: str
    entry: AuditEntry
    settings: Mapping[str, Any] | None

    def end(self, status: int, note: Mapping[str, object]) -> None:
        """Write down the outcome. Where that fails the entry stays begun, which raises an alarm."""
        try:
            told = {**note, **self._settings_changed()}
            end_entry(self.account, self.entry, _outcome(status), told, log=storage.audit_log())
        # The change was made: whatever fails here, the caller has to hear of that.
        except Exception as error:  # noqa: BLE001
            count(AuditEntriesOpen=1)
            logger.error("audit entry stays open", extra={"error": type(error).__name__})

    def _settings_changed(self) -> dict[str, str]:
        if self.settings is None:
            return {}
        before, after = self.settings, _settings_of(self.account)
        changed = [
            name for name in sorted({*before, *after}) if before.get(name) != after.get(name)
        ]
        if not changed:
            return {"changed": "nothing"}
        prints = {"before": _fingerprint(before), "after": _fingerprint(after)}
        return {"changed": ",".join(changed), **prints}


def begin(event: Mapping[str, Any], caller: Caller | None) -> Recording | None:
    """Write down that a request begins, if it is one that changes something.

    Raises:
        RetriableError: it cannot be written down; then nothing may be changed.
    """
    route, context = event["routeKey"], event["requestContext"]
    if caller is None or not is_recorded(route):
        return None
    change = Change(
        context["requestId"],
        datetime.fromtimestamp(context["timeEpoch"] / 1000, UTC),
        Actor(caller.kind, caller.key_id, caller.label, caller.role),
        route,
        _named(route, event["rawPath"]),
    )
    entry = begin_entry(caller.account, change, log=storage.audit_log())
    is_setting = _SETTINGS in route or route in _ALSO_SETTINGS
    settings = _settings_of(caller.account) if is_setting else None
    return Recording(caller.account, entry, settings)


def _named(route: str, path: str) -> dict[str, str]:
    """Return what the path names, by the names that the route has for it."""
    places = route.partition(" ")[2].split("/")
    pairs = zip(reversed(places), reversed(path.split("/")), strict=False)
    return {place[1:-1]: unquote(part) for place, part in pairs if place.startswith("{")}


def _outcome(status: int) -> str:
    if status < HTTPStatus.BAD_REQUEST:
        return DONE
    return REFUSED if status < HTTPStatus.INTERNAL_SERVER_ERROR else FAILED


def _settings_of(account: str) -> dict[str, Any]:
    return storage.accounts().settings(account).document()


def _fingerprint(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
