"""The figures of the subscriptions report, from a run's tables, as plain JSON values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from headwater.domain.cadence import DAYS_PER_MONTH, MISSED_ONE, MISSED_TWO
from headwater.domain.cohorts import end_of_month
from headwater.usecases.reports.members import day_of, read_first_clicks
from headwater.usecases.reports.summed import Summed, sums_of
from headwater.usecases.row_tables import fill_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from headwater.usecases.reports.report import Scope, Span

SUBSCRIPTION_TABLES = ("subscriptions", "chains", "credits", "leads")
_NAMES = ("channel", "source", "campaign")
_MONTH = float(DAYS_PER_MONTH)
# An interval's length in days; a chain that has shown none has NULL.
_LENGTH = f"nullif(coalesce(cadence_days, 0) + coalesce(cadence_months, 0) * {_MONTH}, 0)"
_SUBSCRIPTIONS = """
CREATE OR REPLACE TEMP TABLE subscribed AS
SELECT s.* EXCLUDE (source), {started} AS started_on, {length} AS length,
    started_on BETWEEN $first AND $last AS began_in_range, CASE
        WHEN s.began_before OR b.contact IS NOT NULL THEN 'pre_tracking'
        WHEN c.contact IS NULL THEN 'unattributed' ELSE 'credited' END AS state,
    {names}
FROM subscriptions s
LEFT JOIN first_clicks c ON c.contact = s.contact AND c.touched_at <= s.started_at
LEFT JOIN (SELECT DISTINCT contact FROM counted_orders WHERE is_new AND is_earlier) b
    ON b.contact = s.contact
"""
# An order of several chains stands under one of them, so that its money counts once.
_ORDERS = """
CREATE OR REPLACE TEMP TABLE chain_orders AS
SELECT c.chain_id, c.kind, c.cycle, o.store, o.order_id, o.placed_at, o.day,
    date_trunc('month', o.day)::DATE AS month, o.order_gross, o.order_net,
    lead(o.day) OVER (PARTITION BY c.chain_id ORDER BY o.placed_at, o.order_id) AS next_on
FROM chains c JOIN counted_orders o ON o.store = c.source AND o.order_id = c.order_id
"""
# A day that is not over yet, or a chain that lapses only then, is left to its month.
_STANDING = f"""(
    SELECT m.month, s.*, coalesce(round(w.gross * {_MONTH} / length), 0)::BIGINT AS monthly_gross,
        coalesce(round(w.net * {_MONTH} / length), 0)::BIGINT AS monthly_net
    FROM months m
    JOIN subscribed s ON s.started_on < m.until AND (s.lapsed_on IS NULL OR s.lapsed_on >= m.until)
    LEFT JOIN (
        SELECT m.month, o.chain_id, last(o.order_gross ORDER BY o.placed_at, o.order_id) AS gross,
            last(o.order_net ORDER BY o.placed_at, o.order_id) AS net
        FROM months m JOIN chain_orders o ON o.day < m.until GROUP BY ALL
    ) w ON w.month = m.month AND w.chain_id = s.chain_id
)"""
_BEGUN = "(SELECT *, date_trunc('month', started_on)::DATE AS month FROM subscribed)"
_LAPSED = """(
    SELECT *, date_trunc('month', lapsed_on)::DATE AS month FROM subscribed
    WHERE lapsed_on IS NOT NULL
)"""
_SKIPPED = f"""(
    SELECT s.*, date_trunc('month', o.day + round(length)::INTEGER)::DATE AS month
    FROM chain_orders o JOIN subscribed s USING (chain_id)
    WHERE s.skipped > 0 AND (o.next_on - o.day) >= {MISSED_ONE} * length
        AND (o.next_on - o.day) < {MISSED_TWO} * length
)"""
# Who has come so far, by the whole account; one that began before the history has no cycles.
_REACHED = """(
    SELECT s.*, c.cycle
    FROM (SELECT unnest(range((SELECT max(cycles) + 1 FROM subscribed))) AS cycle) c
    JOIN subscribed s ON s.cycles >= c.cycle
)"""
_BROUGHT = """(
    SELECT o.*, s.* EXCLUDE (chain_id) FROM chain_orders o JOIN subscribed s USING (chain_id)
    WHERE began_in_range
)"""


@dataclass(frozen=True, slots=True)
class Sums:
    """Figures that are sums over the rows of a relation, which are of subscriptions or orders."""

    holds: Literal["chains", "orders"]
    relation: str
    figures: Mapping[str, Summed]

    def read(
        self, db: duckdb.DuckDBPyConnection, *columns: str
    ) -> dict[tuple[Any, ...], tuple[int, ...]]:
        """Return the figures by some columns."""
        names, width = ", ".join(columns), len(columns)
        query = f"SELECT {names}, {sums_of(self.figures)} FROM {self.relation} GROUP BY {names}"
        return {row[:width]: row[width:] for row in db.execute(query).fetchall()}


# By month.
MONTHS = {
    "stock": Sums(
        "chains",
        _STANDING,
        {
            "active": Summed("1"),
            "inferred": Summed("1", "is_inferred"),
            "monthly_gross": Summed("monthly_gross"),
            "monthly_net": Summed("monthly_net"),
        },
    ),
    "begun": Sums(
        "chains",
        _BEGUN,
        {
            "new": Summed("1", "returned_from = '' AND NOT began_before"),
            "returned": Summed("1", "returned_from <> ''"),
            "continued": Summed("1", "returned_from = '' AND began_before"),
        },
    ),
    "lapsed": Sums("chains", _LAPSED, {"lapsed": Summed("1")}),
    "skipped": Sums("chains", _SKIPPED, {"skipped": Summed("1")}),
    "sold": Sums(
        "orders",
        "chain_orders",
        {
            "initials": Summed("1", "kind = 'initial'"),
            "rebills": Summed("1", "kind = 'rebill'"),
            "rebill_gross": Summed("order_gross", "kind = 'rebill'"),
            "rebill_net": Summed("order_net", "kind = 'rebill'"),
            "gross": Summed("order_gross"),
            "net": Summed("order_net"),
        },
    ),
}
# By cycle.
CYCLES = (
    Sums(
        "chains",
        _REACHED,
        {
            "subscriptions": Summed("1"),
            "lapsed": Summed("1", "cycles = cycle AND status = 'lapsed'"),
            "waiting": Summed("1", "cycles = cycle AND status <> 'lapsed'"),
        },
    ),
    Sums(
        "orders",
        "chain_orders",
        {"orders": Summed("1"), "gross": Summed("order_gross"), "net": Summed("order_net")},
    ),
)
# By what brought the subscriber; of the subscriptions that began in the range.
BROUGHT_BY = ("state", *_NAMES)
BROUGHT = (
    Sums(
        "chains",
        "(SELECT * FROM subscribed WHERE began_in_range)",
        {
            "subscriptions": Summed("1"),
            "active": Summed("1", "status = 'active'"),
            "paused": Summed("1", "status = 'paused'"),
            "lapsed": Summed("1", "status = 'lapsed'"),
            "returned": Summed("1", "returned_from <> ''"),
            "began_before": Summed("1", "began_before"),
            "inferred": Summed("1", "is_inferred"),
            "skipped": Summed("skipped", "skipped > 0"),
        },
    ),
    Sums(
        "orders",
        _BROUGHT,
        {
            "orders": Summed("1"),
            "rebills": Summed("1", "kind = 'rebill'"),
            "gross": Summed("order_gross"),
            "net": Summed("order_net"),
        },
    ),
)


def read_subscriptions(db: duckdb.DuckDBPyConnection, span: Span, scope: Scope) -> dict[str, Any]:
    """Return the subscriptions by the months that a range touches, amounts in minor units.

    Args:
        db: holds the views ``SUBSCRIPTION_TABLES``, whole.
        span: the range; ``campaigns`` and ``totals`` are the subscriptions that began in it.
        scope: the account's zone, and the day of the run.
    """
    build_subscriptions(db, span, scope)
    campaigns = _beside(db, BROUGHT, *BROUGHT_BY)
    width = sum(len(sums.figures) for sums in BROUGHT)
    return {
        "months": [month.isoformat() for (month, _) in _months(span, scope.as_of)],
        **{name: _by_month(db, sums) for name, sums in MONTHS.items()},
        "cycles": _beside(db, CYCLES, "cycle"),
        "totals": [sum(row[place] for row in campaigns) for place in range(-width, 0)],
        "campaigns": campaigns,
    }


def build_subscriptions(db: duckdb.DuckDBPyConnection, span: Span, scope: Scope) -> None:
    """Make ``subscribed``, ``chain_orders`` and ``months``: each until when it is looked at."""
    read_first_clicks(db, scope.zone, _NAMES)
    names = ", ".join(f"coalesce(c.{name}, '') AS {name}" for name in _NAMES)
    db.execute(
        _SUBSCRIPTIONS.format(started=day_of("s.started_at"), length=_LENGTH, names=names),
        {"zone": scope.zone, "first": span.first, "last": span.last},
    )
    db.execute(_ORDERS)
    fill_table(db, "months", {"month": "DATE", "until": "DATE"}, _months(span, scope.as_of))


def _months(span: Span, as_of: date) -> list[tuple[date, date]]:
    """Return the month before a range and those of it, each with the day on which it is over."""
    one, tomorrow = timedelta(days=1), as_of + timedelta(days=1)
    month = (span.first.replace(day=1) - one).replace(day=1)
    found = []
    while month <= min(span.last, as_of):
        after = end_of_month(month, 0) + one
        found.append((month, min(after, tomorrow)))
        month = after
    return found


def _by_month(db: duckdb.DuckDBPyConnection, sums: Sums) -> dict[str, list[int]]:
    found = sorted(sums.read(db, "month").items())
    return {month.isoformat(): list(figures) for (month,), figures in found}


def _beside(
    db: duckdb.DuckDBPyConnection, sums: tuple[Sums, Sums], *columns: str
) -> list[list[Any]]:
    """Return the figures of subscriptions, and beside them those of their orders, by columns."""
    chains, orders = sums
    sold, nothing = orders.read(db, *columns), (0,) * len(orders.figures)
    found = sorted(chains.read(db, *columns).items())
    return [[*key, *figures, *sold.get(key, nothing)] for key, figures in found]
