"""What a finished run leaves for reports: credits, leads, cost, clicks and chains of some years."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.database import connect
from headwater.domain.manifests import ALL_DAYS
from headwater.domain.models import MODELS, ROLES

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from headwater.domain.manifests import Objects

FIRST_DAY, LAST_DAY = date(2025, 11, 1), date(2026, 10, 31)
CAMPAIGNS = 200
_SEED = 20_261_121
_SUBSCRIBERS = 0.05  # of all contacts
# Cumulated shares of the campaigns by Zipf's law, to be drawn from with a uniform number.
_CAMPAIGNS = f"""
CREATE TABLE campaigns AS
SELECT number, 'google' AS platform, 'paid_search' AS channel, 'google' AS source, 'cpc' AS medium,
    'Campaign ' || number AS campaign, 'ad' || number AS content, '' AS term, 'set' AS adset,
    'ad' || number AS ad,
    sum(1 / number) OVER (ORDER BY number) / sum(1 / number) OVER () AS upto
FROM range(1, {CAMPAIGNS + 1}) c (number)
"""
_DIMENSIONS = "channel, source, medium, campaign, content, term, adset, ad"
_VISIT = "'/shoes' AS landing_page, 'mobile' AS device"
_NO_DIMENSIONS = ", ".join(f"'' AS {name}" for name in _DIMENSIONS.split(", "))
_ROLE_COLUMNS = ", ".join(f"role = {n} OR role > 3 AS is_{role}" for n, role in enumerate(ROLES))
_TAKES_PART = {role: f"role = {n} OR role > 3" for n, role in enumerate(ROLES)}
_AMOUNTS, _CREDITS = (
    ", ".join(
        f"CASE WHEN {takes_part} THEN {amount} END AS {model}_{money}"
        for model, takes_part in taking_part.items()
        for money, amount in (("gross", "gross // 2"), ("net", "(gross - refund) // 2"))
    )
    for taking_part in (
        dict.fromkeys(MODELS, "true"),
        {model: _TAKES_PART.get(model, "true") for model in MODELS},
    )
)


def _flags(names: tuple[str, ...], pattern: str) -> str:
    return ", ".join(f"false AS {pattern.format(name)}" for name in names)


_ORDER = """'shop' AS store, n::VARCHAR AS order_id, placed_at,
    md5('contact' || contact) AS contact, 'store' AS order_class, 'one_time' AS kind, is_new,
    true AS is_converted, '1' AS store_channel, '' AS coupon"""
_TABLES = {
    # Two touches per order, of one role each or of several, and the rest.
    "credits": f"""
        SELECT {_ORDER}, 0 AS order_gross, 0 AS order_net, md5('touch' || n || '/' || t.part) AS
            touch_id, md5('visitor' || contact) AS visitor, placed_at - INTERVAL 3 DAY AS
            touched_at, {_DIMENSIONS}, {_VISIT}, platform, number::VARCHAR AS ad_campaign_id,
            '' AS ad_adset_id, '' AS ad_ad_id, 'campaign_id' AS ad_match,
            {_ROLE_COLUMNS}, {_CREDITS}, {_flags(MODELS, "{}_pre_tracking")}
        FROM drawn_orders
        JOIN drawn_touches t USING (n)
        ASOF JOIN campaigns ON t.chance < campaigns.upto
        UNION ALL
        SELECT {_ORDER}, gross, gross - refund, '', '', NULL, {_NO_DIMENSIONS}, '', '',
            '', '', '', '', '',
            {_flags(ROLES, "is_{}")}, {_AMOUNTS}, {_flags(MODELS, "{}_pre_tracking")}
        FROM drawn_orders
    """,
    "leads": f"""
        SELECT md5('contact' || contact) AS contact, placed_at AS opted_in_at,
            placed_at - INTERVAL 3 DAY AS touched_at, led.role,
            'credited' AS state, {_DIMENSIONS}, {_VISIT}
        FROM drawn_orders
        JOIN drawn_touches t USING (n)
        ASOF JOIN campaigns ON t.chance < campaigns.upto,
            (SELECT unnest(['first_click', 'new_lead']) AS role) led
        WHERE is_new AND t.part = 0
    """,
    "spend": f"""
        SELECT day, platform, '1' AS ad_account, number::VARCHAR AS campaign_id, '' AS adset_id,
            '' AS ad_id, {_DIMENSIONS}, 100 + number AS cost_minor, 10 AS clicks,
            1000 AS impressions, 1.5::DECIMAL(18, 6) AS conversions, NULL::BIGINT AS value_minor
        FROM campaigns, days
    """,
    "clicks": f"SELECT day, {_DIMENSIONS}, {_VISIT}, 1 + number AS clicks FROM campaigns, days",
    # All orders of a subscriber are one chain.
    "chains": f"""
        SELECT 'shop' AS source, n::VARCHAR AS order_id, 'shop#' || contact AS chain_id,
            CASE WHEN rank = 1 THEN 'initial' ELSE 'rebill' END AS kind, rank - 1 AS cycle,
            'shop' AS root_source, min(n) OVER (PARTITION BY contact)::VARCHAR AS root_order_id,
            false AS is_inferred, false AS began_before
        FROM drawn_orders WHERE contact % {round(1 / _SUBSCRIBERS)} = 0
    """,
    "subscriptions": f"""
        SELECT 'shop#' || contact AS chain_id, 'shop' AS source, md5('contact' || contact) AS
            contact, 'app' AS app, CASE WHEN max(placed_at) < TIMESTAMP '{LAST_DAY}' - INTERVAL 75
            DAY THEN 'lapsed' ELSE 'active' END AS status, false AS is_inferred, false AS
            began_before, '' AS returned_from, 'monthly' AS cadence, 1 AS cadence_months, 0 AS
            cadence_days, count(*) AS orders, count(*) - 1 AS cycles, 0 AS skipped, 0 AS pauses,
            min(n)::VARCHAR AS first_order_id, max(n)::VARCHAR AS last_order_id, min(placed_at) AS
            started_at, max(placed_at) AS last_at, NULL::DATE AS next_expected, last(gross) AS
            monthly_minor, CASE WHEN status = 'lapsed' THEN max(placed_at)::DATE + 60 END AS
            lapsed_on, 0 AS days_to_churn
        FROM drawn_orders WHERE contact % {round(1 / _SUBSCRIBERS)} = 0 GROUP BY contact
    """,
}
_DAY_OF = {"credits": "placed_at", "leads": "opted_in_at", "spend": "day", "clicks": "day"}


def first_day(years: int) -> date:
    """Return the first day of so many years."""
    return FIRST_DAY.replace(year=FIRST_DAY.year + 1 - years)


def write_run_tables(orders: int, folder: Path, years: int = 1) -> Objects:
    """Write the tables below a folder: a file per closed month, and one per day of the last.

    Returns the files by table and partition.
    """
    objects: Objects = {}
    with connect() as db:
        _draw(db, orders, years)
        for table, query in _TABLES.items():
            day = _DAY_OF.get(table)
            objects[table] = (
                _write_by_day(db, table, query, day, folder)
                if day
                else _write(db, query, table, folder)
            )
    return objects


def _write(db: duckdb.DuckDBPyConnection, query: str, table: str, folder: Path) -> dict[str, str]:
    key = f"{table}.parquet"
    db.execute(f"COPY ({query}) TO '{folder / key}' (COMPRESSION zstd)")
    return {ALL_DAYS: key}


def _write_by_day(
    db: duckdb.DuckDBPyConnection, table: str, query: str, day: str, folder: Path
) -> dict[str, str]:
    is_closed = f"{day} < DATE '{LAST_DAY.replace(day=1)}'"
    # In order, so that each file is found without a look at the rows of the others.
    db.execute(
        f"CREATE TABLE parted AS SELECT *, left(strftime({day}, '%Y-%m-%d'), "
        f"CASE WHEN {is_closed} THEN 7 ELSE 10 END) AS file_of FROM ({query}) ORDER BY {day}"
    )
    keys = {}
    for (name,) in db.execute("SELECT DISTINCT file_of FROM parted ORDER BY 1").fetchall():
        keys[name] = f"{table}-{name}.parquet"
        db.execute(
            f"COPY (SELECT * EXCLUDE file_of FROM parted WHERE file_of = '{name}' "
            f"ORDER BY {day}) TO '{folder / keys[name]}' (COMPRESSION zstd)"
        )
    db.execute("DROP TABLE parted")
    return keys


def _draw(db: duckdb.DuckDBPyConnection, orders: int, years: int) -> None:
    first, days = first_day(years), (LAST_DAY - first_day(years)).days + 1
    rng = np.random.default_rng(_SEED)
    gross = rng.lognormal(8.5, 0.7, orders).astype(np.int64) + 1
    touches = np.repeat(np.arange(orders), 2)
    columns: dict[str, dict[str, Any]] = {
        "columns_of_orders": {
            "n": np.arange(orders),
            "second": rng.integers(5 * 3600, days * 86_400, orders),
            "contact": rng.integers(0, max(orders * 6 // 10, 1), orders),
            "gross": gross,
            "refund": np.where(rng.random(orders) < 0.05, gross // 2, 0),  # noqa: PLR2004
        },
        "columns_of_touches": {
            "n": touches,
            "part": np.arange(len(touches)) % 2,
            "role": rng.integers(0, 6, len(touches)),
            "chance": rng.random(len(touches)),
        },
    }
    for name, values in columns.items():
        db.register(name, values)
    db.execute(
        "CREATE TABLE drawn_orders AS SELECT * EXCLUDE second, rank = 1 AS is_new, "
        f"TIMESTAMP '{first}' + to_seconds(second) AS placed_at FROM (SELECT *, row_number() "
        "OVER (PARTITION BY contact ORDER BY second, n) AS rank FROM columns_of_orders)"
    )
    db.execute("CREATE TABLE drawn_touches AS FROM columns_of_touches")
    db.execute(
        f"CREATE TABLE days AS SELECT DATE '{first}' + number::INTEGER AS day "
        f"FROM range({days}) r (number)"
    )
    db.execute(_CAMPAIGNS)
