"""What stands behind the figures of the LTV report: its customers, their orders, and the cost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headwater.domain.cohort_formulas import contact_formulas, ltv_formulas
from headwater.domain.ltv import CONTACT
from headwater.domain.roi import CREDITED
from headwater.usecases.following.follower import Follower
from headwater.usecases.following.listings import Listing, named
from headwater.usecases.following.member_rows import list_bought, list_people
from headwater.usecases.following.traffic_rows import spend_of
from headwater.usecases.reports.ltv import LTV, read_customers
from headwater.usecases.reports.ltv_cells import REPEATED, reached

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.figures import Figure
    from headwater.usecases.reports.ltv import LtvRequest
    from headwater.usecases.reports.report import Scope

# Who became a customer more than so many days ago, and what these bought up to that day, or on day
# 0; what they bought is no column of the report.
_AT_AGE = re.compile(r"(customers|(first_)?(gross|net))_(\d{1,4})")
_OF_CLICK = "it is a name of the first click, which the journey of the contact holds"
_UNFOLLOWED = {
    "acquired_on": "it is the day of the first of the row's orders",
    "last_order_on": "it is the day of the latest of the row's orders",
    **dict.fromkeys(("channel", "source", "campaign"), _OF_CLICK),
}


def _formula(request: LtvRequest, figure: Figure, _scope: Scope) -> str | None:
    is_contact = figure.key is not None and request.query.by == (CONTACT,)
    formulas = contact_formulas if is_contact else ltv_formulas
    return formulas(request.revenue).get(figure.name)


def _build(db: duckdb.DuckDBPyConnection, request: LtvRequest, scope: Scope) -> None:
    read_customers(db, request.query, scope.zone)


def _list(request: LtvRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure, or None if there is no such figure."""
    name, by = figure.name, request.query.by
    who = "true" if figure.key is None else named(("state", *by), map(figure.value, ("kind", *by)))
    if name == "customers":
        return list_people("bought", who)
    if name == "repeat_customers":
        return list_people("bought", f"{who} AND {REPEATED}")
    if name == "cost":
        return _cost(request, figure)
    if found := _AT_AGE.fullmatch(name):
        what, is_first, money, days = found.groups()
        who = f"{who} AND {reached(int(days), scope.as_of)}"
        if what == "customers":
            return list_people("bought", who)
        return list_bought(
            money, "member_orders", f"{_by(who)} AND days <= {0 if is_first else days}"
        )
    return list_bought(name, "member_orders", _by(who))


def _by(who: str) -> str:
    """Return the SQL of whether an order is one of these customers."""
    return f"contact IN (SELECT contact FROM bought WHERE {who})"


def _cost(request: LtvRequest, figure: Figure) -> Listing | None:
    """Return the list of the cost under a name; whom no click has brought has cost nothing."""
    by, wanted = request.query.by, request.query.joining.condition
    if figure.key is None:
        return spend_of("spend", "cost", wanted)
    if by == (CONTACT,):
        return None
    is_credited = figure.value("kind") == CREDITED
    names = named(by, map(figure.value, by)) if is_credited else "false"
    return spend_of("spend", "cost", f"{wanted} AND {names}")


LTV_FOLLOWER = Follower(LTV, _formula, _build, _list, _UNFOLLOWED, needs_history=True)
"""The LTV report's."""
