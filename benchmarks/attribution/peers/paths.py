"""Ready-made paths, which is what peers begin with: DuckDB makes them, and nobody counts that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.database import connect

if TYPE_CHECKING:
    from pathlib import Path

_WINDOW_DAYS = 30

# A path's channels in order of time, of the window before its order; else all of somebody's hits
# who never bought.
_PATHS = f"""
CREATE TABLE paths AS
WITH hits AS (FROM read_parquet($hits)), orders AS (FROM read_parquet($orders)),
converted AS (
    SELECT o.order_id AS journey_id, o.gross / 100 AS revenue, h.moment, h.hit, h.channel,
        epoch_us(o.moment - h.moment) / 3600e6 AS hours, true AS is_converted
    FROM orders o JOIN hits h ON h.contact = o.contact
        AND h.moment BETWEEN o.moment - INTERVAL {_WINDOW_DAYS} DAY AND o.moment
), null_journeys AS (
    SELECT -1 - contact AS journey_id, 0.0 AS revenue, moment, hit, channel,
        epoch_us(max(moment) OVER (PARTITION BY contact) - moment) / 3600e6 AS hours,
        false AS is_converted
    FROM hits ANTI JOIN orders USING (contact)
)
SELECT journey_id, is_converted, any_value(revenue) AS revenue,
    string_agg('channel ' || channel, ' > ' ORDER BY moment, hit) AS path,
    string_agg(round(hours, 3), ' > ' ORDER BY moment, hit) AS hours_left
FROM (FROM converted UNION ALL FROM null_journeys)
GROUP BY journey_id, is_converted
"""


def make_paths(folder: Path) -> Path:
    """Write ``paths.parquet`` and ``paths.csv`` beside the raw tables, once; return where."""
    if not (folder / "paths.csv").exists():
        with connect() as db:
            tables = {name: str(folder / f"{name}.parquet") for name in ("hits", "orders")}
            db.execute(_PATHS, tables)
            db.execute(f"COPY paths TO '{folder / 'paths.parquet'}'")
            # The last one written: where it is, both are.
            unfinished = folder / ".paths.csv"
            db.execute(
                "COPY (SELECT path, is_converted::INTEGER AS is_converted, revenue FROM paths) "
                f"TO '{unfinished}' (HEADER)"
            )
            unfinished.rename(folder / "paths.csv")
    return folder
