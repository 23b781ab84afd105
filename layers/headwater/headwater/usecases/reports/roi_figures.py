"""The figures of the ROI report by any dimensions, from the tables of its ranges."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from headwater.domain.models import LEAD_ROLES
from headwater.domain.roi import CREDITED
from headwater.domain.roi_documents import CLAIMS
from headwater.usecases.reports.line_touches import read_line_touches
from headwater.usecases.reports.roi_cells import Cells, keys_of, spread
from headwater.usecases.reports.roi_rest import add_rest
from headwater.usecases.reports.roi_sales import add_sales

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from headwater.usecases.reports.range_tables import Wanted
    from headwater.usecases.reports.roi_cells import Names

# Touches times dimensions of one pass: each can be a group.
_GROUPS = 2_000_000


def read_cells(
    db: duckdb.DuckDBPyConnection, all_by: Sequence[Names], wanted: Wanted
) -> list[Cells]:
    """Return the rows by each of several dimensions (or paths of equally many).

    Needs the tables of ``range_tables`` and ``roi_totals``.
    """
    cells = [Cells(by) for by in all_by]
    plain = [each for each in cells if not each.is_of_lines]
    (touches,) = db.execute("SELECT count(*) FROM earned_touches").fetchall()[0]
    for some in batched(plain, max(1, _GROUPS // max(touches, 1))):
        add_sales(some, db, "earned_touches", "earned_sums", wanted)
    for each in cells:
        if each.is_of_lines:
            lines = read_line_touches(db, each.by, wanted.models)
            add_sales([each], db, lines, lines, wanted)
    _add_traffic(cells, db, "clicks", "range_clicks")
    _add_traffic(cells, db, "cost", "range_spend")
    _add_claims(cells, db)
    _add_leads(cells, db)
    if wanted.basis == "conversion":
        add_rest(cells, db, wanted)
    return cells


def _add_traffic(
    cells: Sequence[Cells], db: duckdb.DuckDBPyConnection, figure: str, table: str
) -> None:
    told = [each for each in cells if each.told[figure]]
    if told:
        keys = keys_of(told)
        query = f"SELECT {keys}, sum({figure})::BIGINT FROM {spread(told, table)} GROUP BY {keys}"
        for span, place, *names, total in db.execute(query).fetchall():
            told[place].at(span, CREDITED, names)[figure] = total


def _add_claims(cells: Sequence[Cells], db: duckdb.DuckDBPyConnection) -> None:
    """Add what the platforms say of the ads under each name that has cost."""
    told = [each for each in cells if each.told["cost"]]
    if told:
        keys, width = keys_of(told), len(told[0].by)
        sums = ", ".join(f"sum({claim})::BIGINT" for claim in CLAIMS)
        query = f"SELECT {keys}, {sums} FROM {spread(told, 'range_spend')} GROUP BY {keys}"
        for span, place, *row in db.execute(query).fetchall():
            told[place].at(span, CREDITED, row[:width])["claims"] = row[width:]


def _add_leads(cells: Sequence[Cells], db: duckdb.DuckDBPyConnection) -> None:
    """Add the leads of each role; those that no click led to stand apart, without names."""
    told = [each for each in cells if each.told["leads"]]
    if not told:
        return
    counts = ", ".join(f"count(*) FILTER (role = '{role}')" for role in LEAD_ROLES)
    keys, width = keys_of(told), len(told[0].by)
    for span, place, state, *row in db.execute(
        f"SELECT {keys.replace('place,', 'place, state,')}, {counts} "
        f"FROM {spread(told, 'range_leads')} GROUP BY ALL"
    ).fetchall():
        told[place].at(span, state, row[:width])["leads"] = row[width:]
