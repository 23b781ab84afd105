"""The figures of cohorts, from the tables of ``members``, as plain JSON values."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from headwater.domain.cohorts import MOST_LAST_CLICKS, WINDOWS
from headwater.domain.journey_facts import DAY_BUCKETS, SHARES
from headwater.usecases.reports.members import day_in, day_of

if TYPE_CHECKING:
    import duckdb

    from headwater.usecases.reports.members import Joining

# Figure → whom of ``PEOPLE`` it counts.
COUNTED = {
    "members": "true",
    "customers": "orders > 0",
    "new_customers": "is_new",
    "repeat_customers": "orders > 1",
}
# The members with all that they have bought since they joined.
PEOPLE = """(
    SELECT m.contact, m.month, m.day, coalesce(b.orders, 0) AS orders,
        coalesce(b.gross, 0) AS gross, coalesce(b.net, 0) AS net,
        coalesce(b.is_new, false) AS is_new
    FROM members m LEFT JOIN (
        SELECT contact, count(*) AS orders, sum(order_gross)::BIGINT AS gross,
            sum(order_net)::BIGINT AS net, bool_or(is_new) AS is_new
        FROM all_member_orders GROUP BY contact
    ) b USING (contact)
)"""
_OPT_INS = "(FROM leads WHERE role = 'new_lead')"
_MONEY = "sum(order_gross)::BIGINT, sum(order_net)::BIGINT"
_SIZES = "SELECT month, {counts} FROM {people} p GROUP BY month ORDER BY month"
_LEADS = "SELECT month, count(*) FROM {leads} l GROUP BY month ORDER BY month"
_COST = """
SELECT month, coalesce(sum(cost_minor), 0)::BIGINT, count(*) FILTER (cost_minor IS NULL)
FROM {cost} c GROUP BY month ORDER BY month
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
CLOSED_NAMES = ("channel", "source", "campaign")
_NAMES = ", ".join(CLOSED_NAMES)
# First orders with the click that closed each.
CLOSED = f"""(
    SELECT m.contact, m.month, m.store, m.order_id, m.order_gross, m.order_net, {_NAMES}
    FROM all_member_orders m
    JOIN credits c ON c.is_last_click AND c.store = m.store AND c.order_id = m.order_id
    WHERE m.number = 1
)"""
_LAST_CLICKS = f"""
WITH closed AS (
    SELECT month, {_NAMES}, count(*) AS customers, sum(order_gross)::BIGINT AS gross,
        sum(order_net)::BIGINT AS net
    FROM {CLOSED} GROUP BY ALL
)
SELECT * FROM closed QUALIFY row_number()
    OVER (PARTITION BY month ORDER BY customers DESC, gross DESC, {_NAMES}) <= {MOST_LAST_CLICKS}
ORDER BY month, customers DESC, gross DESC, {_NAMES}
"""
# By kind and measure: whose lag it is, and how many days it took; NULL for who is not there yet.
_REPEAT = """
SELECT contact,
    any_value(day) FILTER (number = 2) - any_value(day) FILTER (number = 1) AS days
FROM all_member_orders WHERE number <= 2 GROUP BY contact
"""
_SINCE_JOINING = """
SELECT m.contact, o.days FROM members m
LEFT JOIN all_member_orders o ON o.contact = m.contact AND o.is_new
"""
_UNTIL_JOINING = """
SELECT m.contact, m.day - {day} AS days FROM members m JOIN {relation} e ON e.contact = m.contact
WHERE {moment} <= m.joined_at
"""
LAG_QUERIES = {
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
# The place of a lag among ``DAY_BUCKETS``.
PLACE = " + ".join(f"(days >= {first})::INTEGER" for first in DAY_BUCKETS) + " - 1"


def opt_ins_of(joining: Joining, zone: str) -> str:
    """Return the SQL of the leads of cohorts, with the ``month`` that each counts in.

    By first purchase these are the opt-ins of the range, else the members who have opted in.
    """
    if joining.kind != "first_purchase":
        return f"(SELECT l.*, m.month FROM {_OPT_INS} l JOIN members m USING (contact))"
    day = day_in("opted_in_at", f"'{zone}'")
    first = f"(SELECT *, {day} AS day FROM leads WHERE role = 'first_click')"
    return _by_month(first, joining)


def cost_of(joining: Joining) -> str:
    """Return the SQL of the cost rows of cohorts, with the ``month`` that each counts in."""
    return _by_month("spend", joining)


def lag_of(kind: str, measure: str, zone: str) -> str:
    """Return the SQL of the days that members took, ``contact days``; null: not there yet."""
    # Nothing that a reader asks for stands in these texts.
    return f"({LAG_QUERIES[kind][measure].replace('$zone', f"'{zone}'")})"


def _by_month(relation: str, joining: Joining) -> str:
    return (
        f"(SELECT *, date_trunc('month', day)::DATE AS month FROM {relation} r "
        f"WHERE {joining.condition})"
    )


def read_cohorts(db: duckdb.DuckDBPyConnection, joining: Joining, zone: str) -> dict[str, Any]:
    """Return the cohorts of a range, amounts in minor units; months are their first days.

    Needs the tables of ``read_members`` and the view ``spend``.
    """
    leads = opt_ins_of(joining, zone)
    opted_in = f"count(*) FILTER (contact IN (SELECT contact FROM {leads} l))"
    members, *others = (f"count(*) FILTER ({whom})" for whom in COUNTED.values())
    counts = ", ".join((members, opted_in, *others))
    return {
        "kind": joining.kind,
        "sizes": _plain(db, _SIZES.format(counts=counts, people=PEOPLE)),
        "leads": _plain(db, _LEADS.format(leads=leads)),
        "cost": _plain(db, _COST.format(cost=cost_of(joining))),
        "months": _plain(db, _MONTHS),
        "windows": _plain(db, _WINDOWS),
        "last_clicks": _plain(db, _LAST_CLICKS),
        "not_converted": _plain(db, "SELECT count(*) FROM member_orders WHERE NOT is_converted")[0][
            0
        ],
        "lags": {
            name: _lag(db, lag_of(joining.kind, name, zone)) for name in LAG_QUERIES[joining.kind]
        },
    }


def _lag(db: duckdb.DuckDBPyConnection, relation: str) -> dict[str, Any]:
    """Return how many members have a lag, have none yet, and how the days are spread."""
    db.execute(f"CREATE OR REPLACE TEMP TABLE lags AS FROM {relation} l")
    shares = ", ".join(map(str, SHARES))
    [(done, waiting, at_shares)] = db.execute(
        "SELECT count(days), count(*) FILTER (days IS NULL), "
        f"quantile_disc(days, [{shares}]) FROM lags"
    ).fetchall()
    found = dict(
        db.execute(
            f"SELECT {PLACE} AS place, count(*) FROM lags WHERE days IS NOT NULL GROUP BY ALL"
        ).fetchall()
    )
    return {
        "done": done,
        "waiting": waiting,
        "shares": at_shares if done else None,
        "buckets": [found.get(at, 0) for at in range(len(DAY_BUCKETS))],
    }


def _plain(db: duckdb.DuckDBPyConnection, query: str) -> list[list[Any]]:
    return [
        [value.isoformat() if isinstance(value, date) else value for value in row]
        for row in db.execute(query).fetchall()
    ]
