"""The table ``effects``: one row, and one object, per month's version."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from headwater.domain.effects import EffectsVersion
from headwater.domain.facts import COLUMNS
from headwater.usecases.row_tables import fill_table

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from headwater.usecases.ports import Facts


def save_version(
    db: duckdb.DuckDBPyConnection, facts: Facts, account: str, version: EffectsVersion
) -> str | None:
    """Write a version as the object of its month; return the key."""
    steps = sorted(version.transitions.items())
    row = (
        version.month,
        version.method,
        version.reason,
        version.converting_paths,
        version.null_paths,
        version.trained_from,
        version.trained_until,
        list(version.channels),
        list(version.effects),
        list(version.shares),
        [source for (source, _), _ in steps],
        [target for (_, target), _ in steps],
        [count for _, count in steps],
    )
    fill_table(db, "trained_version", COLUMNS["effects"], [row])
    return facts.save(db, account, "effects", version.month, "SELECT * FROM trained_version")


def read_versions(db: duckdb.DuckDBPyConnection) -> list[EffectsVersion]:
    """Return the versions of the view ``effects``, ascending."""
    columns = ", ".join(f'"{column}"' for column in COLUMNS["effects"])
    rows = db.execute(f"SELECT {columns} FROM effects ORDER BY month").fetchall()
    return [_version(dict(zip(COLUMNS["effects"], row, strict=True))) for row in rows]


def _version(row: dict[str, Any]) -> EffectsVersion:
    began = row["trained_from"]
    steps = zip(row["from_states"], row["to_states"], row["steps"], strict=True)
    return EffectsVersion(
        row["month"],
        row["method"],
        row["reason"],
        row["converting_paths"],
        row["null_paths"],
        began and _aware(began),
        _aware(row["trained_until"]),
        tuple(row["channels"]),
        tuple(row["effects"]),
        tuple(row["shares"]),
        {(source, target): count for source, target, count in steps},
    )


def _aware(naive: datetime) -> datetime:
    return naive.replace(tzinfo=UTC)
