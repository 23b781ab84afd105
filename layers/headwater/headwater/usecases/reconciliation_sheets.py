"""The reconciliation report as readers get it: short for programs, as a sheet for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    type Json = dict[str, Any]

# JSON names so many orders per cause and row; the sheet names them all.
MOST_IDS = 100


def shortened(report: Json) -> Json:
    """Return the report with at most a hundred orders named in one place."""

    def shorten(entry: Json) -> Json:
        return entry | {"order_ids": entry["order_ids"][:MOST_IDS]}

    causes = [
        shorten(cause) | {"repaired_ids": cause["repaired_ids"][:MOST_IDS]}
        for cause in report["causes"]
    ]
    rows = [
        row | {"differences": [shorten(entry) for entry in row["differences"]]}
        for row in report["rows"]
    ]
    return report | {"causes": causes, "rows": rows}


def sheet(report: Json) -> Iterator[Json]:
    """Yield the report as a sheet whose lines add up: store, each cause, ours."""
    for row in report["rows"]:
        place = {name: row[name] for name in ("source", "day", "status_id", "status")}
        yield {
            **place,
            "line": "store",
            "orders": row["store_orders"],
            "amount": row["store_total"],
        }
        for entry in row["differences"]:
            ids = " ".join(entry["order_ids"])
            figures = {name: entry[name] for name in ("orders", "amount")}
            yield {**place, "line": entry["cause"], **figures, "order_ids": ids}
        yield {
            **place,
            "line": "headwater",
            "orders": row["our_orders"],
            "amount": row["our_total"],
        }


SHEET_COLUMNS = (
    *("source", "day", "status_id", "status"),
    *("line", "orders", "amount", "order_ids"),
)
