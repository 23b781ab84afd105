"""The figures of cohorts, from the tables of ``members``, as plain JSON values."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from headwater.domain.cohorts import MOST_LAST_CLICKS, WINDOWS
from headwater.domain.journey_facts import DAY_BUCKETS, SHARES
from headwater.usecases.reports.members import day_of

if TYPE_CHECKING:
    import duckdb

    from headwater.usecases.reports.members import Joining

_MONEY = "sum(order_gross)::BIGINT, sum(order_net)::BIGINT"
_SIZES = """
SELECT month, count(*), count(*) FILTER (opted_in), count(*) FILTER (orders > 0),
    count(*) FILTER (is_new), count(*) FILTER (orders > 1)
FROM (
    SELECT m.month, m.contact IN (SELECT contact FROM leads) AS opted_in,
        coalesce(b.orders, 0) AS orders, coalesce(b.is_new, false) AS is_new
    FROM members m LEFT JOIN (
        SELECT contact, count(*) AS orders, bool_or(is_new) AS is_new
        FROM member_orders GROUP BY contact
    ) b USING (contact)
) GROUP BY month ORDER BY month
"""
_LEADS = """
SELECT date_trunc('month', day)::DATE AS month, count(*) FROM (
    SELECT *, {day} AS day FROM leads WHERE role = 'first_click'
) WHERE {wanted} GROUP BY month ORDER BY month
"""
_COST = """
SELECT date_trunc('month', day)::DATE AS month, coalesce(sum(cost_minor), 0)::BIGINT,
    count(*) FILTER (cost_minor IS NULL)
FROM spend WHERE {wanted} GROUP BY month ORDER BY month
"""
_MONTHS = f"""
SELECT month, age, count(DISTINCT contact), count(*), {_MONEY}
FROM member_orders GROUP BY month, age ORDER BY month, age
"""
_WINDOWS = f"""
SELECT month, w.days, count(DISTINCT contact), count(*), {_MONEY}
FROM member_orders o JOIN (SELECT unnest([{", ".join(map(str, WINDOWS))}]) AS days) w
    ON o.days <= w.days
GROUP BY month, w.days ORDER BY month, w.days
"""
_NAMES = "channel, source, campaign"
_LAST_CLICKS = f"""
WITH closed AS (
    SELECT m.month, {_NAMES}, count(*) AS customers, sum(m.order_gross)::BIGINT AS gross,
        sum(m.order_net)::BIGINT AS net
    FROM member_orders m
    JOIN credits c ON c.is_last_click AND c.store = m.store AND c.order_id = m.order_id
    WHERE m.number = 1 GROUP BY ALL
)
SELECT * FROM closed QUALIFY row_number()
    OVER (PARTITION BY month ORDER BY customers DESC, gross DESC, {_NAMES}) <= {MOST_LAST_CLICKS}
ORDER BY month, customers DESC, gross DESC, {_NAMES}
"""
# By kind and measure: whose lag it is, and how many days it took; NULL for who is not there yet.
_REPEAT = """
SELECT any_value(day) FILTER (number = 2) - any_value(day) FILTER (number = 1) AS days
FROM member_orders WHERE number <= 2 GROUP BY contact
"""
_SINCE_JOINING = """
SELECT o.days FROM members m
LEFT JOIN member_orders o ON o.contact = m.contact AND o.is_new
"""
_UNTIL_JOINING = """
SELECT m.day - {day} AS days FROM members m JOIN {relation} e ON e.contact = m.contact
WHERE {moment} <= m.joined_at
"""
_OPT_INS = "(SELECT contact, opted_in_at FROM leads WHERE role = 'new_lead')"
_LAGS = {
    "first_purchase": {
        "click_to_purchase": _UNTIL_JOINING.format(
            day=day_of("e.touched_at"), relation="first_clicks", moment="e.touched_at"
        ),
        "opt_in_to_purchase": _UNTIL_JOINING.format(
            day=day_of("e.opted_in_at"), relation=_OPT_INS, moment="e.opted_in_at"
        ),
        "purchase_to_repeat": _REPEAT,
    },
    "first_opt_in": {"opt_in_to_purchase": _SINCE_JOINING},
    "first_click": {"click_to_purchase": _SINCE_JOINING},
}


def read_cohorts(db: duckdb.DuckDBPyConnection, joining: Joining, zone: str) -> dict[str, Any]:
    """Return the cohorts of a range, amounts in minor units; months are their first days.

    Needs the tables of ``read_members`` and the view ``spend``.
    """
    wanted, of_range = joining.condition, joining.values()
    leads = _LEADS.format(day=day_of("opted_in_at"), wanted=wanted)
    return {
        "kind": joining.kind,
        "sizes": _plain(db, _SIZES),
        "leads": _plain(db, leads, {"zone": zone, **of_range}),
        "cost": _plain(db, _COST.format(wanted=wanted), of_range),
        "months": _plain(db, _MONTHS),
        "windows": _plain(db, _WINDOWS),
        "last_clicks": _plain(db, _LAST_CLICKS),
        "not_converted": _plain(db, "SELECT count(*) FROM member_orders WHERE NOT is_converted")[0][
            0
        ],
        "lags": {name: _lag(db, query, zone) for name, query in _LAGS[joining.kind].items()},
    }


def _lag(db: duckdb.DuckDBPyConnection, query: str, zone: str) -> dict[str, Any]:
    """Return how many members have a lag, have none yet, and how the days are spread."""
    parameters = {"zone": zone} if "$zone" in query else {}
    db.execute(f"CREATE OR REPLACE TEMP TABLE lags AS {query}", parameters)
    shares = ", ".join(map(str, SHARES))
    place = " + ".join(f"(days >= {first})::INTEGER" for first in DAY_BUCKETS)
    [(done, waiting, at_shares)] = db.execute(
        "SELECT count(days), count(*) FILTER (days IS NULL), "
        f"quantile_disc(days, [{shares}]) FROM lags"
    ).fetchall()
    found = dict(
        db.execute(
            f"SELECT {place} - 1 AS place, count(*) FROM lags WHERE days IS NOT NULL GROUP BY ALL"
        ).fetchall()
    )
    return {
        "done": done,
        "waiting": waiting,
        "shares": at_shares if done else None,
        "buckets": [found.get(at, 0) for at in range(len(DAY_BUCKETS))],
    }


def _plain(
    db: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, object] | None = None
) -> list[list[Any]]:
    return [
        [value.isoformat() if isinstance(value, date) else value for value in row]
        for row in db.execute(query, parameters or {}).fetchall()
    ]
