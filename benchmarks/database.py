"""A DuckDB that keeps quiet."""

from __future__ import annotations

import duckdb


def connect() -> duckdb.DuckDBPyConnection:
    """Return an empty database; what takes long draws no progress bar into our table."""
    db = duckdb.connect()
    db.execute("SET enable_progress_bar = false")
    return db
