"""Fact tables as local Parquet files: what DuckDB does between two moves of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.facts import columns_of
from headwater.domain.models import MODELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

_STAGE = "headwater_staged_rows"


def identifier(name: str) -> str:
    """Return a name as a quoted SQL identifier."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _literal(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def create_view(
    db: duckdb.DuckDBPyConnection,
    table: str,
    paths: Sequence[Path],
    models: Sequence[str] = MODELS,
) -> None:
    """Make a table a view over Parquet files; without files it is empty, with its columns.

    ``models`` are the account's, which name columns of ``credits``. Partitions are not read from
    the paths: a fact row says itself when it happened. A column that the files lack is null: a
    release that adds one reads what the last run wrote, until its own first run has written all
    of the table again.
    """
    wanted = columns_of(table, models)
    if paths:
        files = ", ".join(_literal(str(path)) for path in paths)
        found = _columns_in(db, paths[0])
        nulls = _nulls({name: kind for name, kind in wanted.items() if name not in found})
        body = f"SELECT *{nulls} FROM read_parquet([{files}], hive_partitioning = false)"
    else:
        body = f"SELECT {_nulls(wanted).removeprefix(', ')} WHERE false"
    db.execute(f"CREATE OR REPLACE TEMP VIEW {identifier(table)} AS {body}")


def _columns_in(db: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    """Return the columns of a file; those of one run's objects of a table are the same."""
    query = f"SELECT name FROM parquet_schema({_literal(str(path))})"
    return {name for (name,) in db.execute(query).fetchall()}


def _nulls(columns: Mapping[str, str]) -> str:
    """Return the SQL of columns that are null, each after a comma."""
    return "".join(
        f", CAST(NULL AS {kind}) AS {identifier(name)}" for name, kind in columns.items()
    )


def write_rows(db: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write a query's rows, in their order, to a Parquet file; return how many, 0 without a file.

    The bytes depend on the rows and their order alone. Copied straight from a query they would
    also depend on how its threads cut the rows into chunks and on which columns came as
    dictionaries; a staged table read back by row id has neither.
    """
    db.execute("SET preserve_insertion_order = true")
    db.execute(f"CREATE OR REPLACE TEMP TABLE {_STAGE} AS {query}")
    try:
        [[rows]] = db.execute(f"SELECT count(*) FROM {_STAGE}").fetchall()
        if rows:
            db.execute(
                f"COPY (SELECT * FROM {_STAGE} ORDER BY rowid) TO {_literal(str(path))} "
                "(FORMAT parquet, COMPRESSION zstd)"
            )
    finally:
        db.execute(f"DROP TABLE {_STAGE}")
    return int(rows)
