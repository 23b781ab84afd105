"""Import rows: touchpoints, leads, ad cost and clicks on ads that another system posts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.ad_clicks import AD_CLICKS_POST, read_ad_click, read_click_platform
from headwater.domain.imported_costs import LOAD_FIELDS, cost_key, read_cost, read_load
from headwater.domain.imported_leads import read_lead
from headwater.domain.imported_touchpoints import read_touchpoint
from headwater.domain.rows import refuse_unknown
from headwater.errors import InvalidParameterError, InvalidRowError
from headwater.usecases.keep_leads import keep_leads
from headwater.usecases.ports import RejectedRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from headwater.domain.costs import CostRow
    from headwater.domain.imported_touchpoints import ImportedTouchpoint
    from headwater.usecases.ports import Clock, Costs, Journeys, Lake

MOST_ROWS = 1000
_LONGEST_KEPT_ROW = 16_384
# The fields of a post, by the kind of its rows.
_FIELDS = {
    "touchpoints": frozenset({"rows"}),
    "leads": frozenset({"rows"}),
    "costs": LOAD_FIELDS,
    "ad_clicks": AD_CLICKS_POST,
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """The place of a bad row in the post, and what is wrong with it."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportRowsResult:
    """What became of the rows.

    ``accepted`` rows were taken, also those that say what is known already; ``changed`` counts
    the items (touchpoints, opt-ins, profiles, cost rows …) that were new or different.
    ``completed`` tells of a cost load that it is now what its days show.
    """

    accepted: int
    changed: int
    rejected: tuple[RowFault, ...]
    completed: bool = False


def import_rows(
    kind: str,
    account: str,
    body: object,
    *,
    journeys: Journeys,
    costs: Costs,
    lake: Lake,
    clock: Clock,
) -> ImportRowsResult:
    """Import up to 1,000 rows; the good ones are kept, the bad ones are answered one by one.

    The same post again changes nothing.

    Args:
        kind: touchpoints, leads, costs or ad_clicks.
        account: whose rows they are.
        body: the post, ``{"rows": [...]}`` and, for costs, the load's fields; JSON numbers with a
            fraction are Decimals.
        journeys: takes touchpoints and leads.
        costs: takes cost rows and clicks on ads.
        lake: keeps bad rows with their reasons.
        clock: our clock.

    Raises:
        InvalidParameterError: the post as a whole is wrong; nothing of it was taken.
        RetriableError: a table did not take the rows; the same post may be repeated.
    """
    now = clock.now()
    post = _checked(kind, body)
    match kind:
        case "touchpoints":
            result = _import_touchpoints(account, post, journeys, now)
        case "leads":
            result = _import_leads(account, post, journeys, now)
        case "costs":
            result = _import_costs(account, post, costs, now)
        case _:
            result = _import_ad_clicks(account, post, costs, now)
    rows = post["rows"]
    keep_faults(lake, account, kind, now, [(f.reason, rows[f.index]) for f in result.rejected])
    return result


def _checked(kind: str, body: object) -> Mapping[str, Any]:
    """Return the post if it is an object of fields that its kind has."""
    if kind not in _FIELDS:
        message = f"kind: not one of {', '.join(_FIELDS)}"
        raise InvalidParameterError(message)
    if not isinstance(body, dict):
        message = "body: not a JSON object"
        raise InvalidParameterError(message)
    try:
        refuse_unknown(body, _FIELDS[kind])
    except InvalidRowError as error:
        raise InvalidParameterError(str(error)) from None
    return body


def _import_touchpoints(
    account: str, body: Mapping[str, Any], journeys: Journeys, now: datetime
) -> ImportRowsResult:
    rows, faults = read_rows(rows_of(body), lambda row: read_touchpoint(row, now))
    return ImportRowsResult(
        len(rows), keep_touchpoints(account, rows, journeys, now), tuple(faults)
    )


def keep_touchpoints(
    account: str, rows: Sequence[ImportedTouchpoint], journeys: Journeys, now: datetime
) -> int:
    """Store touchpoints with all that their rows say; return how many items were new or changed."""
    changed = journeys.add_touchpoints(account, [row.touchpoint for row in rows], now)
    changed += journeys.add_identifications(
        account, [row.identification for row in rows if row.identification], now
    )
    changed += journeys.add_opt_ins(account, [row.opt_in for row in rows if row.opt_in], now)
    changed += journeys.add_profiles(account, [row.profile for row in rows if row.profile], now)
    return changed


def _import_leads(
    account: str, body: Mapping[str, Any], journeys: Journeys, now: datetime
) -> ImportRowsResult:
    leads, faults = read_rows(rows_of(body), lambda row: read_lead(row, now))
    changed = keep_leads(account, leads, journeys=journeys, now=now)
    return ImportRowsResult(len(leads), changed, tuple(faults))


def _import_costs(
    account: str, body: Mapping[str, Any], costs: Costs, now: datetime
) -> ImportRowsResult:
    load = read_load(body, now)
    seen: set[tuple[object, ...]] = set()

    def read(row: object) -> CostRow:
        cost = read_cost(row, load, now)
        # Two such rows would be one in the table, and the first one's money lost.
        if cost_key(cost) in seen:
            message = "the same day, ids and utm values as a row before it"
            raise InvalidRowError(message)
        seen.add(cost_key(cost))
        return cost

    rows, faults = read_rows(rows_of(body, least=0 if load.days else 1), read)
    changed = costs.add(account, load.load, rows) if rows else 0
    # A load with a hole must not replace the days that it does not fill.
    completed = load.is_complete and not faults
    if completed:
        changed += costs.complete(account, load.platform, load.ad_account, load.load, load.days)
    return ImportRowsResult(len(rows), changed, tuple(faults), completed)


def _import_ad_clicks(
    account: str, body: Mapping[str, Any], costs: Costs, now: datetime
) -> ImportRowsResult:
    platform = read_click_platform(body)
    clicks, faults = read_rows(rows_of(body), lambda row: read_ad_click(row, platform, now))
    changed = costs.add_clicks(account, clicks) if clicks else 0
    return ImportRowsResult(len(clicks), changed, tuple(faults))


def rows_of(body: Mapping[str, Any], least: int = 1) -> list[Any]:
    """Return a post's rows; raises InvalidParameterError if they are none or too many."""
    rows = body.get("rows")
    if not isinstance(rows, list) or not least <= len(rows) <= MOST_ROWS:
        message = f"rows: not a list of {least} to {MOST_ROWS}"
        raise InvalidParameterError(message)
    return rows


def read_rows[Read](
    rows: list[Any], read: Callable[[object], Read]
) -> tuple[list[Read], list[RowFault]]:
    """Read each row; return the good ones and the faults of the others."""
    good: list[Read] = []
    faults: list[RowFault] = []
    for index, row in enumerate(rows):
        try:
            good.append(read(row))
        except InvalidRowError as error:
            faults.append(RowFault(index, str(error)))
    return good, faults


def keep_faults(
    lake: Lake, account: str, kind: str, now: datetime, faults: Sequence[tuple[str, object]]
) -> None:
    """Keep bad rows of a kind in the lake, each with its reason."""
    rejected = [RejectedRow(f"{kind}: {reason}", _kept(row)) for reason, row in faults]
    lake.keep_rejected(account, now.date(), rejected)


def _kept(row: object) -> object:
    """Return a bad row as JSON that can be kept: Decimals as text, cut if it is huge."""
    try:
        document = json.dumps(row, default=str)
    except RecursionError:
        return "nested too deeply to be kept"
    if len(document) > _LONGEST_KEPT_ROW:
        return document[:_LONGEST_KEPT_ROW]
    return json.loads(document)
