"""The in-process DuckDB in which a step works."""

from __future__ import annotations

import tempfile

import duckdb


def open_database() -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory; use it as a context manager.

    What does not fit spills into the temporary folder: the working directory, DuckDB's own choice,
    cannot be written in Lambda.
    """
    return duckdb.connect(config={"temp_directory": tempfile.gettempdir()})
