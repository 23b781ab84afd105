"""The least that any attribution must do with the raw tables: read the hits and sort them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.database import connect

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import numpy as np
    from numpy.typing import NDArray

# Ties break by the hit's id.
SORTED_HITS = """
SELECT contact, epoch_us(moment) AS moment, campaign, channel
FROM read_parquet(?) ORDER BY contact, moment, hit
"""


def scan_and_sort(folder: Path) -> None:
    """Read the hits into NumPy, by contact and time."""
    with connect() as db:
        sorted_hits(db, folder)


def sorted_hits(db: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, NDArray[np.int64]]:
    """Return the hits' columns ``contact moment campaign channel``, by contact and time."""
    columns: dict[str, NDArray[np.int64]] = db.execute(
        SORTED_HITS, [str(folder / "hits.parquet")]
    ).fetchnumpy()
    return columns
