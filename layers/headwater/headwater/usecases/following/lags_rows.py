"""What stands behind the figures of the lags report: its own customers, and the days they took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.formulas import CUSTOMERS_OF_MEASURE, CUSTOMERS_SO_FAR, lag_formulas
from headwater.domain.journey_facts import DAY_BUCKETS, LAGS, bucket_name
from headwater.usecases.following.follower import Follower
from headwater.usecases.following.listings import Listing, named
from headwater.usecases.reports.lags import (
    LAGS_REPORT,
    in_bucket,
    read_member_lags,
    up_to_bucket,
)

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.figures import Figure
    from headwater.usecases.following.listings import Rule
    from headwater.usecases.reports.lags import LagsRequest
    from headwater.usecases.reports.report import Scope

# With what he has bought to date.
_PEOPLE = """
SELECT contact, touched_at, opted_in_at, joined_at AS purchased_at, orders, gross, net,
    {amount} AS amount
FROM member_lags JOIN (
    SELECT contact, count(*) AS orders, sum(order_gross)::BIGINT AS gross,
        sum(order_net)::BIGINT AS net
    FROM member_orders GROUP BY contact
) USING (contact)
WHERE {wanted}
"""
_RULES: tuple[Rule, ...] = ("median", "p75", "p90")
# Figure → the lag that it is of.
_COUNTS = {f"{lag}_customers": lag for lag in LAGS}
_PERCENTILES = {f"{lag}_{rule}": (lag, rule) for lag in LAGS for rule in _RULES}
_PLACES = {bucket_name(DAY_BUCKETS, place): place for place in range(len(DAY_BUCKETS))}


def _formula(request: LagsRequest, figure: Figure, _scope: Scope) -> str | None:
    return lag_formulas().get(figure.name) if _is_bucket(request, figure) else None


def _is_bucket(request: LagsRequest, figure: Figure) -> bool:
    return request.part == "distribution" and figure.key is not None


def _build(db: duckdb.DuckDBPyConnection, request: LagsRequest, scope: Scope) -> None:
    read_member_lags(db, request.query, scope)


def _list(request: LagsRequest, figure: Figure, _: Scope) -> Listing | None:
    """Return the list behind a figure, or None if there is no such figure."""
    by = request.query.by
    wanted = named(("state", *by), map(figure.value, ("kind", *by))) if figure.key else "true"
    if _is_bucket(request, figure):
        which = _which(figure)
        return _people("1", f"{wanted} AND {which}") if which else None
    if figure.name == "customers":
        return _people("1", wanted)
    if figure.name in _COUNTS:
        return _people("1", f"{wanted} AND {_COUNTS[figure.name]} IS NOT NULL")
    if figure.name in _PERCENTILES:
        lag, rule = _PERCENTILES[figure.name]
        return _people(lag, f"{wanted} AND {lag} IS NOT NULL", rule)
    return None


def _which(figure: Figure) -> str | None:
    """Return the SQL of who is counted in a bucket's row, or None if there is no such figure."""
    lag, place = figure.value("measure"), _PLACES[figure.value("days")]
    return {
        "customers": in_bucket(lag, place),
        CUSTOMERS_SO_FAR: up_to_bucket(lag, place),
        CUSTOMERS_OF_MEASURE: f"{lag} IS NOT NULL",
    }.get(figure.name)


def _people(amount: str, wanted: str, rule: Rule = "sum") -> Listing:
    return Listing("contacts", _PEOPLE.format(amount=amount, wanted=wanted), rule=rule)


LAGS_FOLLOWER = Follower(LAGS_REPORT, _formula, _build, _list)
"""The lags report's."""
