"""The demo's report, as a person reads it in a terminal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.storefront.totals import StoreTotals

_ROWS = 14


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows under a header: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  " + "  ".join(padded).rstrip()

    return "\n".join([line(header), line(["-" * width for width in widths]), *map(line, rows)])


def report_table(report: dict[str, Any]) -> str:
    """Lay out an ROI report; small rows are left out, and counted."""
    (dimension,) = report["parameters"]["by"]
    rows = [row for row in report["rows"] if row["orders"] or Decimal(row["cost"])]
    credited = [row for row in rows if row["kind"] == "credited"]
    rest = [row for row in rows if row["kind"] != "credited"]
    lines = [_cells(row[dimension] or "(none)", row) for row in credited[:_ROWS]] + [
        _cells(f"[{row['kind'].replace('_', ' ')}]", row) for row in rest
    ]
    header = [dimension, "clicks", "leads", "orders", "gross", "refunds", "net", "cost", "ROI"]
    text = table(header, lines)
    hidden = len(credited) - _ROWS
    return f"{text}\n  … and {hidden} smaller rows" if hidden > 0 else text


def _cells(name: str, row: dict[str, Any]) -> list[str]:
    roi = row["roi"]
    return [
        name[:34],
        *(f"{row[count]:,}" for count in ("clicks", "leads", "orders")),
        *(amount(row[money]) for money in ("gross", "refunds", "net", "cost")),
        "" if roi is None else f"{Decimal(roi):+.0%}",
    ]


def amount(text: str | Decimal) -> str:
    """Spell an amount with thousands separators."""
    return f"{Decimal(text):,}"


def side_by_side(totals: dict[str, Any], store: StoreTotals) -> tuple[str, bool]:
    """Lay out our totals beside the store's own; also tell whether they are equal."""
    pairs = [
        ("orders", f"{totals['orders']:,}", f"{store.orders:,}"),
        ("gross", amount(totals["gross"]), amount(store.gross)),
        ("refunds", amount(totals["refunds"]), amount(store.refunds)),
        ("net", amount(totals["net"]), amount(store.net)),
        ("not converted", str(totals["not_converted_orders"]), str(store.not_converted)),
    ]
    rows = [[*pair, "equal" if pair[1] == pair[2] else "DIFFERENT"] for pair in pairs]
    return table(["", "Headwater", "store", ""], rows), all(ours == its for _, ours, its in pairs)


_METHODS = {"": "no click", "platform": "platform alone", "utm_parent": "utm, ad set or campaign"}


def joined_table(report: dict[str, Any]) -> str:
    """Lay out a coverage report's cost: by platform, and by the key that led clicks to its ads."""
    rows = [
        [
            f"{row['platform']}  {_METHODS.get(row['method'], row['method'].replace('_', ' '))}",
            *(amount(row["cost"]), _percent(row["cost_share"])),
            *(f"{row['clicks']:,}", _percent(row["clicks_share"])),
        ]
        for row in report["cost"]
    ]
    totals = report["totals"]
    return (
        table(["platform, met by", "cost", "of it", "clicks", "of them"], rows)
        + f"\n  joined {_percent(totals['cost_joined_share'])} of the cost,"
        f" {_percent(totals['clicks_joined_share'])} of paid clicks"
    )


def _percent(share: str | None) -> str:
    return "-" if share is None else f"{Decimal(share):.0%}"


# As many as a terminal is wide.
_SHOWN_MODELS = (
    "first_click",
    "last_click",
    "linear",
    "full_impact",
    "new_lead",
    "reengaged_lead",
)


def trail_table(trail: dict[str, Any]) -> str:
    """Lay out one order's credit trail: each touch, its roles, each model's net credit."""
    models = [model for model in _SHOWN_MODELS if model in trail["rest"]]
    rows = [
        [
            f"{touch['at'][:16].replace('T', ' ')}  {touch['source']} / {touch['medium']}"
            f"  {touch['campaign'] or '(no campaign)'}"[:62],
            ", ".join(touch["roles"]).replace("_", " "),
            *(amount(touch["credits"].get(model, {}).get("net", "0.00")) for model in models),
        ]
        for touch in trail["touches"]
    ]
    rest = [amount(trail["rest"][model]["net"]) for model in models]
    header = ["touch", "roles", *(model.replace("_", " ") for model in models)]
    return table(header, [*rows, ["not credited", "", *rest]])
