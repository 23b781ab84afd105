"""The figures of the LTV report, from the tables of ``members``, as plain JSON values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.cohorts import WINDOWS
from headwater.domain.ltv import AT_AGE, FIGURES, MOST_CONTACTS
from headwater.domain.roi import CREDITED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from headwater.usecases.reports.members import Joining

_BY_AGE = ", ".join(
    f"coalesce(sum(order_{money}) FILTER (is_asked AND days <= {days}), 0) AS {money}_{days}"
    for days in WINDOWS
    for money in ("gross", "net")
)
_BOUGHT = f"""
CREATE OR REPLACE TEMP TABLE bought AS
SELECT m.*, o.* EXCLUDE (contact) FROM members m JOIN (
    SELECT contact, count(*) FILTER (is_asked) AS orders,
        coalesce(sum(order_gross) FILTER (is_asked), 0) AS gross,
        coalesce(sum(order_net) FILTER (is_asked), 0) AS net,
        count(*) > 1 AS is_repeated, max(day) AS last_on, {_BY_AGE}
    FROM all_member_orders GROUP BY contact
) o USING (contact)
"""
# Of ``bought``: who has bought again.
REPEATED = "is_repeated"


def reached(days: int, as_of: date) -> str:
    """Return the SQL of who became a customer more than so many days ago."""
    return f"day + {days} < DATE '{as_of}'"


def _figures(as_of: date) -> str:
    ages = ", ".join(
        f"count(*) FILTER ({reached(days, as_of)}), "
        + ", ".join(
            f"coalesce(sum({figure}) FILTER ({reached(days, as_of)}), 0)::BIGINT"
            for figure in (f"gross_{days}", f"net_{days}", "gross_0", "net_0")
        )
        for days in WINDOWS
    )
    return (
        f"count(*), count(*) FILTER ({REPEATED}), coalesce(sum(orders), 0)::BIGINT, "
        f"coalesce(sum(gross), 0)::BIGINT, coalesce(sum(net), 0)::BIGINT, {ages}"
    )


def read_bought(db: duckdb.DuckDBPyConnection) -> None:
    """Make ``bought``: the members with what each has bought, to date and up to each age.

    Needs the tables of ``read_members``.
    """
    db.execute(_BOUGHT)


def read_ltv(
    db: duckdb.DuckDBPyConnection, joining: Joining, by: Sequence[str], as_of: date
) -> dict[str, Any]:
    """Return the customers of a range by some names, amounts in minor units.

    Needs ``bought`` with these names, and the view ``spend``.

    Returns:
        ``totals``, ``cost`` and ``rows``: state, names, figures, cost.
    """
    names, figures = ", ".join(by), _figures(as_of)
    cost = {
        tuple(key): value
        for *key, value in db.execute(
            f"SELECT {names}, coalesce(sum(cost_minor), 0)::BIGINT FROM spend "
            f"WHERE {joining.condition} GROUP BY ALL"
        ).fetchall()
    }
    found = db.execute(f"SELECT state, {names}, {figures} FROM bought GROUP BY ALL")
    rows = {(row[0], row[1 : len(by) + 1]): row[len(by) + 1 :] for row in found.fetchall()}
    for key in cost:
        rows.setdefault((CREDITED, key), (0,) * (len(FIGURES) + len(WINDOWS) * len(AT_AGE)))
    [total] = db.execute(f"SELECT {figures} FROM bought").fetchall()
    return {
        "totals": _named(total),
        "cost": sum(cost.values()),
        "rows": [
            [state, list(key), _named(row), cost.get(key, 0) if state == CREDITED else 0]
            for (state, key), row in sorted(rows.items())
        ],
        "is_whole": True,
    }


def read_contacts(db: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, Any]:
    """Return the contacts of ``read_ltv``, the best first, and whether these are all."""
    cursor = db.execute(
        f"SELECT contact, state AS kind, day::VARCHAR AS acquired_on, last_on::VARCHAR "
        f"AS last_order_on, {', '.join(names)}, orders, gross::BIGINT AS gross, "
        "net::BIGINT AS net FROM bought ORDER BY net DESC, gross DESC, contact "
        f"LIMIT {MOST_CONTACTS + 1}"
    )
    columns = [column[0] for column in cursor.description or ()]
    contacts = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return {
        "contacts": contacts[:MOST_CONTACTS],
        "is_whole": len(contacts) <= MOST_CONTACTS,
        "rows": [],
    }


def _named(row: Sequence[Any]) -> dict[str, Any]:
    width, rest = len(AT_AGE), row[len(FIGURES) :]
    ages = [list(rest[at : at + width]) for at in range(0, len(rest), width)]
    return {**dict(zip(FIGURES, row, strict=False)), "ages": ages}
