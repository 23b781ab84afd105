"""The rows of ROI reports by any dimensions.

All models stand side by side: one row per kind and names, whose ``models`` lists the ``FIGURES`` of
each model that has any there. Many dimensions are summed in one statement, each row of the source
standing once under each of them: on small ranges the statements would take longer than the sums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.report_dimensions import REPORT_DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

type Names = tuple[str, ...]


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


def spread(
    cells: Sequence[Cells],
    relation: str,
    names_of: Callable[[Cells], Sequence[str]] = lambda each: each.by,
) -> str:
    """Return the SQL of a relation with each row once under each dimension.

    Column ``place`` says which of ``cells`` a row is for, ``name_0`` and so on what it is named.
    """
    width = len(cells[0].by)
    if len(cells) == 1:
        names = ", ".join(f"{name} AS name_{i}" for i, name in enumerate(names_of(cells[0])))
        return f"(SELECT *, 0 AS place, {names} FROM {relation})"
    places = ", ".join(map(str, range(len(cells))))
    names = ", ".join(
        f"unnest([{', '.join(names_of(each)[i] for each in cells)}]) AS name_{i}"
        for i in range(width)
    )
    return f"(SELECT *, unnest([{places}]) AS place, {names} FROM {relation})"


def keys_of(cells: Sequence[Cells]) -> str:
    """Return the columns by which a relation of ``spread`` is grouped: a range's row of a cell."""
    return ", ".join(["span", "place", *(f"name_{i}" for i in range(len(cells[0].by)))])
