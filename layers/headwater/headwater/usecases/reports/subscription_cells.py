"""The figures of the subscriptions report, from a run's tables, as plain JSON values."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.cadence import DAYS_PER_MONTH, MISSED_ONE, MISSED_TWO
from headwater.domain.cohorts import end_of_month
from headwater.usecases.reports.members import day_of, read_first_clicks
from headwater.usecases.row_tables import fill_table

if TYPE_CHECKING:
    import duckdb

    from headwater.usecases.reports.report import Scope, Span

SUBSCRIPTION_TABLES = ("subscriptions", "chains", "credits", "leads")
_NAMES = ("channel", "source", "campaign")
_MONTH = float(DAYS_PER_MONTH)
# An interval's length in days; a chain that has shown none has NULL.
_LENGTH = f"nullif(coalesce(cadence_days, 0) + coalesce(cadence_months, 0) * {_MONTH}, 0)"
_SUBSCRIPTIONS = """
CREATE OR REPLACE TEMP TABLE subscribed AS
SELECT s.* EXCLUDE (source), {started} AS started_on, {length} AS length, CASE
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
SELECT c.chain_id, c.kind, c.cycle, o.day, o.order_gross, o.order_net,
    lead(o.day) OVER (PARTITION BY c.chain_id ORDER BY o.placed_at, o.order_id) AS next_on
FROM chains c JOIN counted_orders o ON o.store = c.source AND o.order_id = c.order_id
"""
# A day that is not over yet, or a chain that lapses only then, is left to its month.
_STOCK = f"""
WITH standing AS (
    SELECT m.month, s.* FROM months m JOIN subscribed s
        ON s.started_on < m.until AND (s.lapsed_on IS NULL OR s.lapsed_on >= m.until)
), worth AS (
    SELECT m.month, o.chain_id, last(o.order_gross ORDER BY o.day) AS gross,
        last(o.order_net ORDER BY o.day) AS net
    FROM months m JOIN chain_orders o ON o.day < m.until GROUP BY ALL
)
SELECT month, count(*), count(*) FILTER (is_inferred),
    coalesce(sum(round(gross * {_MONTH} / length)), 0)::BIGINT,
    coalesce(sum(round(net * {_MONTH} / length)), 0)::BIGINT
FROM standing LEFT JOIN worth USING (month, chain_id) GROUP BY month
"""
_BEGUN = """
SELECT date_trunc('month', started_on)::DATE AS month,
    count(*) FILTER (returned_from = '' AND NOT began_before),
    count(*) FILTER (returned_from <> ''), count(*) FILTER (returned_from = '' AND began_before)
FROM subscribed GROUP BY month
"""
_LAPSED = """
SELECT date_trunc('month', lapsed_on)::DATE AS month, count(*) FROM subscribed
WHERE lapsed_on IS NOT NULL GROUP BY month
"""
_SKIPPED = f"""
SELECT date_trunc('month', o.day + round(length)::INTEGER)::DATE AS month, count(*)
FROM chain_orders o JOIN subscribed s USING (chain_id)
WHERE s.skipped > 0 AND (o.next_on - o.day) >= {MISSED_ONE} * length
    AND (o.next_on - o.day) < {MISSED_TWO} * length
GROUP BY month
"""
_SOLD = """
SELECT date_trunc('month', day)::DATE AS month, count(*) FILTER (kind = 'initial'),
    count(*) FILTER (kind = 'rebill'),
    coalesce(sum(order_gross) FILTER (kind = 'rebill'), 0)::BIGINT,
    coalesce(sum(order_net) FILTER (kind = 'rebill'), 0)::BIGINT,
    sum(order_gross)::BIGINT, sum(order_net)::BIGINT
FROM chain_orders GROUP BY month
"""
# Who has come so far, and who of those that came no farther has lapsed; by the whole account.
_CYCLES = """
WITH reached AS (
    SELECT unnest(range(cycles + 1)) AS cycle, cycles, status FROM subscribed
    WHERE NOT began_before
), sold AS (
    SELECT cycle, sum(order_gross)::BIGINT AS gross, sum(order_net)::BIGINT AS net, count(*) AS n
    FROM chain_orders WHERE cycle IS NOT NULL GROUP BY cycle
)
SELECT cycle, count(*), count(*) FILTER (cycles = cycle AND status = 'lapsed'),
    count(*) FILTER (cycles = cycle AND status <> 'lapsed'),
    coalesce(any_value(n), 0), coalesce(any_value(gross), 0), coalesce(any_value(net), 0)
FROM reached LEFT JOIN sold USING (cycle) GROUP BY cycle ORDER BY cycle
"""
_FIGURES = """
    count(*), count(*) FILTER (status = 'active'), count(*) FILTER (status = 'paused'),
    count(*) FILTER (status = 'lapsed'), count(*) FILTER (returned_from <> ''),
    count(*) FILTER (began_before), count(*) FILTER (is_inferred),
    coalesce(sum(skipped), 0)::BIGINT, coalesce(sum(orders_), 0)::BIGINT,
    coalesce(sum(rebills), 0)::BIGINT, coalesce(sum(gross), 0)::BIGINT,
    coalesce(sum(net), 0)::BIGINT
"""
_WORTH = """(
    SELECT s.*, o.* EXCLUDE (chain_id) FROM subscribed s LEFT JOIN (
        SELECT chain_id, count(*) AS orders_, count(*) FILTER (kind = 'rebill') AS rebills,
            sum(order_gross) AS gross, sum(order_net) AS net FROM chain_orders GROUP BY chain_id
    ) o USING (chain_id) WHERE started_on BETWEEN $first AND $last
)"""


def read_subscriptions(db: duckdb.DuckDBPyConnection, span: Span, scope: Scope) -> dict[str, Any]:
    """Return the subscriptions by the months that a range touches, amounts in minor units.

    Args:
        db: holds the views ``SUBSCRIPTION_TABLES``, whole.
        span: the range; ``campaigns`` and ``totals`` are the subscriptions that began in it.
        scope: the account's zone, and the day of the run.
    """
    _build(db, span, scope)
    names, range_ = ", ".join(_NAMES), {"first": span.first, "last": span.last}
    [total] = db.execute(f"SELECT {_FIGURES} FROM {_WORTH}", range_).fetchall()
    campaigns = db.execute(
        f"SELECT state, {names}, {_FIGURES} FROM {_WORTH} GROUP BY ALL ORDER BY ALL", range_
    ).fetchall()
    return {
        "months": [month.isoformat() for (month, _) in _months(span, scope.as_of)],
        "stock": _by_month(db, _STOCK),
        "begun": _by_month(db, _BEGUN),
        "lapsed": _by_month(db, _LAPSED),
        "skipped": _by_month(db, _SKIPPED),
        "sold": _by_month(db, _SOLD),
        "cycles": [list(row) for row in db.execute(_CYCLES).fetchall()],
        "totals": list(total),
        "campaigns": [list(row) for row in campaigns],
    }


def _build(db: duckdb.DuckDBPyConnection, span: Span, scope: Scope) -> None:
    """Make ``subscribed``, ``chain_orders`` and ``months``: each until when it is looked at."""
    read_first_clicks(db, scope.zone, _NAMES)
    names = ", ".join(f"coalesce(c.{name}, '') AS {name}" for name in _NAMES)
    db.execute(
        _SUBSCRIPTIONS.format(started=day_of("s.started_at"), length=_LENGTH, names=names),
        {"zone": scope.zone},
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


def _by_month(db: duckdb.DuckDBPyConnection, query: str) -> dict[str, list[int]]:
    return {
        month.isoformat(): list(figures) for month, *figures in sorted(db.execute(query).fetchall())
    }
