"""The in-process DuckDB in which a step works."""

from __future__ import annotations

import tempfile

import duckdb

# Half of what the functions that compute a whole account have; Python and NumPy need the rest.
_MEMORY = "2GB"


def open_database() -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory; use it as a context manager.

    What does not fit spills into the temporary folder: the working directory, DuckDB's own choice,
    cannot be written in Lambda.
    """
    database = duckdb.connect(
        config={"temp_directory": tempfile.gettempdir(), "memory_limit": _MEMORY}
    )
    # It would draw itself into the logs.
    database.execute("SET enable_progress_bar = false")
    return database
