"""The figures of the ROI report by any dimensions, from the tables of its ranges.

All models stand side by side: one row per kind and names, whose ``models`` lists the ``FIGURES`` of
each model that has any there. Many dimensions are summed in one statement, each row of the source
standing once under each of them: on small ranges the statements would take longer than the sums.
"""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, Any

from headwater.domain.models import LEAD_ROLES
from headwater.domain.report_dimensions import REPORT_DIMENSIONS
from headwater.domain.roi import CREDITED
from headwater.domain.roi_documents import ALL_MODELS, CLAIMS, FIGURES
from headwater.usecases.reports.line_touches import read_line_touches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import duckdb

    from headwater.usecases.reports.range_tables import DateBasis
    from headwater.usecases.reports.report import Scope

type Names = tuple[str, ...]
# Models that are summed in one pass: each takes some 200 bytes per buyer and row of the report.
_AT_ONCE = 8
# Touches times dimensions of one pass: each is a group of so many amounts.
_GROUPS = 200_000


class Cells:
    """The rows by some dimensions under construction, by range, kind and names."""

    def __init__(self, by: Names) -> None:
        chosen = [REPORT_DIMENSIONS[name] for name in by]
        self.by = by
        of_touches = all(each.of == "touch" for each in chosen)
        self.told = {
            "clicks": of_touches,
            "leads": of_touches,
            "cost": all(each.has_cost for each in chosen),
        }
        self.is_of_lines = any(each.of == "line" for each in chosen)
        # What no touch gets has the names of its order, and none of a touch or line.
        self.names_of_rest = tuple(each.name if each.of == "order" else "''" for each in chosen)
        self._rows: dict[int, dict[tuple[str, Names], dict[str, Any]]] = {}

    def at(self, span: int, kind: str, names: Iterable[str]) -> dict[str, Any]:
        """Return the row of a range, made if there is none yet."""
        rows, key = self._rows.setdefault(span, {}), (kind, tuple(names))
        if key not in rows:
            rows[key] = {"kind": kind, "names": list(key[1]), "models": {}}
        return rows[key]

    def document(self, span: int) -> dict[str, Any]:
        """Return a range's ``width told rows``: one order, whatever order they were found in."""
        of_range = self._rows.get(span, {})
        rows = [of_range[key] for key in sorted(of_range)]
        return {"width": len(self.by), "told": self.told, "rows": rows}


def read_cells(
    db: duckdb.DuckDBPyConnection,
    all_by: Sequence[Names],
    scope: Scope,
    basis: DateBasis,
) -> list[Cells]:
    """Return the rows by each of several dimensions (or paths of equally many)."""
    cells = [Cells(by) for by in all_by]
    plain = [each for each in cells if not each.is_of_lines]
    (touches,) = db.execute("SELECT count(*) FROM earned_touches").fetchall()[0]
    for some in batched(plain, max(1, _GROUPS // max(touches, 1))):
        _add_sales(some, db, "earned_touches", scope, basis)
    for each in cells:
        if each.is_of_lines:
            lines = read_line_touches(db, each.by, scope.models)
            _add_sales([each], db, lines, scope, basis)
    _add_traffic(cells, db, "clicks", "range_clicks")
    _add_traffic(cells, db, "cost", "range_spend")
    _add_claims(cells, db)
    _add_leads(cells, db)
    if basis == "conversion":
        _add_rest(cells, db, scope.models)
    return cells


def spread(
    cells: Sequence[Cells],
    relation: str,
    names_of: Callable[[Cells], Sequence[str]] = lambda each: each.by,
) -> str:
    """Return the SQL of a relation with each row once under each dimension.

    Column ``place`` says which of ``cells`` a row is for, ``name_0`` and so on what it is named.
    """
    places = ", ".join(map(str, range(len(cells))))
    width = len(cells[0].by)
    names = ", ".join(
        f"unnest([{', '.join(names_of(each)[i] for each in cells)}]) AS name_{i}"
        for i in range(width)
    )
    return f"(SELECT *, unnest([{places}]) AS place, {names} FROM {relation})"


def _keys(cells: Sequence[Cells]) -> str:
    return ", ".join(["span", "place", *(f"name_{i}" for i in range(len(cells[0].by)))])


def _add_sales(
    cells: Sequence[Cells],
    db: duckdb.DuckDBPyConnection,
    source: str,
    scope: Scope,
    basis: DateBasis,
) -> None:
    """Add what the touches earned."""
    width = len(cells[0].by)
    for models in batched(scope.models, _AT_ONCE):
        query = _sales(cells, source, models, scope, basis)
        for span, place, *row in db.execute(query).fetchall():
            figures = batched(row[width:], len(FIGURES))
            for model, values in zip(models, figures, strict=True):
                if values[0]:
                    at = cells[place].at(span, CREDITED, row[:width])
                    at["models"][model] = list(values)


def _sales(
    cells: Sequence[Cells], source: str, models: Sequence[str], scope: Scope, basis: DateBasis
) -> str:
    """Return the SQL of what touches earned: by order, then by buyer, then by names."""
    buyer_figures = ", ".join(_buyer_figures(model, basis) for model in models)
    name_figures = ", ".join(_name_figures(model, basis) for model in models)
    keys = _keys(cells)
    return f"""
        WITH per_buyer AS (
            SELECT {keys}, buyer, {buyer_figures}
            FROM {earned_orders(cells, source, models, scope)} GROUP BY ALL
        )
        SELECT {keys}, {name_figures}
        FROM per_buyer JOIN buyers USING (buyer) GROUP BY ALL
    """


def earned_orders(cells: Sequence[Cells], source: str, models: Sequence[str], scope: Scope) -> str:
    """Return the SQL of what each order gave to each name under each model, NULL where nothing.

    Under a model that gives every touch all of its order, an order counts once per row.
    """
    amounts = ", ".join(
        f"{'max' if model in scope.whole else 'sum'}({model}_{money})::BIGINT AS {model}_{money}"
        for model in models
        for money in ("gross", "net")
    )
    return (
        f"(SELECT {_keys(cells)}, n, buyer, is_new, is_future, {amounts} "
        f"FROM {spread(cells, source)} GROUP BY ALL)"
    )


def _buyer_figures(m: str, basis: DateBasis) -> str:
    figures = (
        f"count({m}_gross) AS {m}_orders, count({m}_gross) FILTER (is_new) AS {m}_new, "
        f"coalesce(sum({m}_gross), 0)::BIGINT AS {m}_gross, "
        f"coalesce(sum({m}_net), 0)::BIGINT AS {m}_net"
    )
    # Only by click date can an order be placed after the range; to look for them is a third of the
    # work.
    if basis == "conversion":
        return figures
    return (
        f"{figures}, count({m}_gross) FILTER (is_future) AS {m}_future, "
        f"coalesce(sum({m}_gross) FILTER (is_future), 0)::BIGINT AS {m}_future_gross, "
        f"coalesce(sum({m}_net) FILTER (is_future), 0)::BIGINT AS {m}_future_net"
    )


def _name_figures(m: str, basis: DateBasis) -> str:
    """Return the SQL of a model's figures, in the order of ``FIGURES``."""
    sums = ", ".join(f"sum({m}_{figure})::BIGINT" for figure in ("gross", "net"))
    future = ("future", "future_gross", "future_net")
    later = ", ".join("0" if basis == "conversion" else f"sum({m}_{f})::BIGINT" for f in future)
    lifetimes = ", ".join(
        f"coalesce(sum(lifetime_{money}) FILTER ({m}_new > 0), 0)::BIGINT"
        for money in ("gross", "net")
    )
    return (
        f"sum({m}_orders)::BIGINT, count(*) FILTER ({m}_orders > 0), "
        f"count(*) FILTER ({m}_new > 0), {sums}, {later}, {lifetimes}"
    )


def _add_traffic(
    cells: Sequence[Cells], db: duckdb.DuckDBPyConnection, figure: str, table: str
) -> None:
    told = [each for each in cells if each.told[figure]]
    if told:
        keys = _keys(told)
        query = f"SELECT {keys}, sum({figure})::BIGINT FROM {spread(told, table)} GROUP BY {keys}"
        for span, place, *names, total in db.execute(query).fetchall():
            told[place].at(span, CREDITED, names)[figure] = total


def _add_claims(cells: Sequence[Cells], db: duckdb.DuckDBPyConnection) -> None:
    """Add what the platforms say of the ads under each name that has cost."""
    told = [each for each in cells if each.told["cost"]]
    if told:
        keys, width = _keys(told), len(told[0].by)
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
    keys, width = _keys(told), len(told[0].by)
    for span, place, state, *row in db.execute(
        f"SELECT {keys.replace('place,', 'place, state,')}, {counts} "
        f"FROM {spread(told, 'range_leads')} GROUP BY ALL"
    ).fetchall():
        told[place].at(span, state, row[:width])["leads"] = row[width:]


def _add_rest(cells: Sequence[Cells], db: duckdb.DuckDBPyConnection, models: Sequence[str]) -> None:
    """Add what no touch gets: other classes than the store's, and what each model leaves.

    It is the same for all dimensions of touches and lines.
    """
    alike: dict[Names, list[Cells]] = {}
    for each in cells:
        alike.setdefault(each.names_of_rest, []).append(each)
    firsts = [same[0] for same in alike.values()]
    for span, place, *names, model, kind, found in db.execute(f"""
        SELECT {_keys(firsts)}, model, kind, [count(*), count(DISTINCT buyer),
            count(DISTINCT buyer) FILTER (is_new), sum(gross), sum(net), 0, 0, 0,
            coalesce(sum(lifetime_gross), 0), coalesce(sum(lifetime_net), 0)]::BIGINT[]
        FROM {rest_orders(firsts, models)} WHERE kind IS NOT NULL GROUP BY ALL
    """).fetchall():
        for each in alike[firsts[place].names_of_rest]:
            each.at(span, kind, names)["models"][model] = found


def rest_orders(cells: Sequence[Cells], models: Sequence[str]) -> str:
    """Return the SQL of the orders once under each model, with the kind of row that they are in."""
    return spread(cells, _REST.format(**_rest_lists(models)), lambda each: each.names_of_rest)


_REST = """(
    SELECT *, unnest([{models}]) AS model, unnest([{kinds}]) AS kind,
        unnest([{gross}]) AS gross, unnest([{net}]) AS net
    FROM sold_orders LEFT JOIN order_parts USING (n)
)"""


def _rest_lists(models: Sequence[str]) -> dict[str, str]:
    is_creditable = "is_converted AND order_class = 'store'"
    other = f"CASE WHEN NOT ({is_creditable}) THEN order_class END"
    kinds = [f"CASE WHEN is_converted THEN {other} ELSE 'not_converted' END"]
    kinds += [
        f"CASE WHEN {is_creditable} AND NOT coalesce(has_{model}, false) THEN "
        f"CASE WHEN {model}_pre_tracking THEN 'pre_tracking' ELSE 'unattributed' END END"
        for model in models
    ]
    return {
        "models": ", ".join(f"'{model}'" for model in (ALL_MODELS, *models)),
        "kinds": ", ".join(kinds),
        "gross": ", ".join(["order_gross", *(f"{model}_gross" for model in models)]),
        "net": ", ".join(["order_net", *(f"{model}_net" for model in models)]),
    }
