"""How a source is, as a person can act on it: its status in words, and how far its history is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.usecases.check_store import PERMISSIONS, WHERE_TO_FIX
from headwater.usecases.connectors import KINDS, LEADS

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.usecases.connectors import ConnectorKind
    from headwater.usecases.ports import Source, TrackingScript

# A store that answers nothing for so long is no passing trouble.
_LONG = timedelta(hours=2)
_THROTTLED = (
    "Nothing: other apps use up the store's request quota, and the next pull goes on from here. If"
    " it stays, find the app that is so busy, or ask BigCommerce for a larger quota."
)
_REAUTHORIZE = (
    "Make a new API account in the control panel, under Settings > Store-level API accounts, and"
    " connect the store again with its token. Meanwhile each pull tries the present one."
)
_GONE = (
    "See whether the account still exists there; else a newer release of this program is needed,"
    " which asks the way that is in use now."
)
_NOTHING = "Nothing: the next pull goes on from here."
_REMOVED = "Connect the store again under this name to go on, or remove it with its orders."
# Status → its title, and what to do about it.
_STATUSES = {
    "ok": ("Healthy", ""),
    "paused": ("Paused", "Resume the source when its orders shall be pulled again."),
    "throttled": ("Throttled", _THROTTLED),
    "reauthorize": ("Re-authorize", _REAUTHORIZE),
    "missing_scope": ("Scope missing", WHERE_TO_FIX),
    "unavailable": ("Store unavailable", _NOTHING),
    "gone": ("Gone", _GONE),
    "defect": ("Request refused", "Tell us of it: the request itself is wrong."),
    "removing": ("Being removed", "Nothing: the orders are being deleted."),
    "removed": ("Removed", _REMOVED),
}
_WITHOUT_WEBHOOKS = "changes come with the next pull, not within minutes"
_SCRIPT = "Tracking script"
_ASK_AGAIN = 'PUT /v1/sources/{source}/options with {"script": true} puts it in again'
# How the script is in a storefront → what that means.
_SCRIPT_FAULTS = {
    "deleted": f"somebody has deleted it in the store's Script Manager; {_ASK_AGAIN}",
    "disabled": f"it is switched off in the store; {_ASK_AGAIN}",
    "refused": "the store takes no more scripts of this API account; it is tried with each pull",
}
_LONG_UNAVAILABLE = (
    "See whether the shop itself is up: a store that is in maintenance, suspended or unpaid answers"
    " nothing for hours. The next pull tries again, and goes on from here."
)


@dataclass(frozen=True, slots=True)
class HistoryProgress:
    """How much of a store's order history is in.

    ``percent`` is 100 only once it is complete. ``seconds_left`` goes by the pace of the latest
    invocation, waits for the store's quota included; None before there is one.
    """

    done: int
    total: int
    percent: int
    orders_left: int
    is_complete: bool
    seconds_left: int | None


@dataclass(frozen=True, slots=True)
class OffScope:
    """An optional scope that the token lacks, or what else fails, and what is off for it."""

    title: str
    off: str


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source is. ``to_do`` is empty where there is nothing to do or to know."""

    status: str
    title: str
    reason: str
    to_do: str
    history: HistoryProgress
    off: tuple[OffScope, ...]


def describe_source(source: Source, now: datetime) -> SourceState:
    """Return how a source is."""
    status = "paused" if source.is_paused and not source.is_removed else source.status
    title, to_do = _STATUSES[status]
    kind = KINDS.get(source.kind)
    if kind:
        title, to_do = _of_connector(kind, status, title, to_do)
    since = source.status_since
    if kind is None and status == "unavailable" and since and now - since >= _LONG:
        to_do = _LONG_UNAVAILABLE
    off = tuple(
        OffScope(one.title, one.without)
        for one in (kind.permissions if kind else PERMISSIONS)
        if one.title in source.missing_scopes
    )
    if source.webhooks.note:
        off += (OffScope("Webhooks", f"{_WITHOUT_WEBHOOKS}: {source.webhooks.note}"),)
    off += tuple(OffScope(_SCRIPT, text) for text in script_faults(source.script))
    history = _pulled(source, kind) if kind else _history(source)
    return SourceState(status, title, source.reason, to_do, history, off)


def _of_connector(kind: ConnectorKind, status: str, title: str, to_do: str) -> tuple[str, str]:
    """Return title and advice of an ad platform or CRM, where they are others than a store's."""
    if status in {"reauthorize", "missing_scope"}:
        return title, kind.where_to_fix
    if status == "throttled":
        return title, _NOTHING
    if status == "unavailable":
        return "Unavailable", _NOTHING
    return title, to_do


def _pulled(source: Source, kind: ConnectorKind) -> HistoryProgress:
    return _contacts(source) if kind.role == LEADS else _days(source, kind)


def _contacts(source: Source) -> HistoryProgress:
    """Return how many rows of contacts the latest pull has brought; no CRM says how many it has."""
    done, is_complete = source.leads.done, source.leads.pulled_until is not None
    percent = 100 if is_complete else 0
    return HistoryProgress(done, done, percent, 0, is_complete=is_complete, seconds_left=None)


def _days(source: Source, kind: ConnectorKind) -> HistoryProgress:
    """Return how many days of ad cost are in, of those that the platform tells of."""
    marks = [
        one for one in source.cost_bookmarks if one.ad_account in {a.id for a in source.ad_accounts}
    ]
    done = sum(
        (mark.pulled_through - mark.history_from).days + 1
        for mark in marks
        if mark.pulled_through and mark.history_from
    )
    is_complete = len(marks) == len(source.ad_accounts) and all(
        mark.is_history_complete for mark in marks
    )
    total = done if is_complete else max(len(source.ad_accounts) * kind.history_days, done)
    percent = 100 if is_complete else min(100 * done // total, 99) if total else 0
    return HistoryProgress(
        done, total, percent, total - done, is_complete=is_complete, seconds_left=None
    )


def script_faults(script: TrackingScript) -> list[str]:
    """Return what is amiss with a source's tracking script, and what to do about it."""
    faults = [script.note] if script.note else []
    for one in script.channels:
        if one.state in _SCRIPT_FAULTS:
            name = one.name or f"storefront {one.channel_id}"
            faults.append(f"{name}: {_SCRIPT_FAULTS[one.state]}")
    return [*faults, *script.hints]


def script_rows(source: Source) -> list[dict[str, str]]:
    """Return how the tracking script is in each storefront of a source, where we put it in.

    Where none could be looked at there is one row, without a storefront, with the state unknown.
    """
    script = source.script
    if not script.is_on:
        return []
    rows = [
        {
            "source": source.source,
            "storefront": one.name or str(one.channel_id),
            "state": one.state,
            "pages": one.pages,
            "consent_category": one.consent_category,
            "fault": _SCRIPT_FAULTS.get(one.state, ""),
        }
        for one in script.channels
    ]
    unseen = {"storefront": "", "state": "unknown", "pages": "", "consent_category": ""}
    return rows or [{"source": source.source, **unseen, "fault": script.note}]


def _history(source: Source) -> HistoryProgress:
    done = source.orders_done
    if source.is_history_complete:
        return HistoryProgress(done, done, 100, 0, is_complete=True, seconds_left=0)
    # Orders that came in since the store counted them make it larger.
    total = max(source.orders_total, done)
    percent = min(100 * done // total, 99) if total else 0
    left = total - done
    return HistoryProgress(
        done, total, percent, left, is_complete=False, seconds_left=_seconds_left(source, left)
    )


def _seconds_left(source: Source, orders_left: int) -> int | None:
    """Return how long what is left takes: orders left * seconds that one took, rounded up."""
    mark = source.bookmark
    came = source.orders_done - mark.paced_done
    if mark.paced_from is None or mark.saved_at is None or came <= 0:
        return None
    seconds = (mark.saved_at - mark.paced_from).total_seconds()
    return -int(-orders_left * seconds // came)
