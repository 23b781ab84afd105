"""Export facts: the days on which the tables changed, from DynamoDB into Parquet.

First the run lists the (table, month) pairs with marked days; then the months of each table and
half year are exported by themselves, in parallel. An open month has one object per day, a closed
one a single object: its unmarked days are taken over from the objects that the base manifest names.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from headwater.domain import fact_rows
from headwater.domain.facts import COLUMNS
from headwater.domain.manifests import RULES_VERSION, partition_of
from headwater.domain.reporting_days import utc_day
from headwater.domain.settings import AccountSettings
from headwater.usecases.databases import open_database
from headwater.usecases.row_tables import fill_table, single_row
from headwater.usecases.run_files import (
    Desk,
    RunFrame,
    fix_frame,
    open_frame,
    prefix_of,
    save_objects,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import duckdb

    from headwater.domain.fact_rows import Row
    from headwater.usecases.ports import (
        Accounts,
        Costs,
        Facts,
        Journeys,
        Lake,
        Mark,
        Marks,
        Orders,
    )
    from headwater.usecases.ports.directory import Edges, Products

# What a mark's table is exported into.
EXPORTED = {
    "orders": ("orders", "lines"),
    "touchpoints": ("touchpoints",),
    "links": ("links",),
    "optins": ("optins",),
    "claims": ("claims",),
    "edges": ("edges",),
    "products": ("products",),
    "costs": ("costs",),
    "ad_clicks": ("ad_clicks",),
    "page_views": ("page_views",),
}
# Settings that are baked into facts: a change exports these tables anew.
_MADE_WITH = {"currency": ("orders", "costs", "products"), "texts_looked_at": ("orders",)}
# The column by which a fact table is cut into UTC days.
_DAY_OF = {
    "orders": "placed_at",
    "lines": "placed_at",
    "touchpoints": "occurred_at",
    "links": "occurred_at",
    "optins": "occurred_at",
    "claims": "occurred_at",
    "edges": "occurred_at",
    "products": "first_seen_at",
    "costs": "day",
    "ad_clicks": "day",
    "page_views": "day",
}


# An invocation has fixed costs (its start, the lease, a file that each later step reads) and an end
# after 15 minutes: half a year of a million orders a year takes it four.
_MONTHS_TOGETHER = 6


@dataclass(frozen=True, slots=True)
class ExportList:
    """Where the list of months to export is, and how many it names."""

    exports: str
    months: int


@dataclass(frozen=True, slots=True)
class ExportResult:
    """How many rows and objects the export of one item of the list made."""

    rows: int
    objects: int


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables that are exported."""

    orders: Orders
    journeys: Journeys
    costs: Costs
    edges: Edges
    products: Products
    lake: Lake


def list_marked_days(
    account: str,
    run: str,
    *,
    desk: Desk,
    accounts: Accounts,
    marks: Marks,
) -> ExportList:
    """Fix the run's frame and write down which months are to be exported.

    Besides the marked days these are the months that closed since the base manifest, and, after a
    change of the settings that facts are made with, every month that the base manifest holds. The
    months of one table and half a year stand together: they are exported by one invocation.
    """
    frame = fix_frame(desk, account, run, accounts)
    marked: defaultdict[tuple[str, str], list[Mark]] = defaultdict(list)
    for mark in marks.raised(account):
        marked[mark.table, _month(mark.day)].append(mark)
    remade = set(_remade_months(frame))
    wanted = sorted({*marked, *remade, *_newly_closed_months(frame)})
    exports = [
        {
            "account": account,
            "run": run,
            "table": table,
            "half_year": half_year,
            "months": [
                {
                    "month": month,
                    "whole": (table, month) in remade,
                    "marks": [_written_mark(mark) for mark in marked.get((table, month), [])],
                }
                for _, month in months
            ],
        }
        for (table, half_year), months in groupby(wanted, _half_year)
    ]
    key = desk.lake.put_json(f"{prefix_of(account, run)}exports.json", exports)
    return ExportList(key, len(wanted))


def export_facts(
    item: Mapping[str, Any],
    *,
    desk: Desk,
    tables: Tables,
    facts: Facts,
) -> ExportResult:
    """Export one item, a table's months of half a year, of the list of ``list_marked_days``.

    Raises:
        LeaseLostError: another run has taken the account over.
    """
    table = item["table"]
    frame = open_frame(desk, item["account"], item["run"])
    changes: dict[str, dict[str, str | None]] = {name: {} for name in EXPORTED[table]}
    read: list[dict[str, Any]] = []
    rows = 0
    with open_database() as db:
        for each in item["months"]:
            queried_at = desk.clock.now().isoformat()
            read.append({"table": table, "queried_at": queried_at, "read": each["marks"]})
            days = _days_of(each["month"]) if each["whole"] else _marked_days(each)
            for name, fresh in _read_days(table, frame.account, days, tables, frame.settings):
                fill_table(db, f"fresh_{name}", COLUMNS[name], fresh)
                rows += single_row(db, f"SELECT count(*) FROM fresh_{name}")[0]
                changes[name] |= _save_month(db, facts, frame, name, each["month"], days)
    # One name per half year of a table: an export that is done again replaces what it said.
    save_objects(desk.lake, frame, f"export-{table}-{item['half_year']}", changes, marks=read)
    return ExportResult(rows, sum(len(partitions) for partitions in changes.values()))


def _half_year(table_and_month: tuple[str, str]) -> tuple[str, str]:
    """Return the table, and the half year of the month: 2026H1."""
    table, month = table_and_month
    year, number = month.split("-")
    return table, f"{year}H{1 if int(number) <= _MONTHS_TOGETHER else 2}"


def _written_mark(mark: Mark) -> dict[str, Any]:
    return {
        "day": mark.day.isoformat(),
        "version": mark.version,
        "raised_at": mark.raised_at.isoformat(),
    }


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _days_of(month: str) -> list[date]:
    first = date.fromisoformat(f"{month}-01")
    return [first + timedelta(days=n) for n in range(monthrange(first.year, first.month)[1])]


def _marked_days(item: Mapping[str, Any]) -> list[date]:
    return [date.fromisoformat(mark["day"]) for mark in item["marks"]]


def _is_closed(frame: RunFrame, name: str, month: str) -> bool:
    """Tell whether a month has one object. A closed month stays closed, whatever the zone says."""
    base = frame.base.tables.get(name, {}) if frame.base else {}
    return month in base or partition_of(_days_of(month)[0], frame.as_of_day) == month


def _newly_closed_months(frame: RunFrame) -> Iterator[tuple[str, str]]:
    """Yield the (table, month) pairs that still have an object per day but are closed now."""
    for table, names in EXPORTED.items():
        for partition in frame.base.tables.get(names[0], {}) if frame.base else ():
            month = partition[: len("2026-11")]
            if month != partition and _is_closed(frame, names[0], month):
                yield table, month


def _remade_months(frame: RunFrame) -> Iterator[tuple[str, str]]:
    """Yield all months of the base whose facts were made with other settings or rules of ours."""
    if frame.base is None:
        return
    before = AccountSettings.from_document(frame.base.settings)
    is_older = frame.base.rules_version != RULES_VERSION
    for setting, tables in _MADE_WITH.items():
        if is_older or getattr(before, setting) != getattr(frame.settings, setting):
            for table in tables:
                for partition in frame.base.tables.get(table, {}):
                    yield table, partition[: len("2026-11")]


def _read_days(
    table: str, account: str, days: Sequence[date], tables: Tables, settings: AccountSettings
) -> Iterator[tuple[str, Iterable[Row]]]:
    """Yield the fact tables that a marked table is exported into, each with its rows.

    The days are of one month, and one query reads from the first to the last of them.
    """
    if not days:
        # A month that has only closed: nothing is fresh in it.
        yield from ((name, ()) for name in EXPORTED[table])
    elif table == "page_views":
        views = ((day, tables.lake.page_views_on(account, day)) for day in sorted(days))
        yield table, (row for each in views for row in fact_rows.page_view_rows(*each))
    else:
        yield from _read_items(table, account, days, tables, settings)


def _read_items(
    table: str, account: str, days: Sequence[date], tables: Tables, settings: AccountSettings
) -> Iterator[tuple[str, Iterable[Row]]]:
    """Yield the fact tables that are made of a table of DynamoDB."""
    journeys, wanted = tables.journeys, frozenset(days)
    span = account, min(days), max(days)
    if table == "orders":
        orders = [o for o in tables.orders.on_day(*span) if utc_day(o.placed_at) in wanted]
        yield "orders", (fact_rows.order_row(order, settings) for order in orders)
        yield "lines", (row for order in orders for row in fact_rows.line_rows(order, settings))
    elif table == "touchpoints":
        touches = (t for t in journeys.touchpoints_on(*span) if utc_day(t.at) in wanted)
        yield table, map(fact_rows.touchpoint_row, touches)
    elif table == "links":
        links = (i for i in journeys.identifications_on(*span) if utc_day(i.at) in wanted)
        yield table, map(fact_rows.link_row, links)
    elif table == "optins":
        opt_ins = (o for o in journeys.opt_ins_on(*span) if utc_day(o.at) in wanted)
        yield table, map(fact_rows.opt_in_row, opt_ins)
    elif table == "claims":
        claims = (c for c in journeys.claims_on(*span) if utc_day(c.at) in wanted)
        yield table, map(fact_rows.claim_row, claims)
    elif table == "edges":
        edges = (e for e in tables.edges.on_day(*span) if utc_day(e.at) in wanted)
        yield table, map(fact_rows.edge_row, edges)
    elif table == "products":
        seen = (p for p in tables.products.on_day(*span) if utc_day(p[1]) in wanted)
        yield table, (fact_rows.product_row(*each, settings) for each in seen)
    elif table == "costs":
        costs = (cost for cost in tables.costs.on_day(*span) if cost.day in wanted)
        yield table, (fact_rows.cost_row(cost, settings) for cost in costs)
    else:
        clicks = (click for click in tables.costs.clicks_on_day(*span) if click.day in wanted)
        yield table, map(fact_rows.ad_click_row, clicks)


def _save_month(
    db: duckdb.DuckDBPyConnection,
    facts: Facts,
    frame: RunFrame,
    name: str,
    month: str,
    days: Sequence[date],
) -> dict[str, str | None]:
    """Write a month's changed partitions; return them with their keys."""
    columns = ", ".join(f'"{column}"' for column in COLUMNS[name])
    on = f"CAST({_DAY_OF[name]} AS DATE)"
    if not _is_closed(frame, name, month):
        query = f"SELECT {columns} FROM fresh_{name} WHERE {on} = DATE '{{day}}' ORDER BY ALL"
        return {
            day.isoformat(): facts.save(
                db, frame.account, name, day.isoformat(), query.format(day=day.isoformat())
            )
            for day in days
        }
    base = frame.base.tables.get(name, {}) if frame.base else {}
    # Of a month that is exported whole nothing old is read: an older version lacks a column.
    is_whole = len(days) == len(_days_of(month))
    left = {} if is_whole else {p: key for p, key in base.items() if p.startswith(month)}
    facts.mount(db, {name: left}, [name])
    exported = ", ".join(f"DATE '{day.isoformat()}'" for day in days) or "NULL"
    query = (
        f"SELECT {columns} FROM {name} WHERE ({on} IN ({exported})) IS NOT TRUE "
        f"UNION ALL SELECT {columns} FROM fresh_{name} ORDER BY ALL"
    )
    return {month: facts.save(db, frame.account, name, month, query)}
