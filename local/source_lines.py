"""Connected sources in lines of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.usecases.connectors import AD_COST, KINDS, LEADS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SIGNS = {"granted": "✓", "missing": "✗", "unchecked": "–"}
_MINUTE, _HOUR = 60, 3_600
# What a history is counted in, by the role of what it comes from.
_COUNTED = {AD_COST: "days", LEADS: "contacts"}


def progress_line(state: Mapping[str, Any]) -> str:
    """Return how far a source's history is, in a line."""
    history = state["history"]
    kind = KINDS.get(state["kind"])
    counted = _COUNTED[kind.role] if kind else "orders"
    line = f"{state['title']}: {history['done']:,} of {history['total']:,} {counted}"
    if history["is_complete"]:
        return f"{line}, the history is complete"
    line += f", {history['percent']} %"
    left = history["seconds_left"]
    return line if left is None else f"{line}, about {_duration(left)} left"


def scope_lines(scopes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each scope: a tick, a cross, or a dash where it could not be tried."""
    width = max(len(scope["title"]) for scope in scopes)
    lines = []
    for scope in scopes:
        kind = "needed" if scope["is_required"] else "optional"
        note = scope["detail"] or scope["needed_for"]
        sign = _SIGNS[scope["state"]]
        lines.append(f"  {sign} {scope['title']:<{width}}  {kind:<8}  {note}")
    return lines


def ad_account_lines(ad_accounts: Sequence[Mapping[str, str]]) -> list[str]:
    """Return a line for each ad account: its id, name, currency and zone."""
    width = max((len(one["id"]) for one in ad_accounts), default=0)
    return [
        f"  {one['id']:<{width}}  {one['name']}, {one['currency']}, {one['time_zone']}"
        for one in ad_accounts
    ]


def script_lines(script: Mapping[str, Any]) -> list[str]:
    """Return a line for each storefront with the tracking script, and for what to know of it."""
    if not script["is_on"]:
        return []
    said = [
        f"{one['name'] or 'storefront ' + str(one['channel_id'])}: {one['state']}"
        + f", {one['pages']}" * bool(one["pages"])
        for one in script["channels"]
    ]
    said += [script["note"]] * bool(script["note"]) + script["hints"]
    return [f"  tracking script                    {line}" for line in said]


def _duration(seconds: int) -> str:
    if seconds <= _MINUTE:
        return f"{seconds} s"
    minutes = -(-seconds // _MINUTE)
    return f"{minutes} min" if seconds < _HOUR else f"{minutes // 60} h {minutes % 60} min"
