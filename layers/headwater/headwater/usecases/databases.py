"""The in-process DuckDB in which a step works."""

from __future__ import annotations

import os
import tempfile
from functools import cache

import duckdb

# In MB. Where a machine has less than twice as much, half of what there is: Python and NumPy need
# the rest, and a function that takes more than it has is killed where it could have spilled.
_MOST_MEMORY = 2_000


def open_database() -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory; use it as a context manager.

    Whatever is made in it has to be temporary: then it is gone when the database is closed, though
    the engine below stays, which takes longer to start than most queries.
    """
    database = _engine(os.getpid()).cursor()
    # It would draw itself into the logs.
    database.execute("SET enable_progress_bar = false")
    return database


@cache
def _engine(_process: int) -> duckdb.DuckDBPyConnection:
    """Return the engine of this process; a forked one has none of its parent's threads.

    What does not fit spills into the temporary folder: the working directory, DuckDB's own choice,
    cannot be written in Lambda.
    """
    return duckdb.connect(
        config={"temp_directory": tempfile.gettempdir(), "memory_limit": _memory()}
    )


def _memory() -> str:
    """Return what the engine may hold before it spills."""
    present = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{min(_MOST_MEMORY, present // 2 // 10**6)}MB"
