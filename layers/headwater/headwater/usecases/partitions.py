"""Cutting a derived table into the partitions of the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.facts import columns_of

if TYPE_CHECKING:
    import duckdb

    from headwater.usecases.ports import Facts
    from headwater.usecases.run_files import RunFrame


def save_days(
    db: duckdb.DuckDBPyConnection,
    facts: Facts,
    frame: RunFrame,
    table: str,
    rows: str,
    day: str,
) -> dict[str, str | None]:
    """Write a derived table whole: a day an object, a closed month one.

    Args:
        db: holds the rows.
        facts: where the objects go.
        frame: the run.
        table: the fact table's name.
        rows: the table in ``db`` that holds them.
        day: the column that dates a row.

    Returns:
        Partition → key; None takes away a partition of the base that has no rows any more.
    """
    columns = ", ".join(f'"{column}"' for column in columns_of(table, frame.settings.models))
    # The same rule as ``domain.manifests.partition_of``, for whole columns.
    this_month = frame.as_of_day.replace(day=1).isoformat()
    partition = (
        f"CASE WHEN {day} < DATE '{this_month}' THEN strftime({day}, '%Y-%m') "
        f"ELSE strftime({day}, '%Y-%m-%d') END"
    )
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE cut_rows AS SELECT {partition} AS cut, {columns} FROM {rows}"
    )
    cuts = db.execute("SELECT DISTINCT cut FROM cut_rows ORDER BY cut").fetchall()
    saved = {
        cut: facts.save(
            db,
            frame.account,
            table,
            cut,
            f"SELECT {columns} FROM cut_rows WHERE cut = '{cut}' ORDER BY ALL",
        )
        for (cut,) in cuts
    }
    before = frame.base.tables.get(table, {}) if frame.base else {}
    return {**dict.fromkeys(before), **saved}
