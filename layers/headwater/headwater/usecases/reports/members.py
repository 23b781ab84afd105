"""Who joined when, through which click, and what he has bought since: what cohorts are made of.

Reads the views ``credits leads`` whole and makes

* ``counted_orders``: the orders of the account, once each; one that another source owns is not;
* ``first_clicks``: each contact's first click, but of those who had come before tracking began;
* ``members``: the contacts that joined in a range, with the names of the click that brought them;
* ``all_member_orders``: their orders from then on, with the age of the membership at each;
* ``member_orders``: those of them that are asked for, all or first ones or the others.

A contact joins by his first purchase, his first opt-in or his first click.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.domain.cohorts import FILTERS, KINDS
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.which_orders import WHICH

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from headwater.domain.row_filters import Condition
    from headwater.usecases.reports.report import Span
    from headwater.usecases.reports.which_orders import WhichOrders

MEMBER_TABLES = ("credits", "leads", "spend")
# What joined earlier, and what is ordered later, is a matter of each cohort.
READ_WHOLE = frozenset({"credits", "leads"})

_ORDERS = """
CREATE OR REPLACE TEMP TABLE counted_orders AS
SELECT contact, placed_at, {day} AS day, store, order_id, order_class, is_new, is_converted,
    order_gross, order_net, first_click_pre_tracking AS is_earlier
FROM credits WHERE touch_id = '' AND order_class <> 'duplicate'
"""
_FIRST_CLICKS = """
CREATE OR REPLACE TEMP TABLE first_clicks AS
WITH clicks AS (
    SELECT contact, {click} AS click FROM credits
    WHERE is_first_click AND order_class <> 'duplicate'
    UNION ALL
    SELECT contact, {click} FROM leads WHERE role = 'first_click' AND state = 'credited'
), earlier AS (
    SELECT contact FROM counted_orders WHERE is_new AND is_earlier
    UNION SELECT contact FROM leads WHERE state = 'pre_tracking'
)
SELECT contact, unnest(min(click)) FROM clicks
WHERE contact NOT IN (SELECT contact FROM earlier) GROUP BY contact
"""
# By kind: who joins, when, as what, and by which relation he is named.
_JOINING = {
    "first_purchase": """
        SELECT o.contact, o.placed_at AS joined_at, CASE WHEN o.order_class <> 'store'
            THEN o.order_class WHEN o.is_earlier THEN 'pre_tracking'
            WHEN c.contact IS NULL THEN 'unattributed' ELSE 'credited' END AS state, {named}
        FROM counted_orders o
        LEFT JOIN first_clicks c ON c.contact = o.contact AND c.touched_at <= o.placed_at
        WHERE o.is_new
    """,
    "first_opt_in": "SELECT contact, opted_in_at AS joined_at, state, {named} FROM leads c "
    "WHERE role = 'new_lead'",
    "first_click": "SELECT contact, touched_at AS joined_at, 'credited' AS state, {named} "
    "FROM first_clicks c",
}
_MEMBERS = """
CREATE OR REPLACE TEMP TABLE members AS
SELECT *, date_trunc('month', day)::DATE AS month
FROM (SELECT *, {day} AS day FROM ({joining})) WHERE {wanted}
"""
_MEMBER_ORDERS = """
CREATE OR REPLACE TEMP TABLE all_member_orders AS
SELECT m.contact, m.month, o.day, o.store, o.order_id, o.is_new, {which} AS is_asked,
    o.is_converted, o.order_gross, o.order_net, o.day - m.day AS days,
    date_diff('month', m.month, o.day) AS age,
    row_number() OVER (PARTITION BY m.contact ORDER BY o.placed_at, o.store, o.order_id) AS number
FROM members m JOIN counted_orders o ON o.contact = m.contact AND o.placed_at >= m.joined_at
"""


@dataclass(frozen=True, slots=True)
class Joining:
    """Who is a member: whoever joined in the range, in one way, through a click of these names.

    ``orders`` says which of the members' orders are told of; it changes nobody's membership.
    """

    span: Span
    kind: str = KINDS[0]
    where: Condition | None = None
    orders: WhichOrders = "all"

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if self.kind not in KINDS:
            message = f"by: choose among {', '.join(KINDS)}"
            raise InvalidParameterError(message)
        for name in self.names:
            if name not in FILTERS:
                message = f"where: members are chosen by {', '.join(FILTERS)}, not by {name}"
                raise InvalidParameterError(message)

    @property
    def label(self) -> str:
        """Return what is asked besides the range."""
        which = "" if self.orders == "all" else f" {self.orders}"
        return self.kind + which + (f" where {self.where.text()}" if self.where else "")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names that choose."""
        return tuple(dict.fromkeys(self.where.columns())) if self.where else ()

    @property
    def condition(self) -> str:
        """Return the SQL of whether the ``day`` and the names of a row fit."""
        names = f" AND ({self.where.sql()})" if self.where else ""
        return f"day BETWEEN DATE '{self.span.first}' AND DATE '{self.span.last}'{names}"


def day_of(instant: str) -> str:
    """Return the SQL of the reporting day of a UTC instant; its ``$zone`` is the account's."""
    return day_in(instant, "$zone")


def day_in(instant: str, zone: str) -> str:
    """Return the SQL of the reporting day of a UTC instant; ``zone`` is SQL too."""
    return f"CAST(({instant} AT TIME ZONE 'UTC') AT TIME ZONE {zone} AS DATE)"


def read_first_clicks(db: duckdb.DuckDBPyConnection, zone: str, names: Iterable[str]) -> None:
    """Make ``counted_orders`` and ``first_clicks``, which carry these names of clicks.

    Args:
        db: holds the views ``credits leads``, whole.
        zone: the account's, whose calendar counts.
        names: dimensions of a click.
    """
    click = ", ".join(f"'{name}': {name}" for name in ("touched_at", *names))
    db.execute(_ORDERS.format(day=day_of("placed_at")), {"zone": zone})
    db.execute(_FIRST_CLICKS.format(click=f"{{{click}}}"))


def read_members(
    db: duckdb.DuckDBPyConnection, joining: Joining, zone: str, names: Iterable[str] = ()
) -> None:
    """Make ``members``, ``all_member_orders`` and ``member_orders`` of one way to join.

    Args:
        db: holds what ``read_first_clicks`` makes with all the names.
        joining: who is a member.
        zone: the account's.
        names: what members are to carry, besides the names that choose.
    """
    wanted = dict.fromkeys((*names, *joining.names))
    named = ", ".join(f"coalesce(c.{name}, '') AS {name}" for name in wanted) or "NULL AS nameless"
    statement = _MEMBERS.format(
        day=day_of("joined_at"),
        joining=_JOINING[joining.kind].format(named=named),
        wanted=joining.condition,
    )
    db.execute(statement, {"zone": zone})
    db.execute(_MEMBER_ORDERS.format(which=WHICH[joining.orders]))
    db.execute("CREATE OR REPLACE TEMP VIEW member_orders AS FROM all_member_orders WHERE is_asked")
