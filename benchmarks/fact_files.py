"""A drawn history as the Parquet files that a run reads: one file per fact table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.database import connect
from benchmarks.history import ADS_PER_CAMPAIGN, DAYS, DIRECT, FIRST_INSTANT, MARKS

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from benchmarks.history import History

# A campaign runs in one month of five, whichever its number says.
_PAUSE = 5
# A small store pays for fewer ads.
_ORDERS_PER_AD = 10

_PEOPLE = """
CREATE TABLE people AS
SELECT contact, substr(md5('email' || contact), 1, 26) AS email_node,
    CASE WHEN contact % 2 = 0 THEN substr(md5('customer' || contact), 1, 26) ELSE '' END
        AS customer_node
FROM range({contacts}) c (contact)
"""

# Ads carry their ids in the URL, as the platforms' templates put them; the rest is a referrer.
_MARK_NAMES = f"""
CREATE TABLE mark_names AS
SELECT mark, mark < {DIRECT} AS is_ad, mark // {ADS_PER_CAMPAIGN} AS campaign_number,
    CASE WHEN is_ad THEN 'google' ELSE '' END AS source,
    CASE WHEN is_ad THEN 'cpc' ELSE '' END AS medium,
    CASE WHEN is_ad THEN 'Campaign ' || campaign_number ELSE '' END AS campaign,
    CASE WHEN is_ad THEN 'ad' || mark ELSE '' END AS content,
    CASE WHEN is_ad THEN (1000 + campaign_number)::VARCHAR ELSE '' END AS campaign_id,
    CASE WHEN is_ad THEN (500000 + mark)::VARCHAR ELSE '' END AS ad_id,
    CASE WHEN is_ad THEN 'gclid' ELSE '' END AS click_id_kind,
    CASE WHEN mark > {DIRECT} THEN 'blog' || mark || '.example' ELSE '' END AS referrer
FROM range({MARKS}) m (mark)
"""

_TABLES = {
    "orders": """
        SELECT 'shop' AS source, n::VARCHAR AS order_id, make_timestamp(moment) AS placed_at,
            CASE WHEN n % 25 = 0 THEN 5 ELSE 10 END AS status_id, false AS is_archived,
            'USD' AS currency, gross AS total_minor, gross AS gross_minor,
            refund AS refund_minor, false AS refund_assumed, email_node, customer_node,
            'www' AS order_source, 1 AS channel_id, '' AS external_source, false AS is_test,
            '' AS external_id, '' AS external_order_id, []::VARCHAR[] AS notes,
            false AS is_guest, 'US' AS country, 'card' AS payment_method,
            []::VARCHAR[] AS coupon_codes
        FROM drawn_orders JOIN people USING (contact) ORDER BY n
    """,
    "contacts": """
        SELECT email_node AS node, email_node AS contact, false AS is_flagged FROM people
        UNION ALL
        SELECT customer_node, email_node, false FROM people WHERE customer_node <> ''
        ORDER BY node
    """,
    "touchpoints": """
        SELECT md5('touch' || n) AS touch_id, make_timestamp(moment) AS occurred_at,
            md5('visitor' || contact || '/' || device) AS visitor, '' AS node, source, medium,
            campaign, content, '' AS term, campaign_id, '' AS adset_id, ad_id, click_id_kind,
            CASE WHEN is_ad THEN md5('click' || n) ELSE '' END AS click_id, referrer,
            '/product-' || n % 500 AS landing_page,
            CASE device WHEN 0 THEN 'mobile' ELSE 'desktop' END AS device,
            n % 50 = 0 AS is_bot, false AS is_imported
        FROM drawn_touches JOIN mark_names USING (mark) ORDER BY moment
    """,
    # Who buys says who he is, on the device of one of the order's sessions.
    "links": """
        SELECT md5('link' || o.n) AS event_id, make_timestamp(o.moment) AS occurred_at,
            md5('visitor' || o.contact || '/' || t.device) AS visitor,
            md5('touch' || t.n) AS session, email_node AS node, 'form' AS kind
        FROM drawn_orders o JOIN last_touches t ON t.order_n = o.n
        JOIN people ON people.contact = o.contact ORDER BY o.moment
    """,
    "claims": """
        SELECT md5('claim' || o.n) AS event_id, 'shop' AS source, o.n::VARCHAR AS order_id,
            md5('visitor' || o.contact || '/' || t.device) AS visitor,
            md5('touch' || t.n) AS session, make_timestamp(o.moment) AS occurred_at,
            make_timestamp(o.moment + 5000000) AS received_at, '' AS node
        FROM drawn_orders o JOIN last_touches t ON t.order_n = o.n WHERE o.n % 5 > 0
        ORDER BY o.moment
    """,
    "optins": """
        SELECT md5('optin' || n) AS opt_in_id, make_timestamp(moment) AS occurred_at,
            email_node AS node, 'site' AS source, 'form' AS kind
        FROM drawn_opt_ins JOIN people USING (contact) ORDER BY moment
    """,
    "costs": f"""
        SELECT make_timestamp({FIRST_INSTANT})::DATE + day::INTEGER AS day, 'google' AS platform,
            '1' AS ad_account, 'USD' AS currency, 100 + (mark * 7 + day) % 9000 AS cost_minor,
            10 + day % 90 AS clicks, 1000 + day AS impressions,
            1.5::DECIMAL(18, 6) AS conversions, NULL::BIGINT AS value_minor, campaign_id,
            campaign, '' AS adset_id, '' AS adset, ad_id, 'Ad ' || mark AS ad, '' AS utm_source,
            '' AS utm_medium, '' AS utm_campaign, '' AS utm_content, '' AS utm_term
        FROM mark_names, range({DAYS}) d (day)
        WHERE mark < getvariable('advertised')
            AND (day // 30 + campaign_number) % {_PAUSE} = 0 ORDER BY day, mark
    """,
    "ad_clicks": """
        SELECT DATE '2000-01-01' AS day, '' AS platform, '' AS click_id, '' AS campaign_id,
            '' AS adset_id, '' AS ad_id WHERE false
    """,
    "chains": """
        SELECT '' AS source, '' AS order_id, '' AS chain_id, '' AS kind, 0 AS cycle,
            '' AS root_source, '' AS root_order_id, false AS is_inferred,
            false AS began_before WHERE false
    """,
}
TABLES = tuple(_TABLES)


def write_facts(history: History, folder: Path) -> None:
    """Write a history's fact tables into a folder, ``<table>.parquet`` each."""
    with connect() as db:
        _register(db, history)
        for table, query in _TABLES.items():
            db.execute(f"COPY ({query}) TO '{folder / table}.parquet' (COMPRESSION zstd)")


def _register(db: duckdb.DuckDBPyConnection, history: History) -> None:
    db.execute(_PEOPLE.format(contacts=history.contacts))
    db.execute(_MARK_NAMES)
    advertised = min(len(history.order_at) // _ORDERS_PER_AD, DIRECT)
    db.execute(f"SET VARIABLE advertised = {advertised}")
    db.register(
        "drawn_orders",
        {
            "n": np.arange(len(history.order_at)),
            "contact": history.order_contact,
            "moment": history.order_at,
            "gross": history.gross,
            "refund": history.refund,
        },
    )
    db.register(
        "drawn_touches",
        {
            "n": np.arange(len(history.touch_at)),
            "order_n": history.touch_order,
            "contact": history.touch_contact,
            "moment": history.touch_at,
            "mark": history.touch_mark,
            "device": history.touch_device,
        },
    )
    db.register(
        "drawn_opt_ins",
        {
            "n": np.arange(len(history.opt_in_at) + len(history.re_opt_in_at)),
            "contact": np.concatenate([history.opt_in_contact, history.re_opt_in_contact]),
            "moment": np.concatenate([history.opt_in_at, history.re_opt_in_at]),
        },
    )
    db.execute(
        "CREATE TABLE last_touches AS SELECT order_n, max(n) AS n, arg_max(device, n) AS device "
        "FROM drawn_touches GROUP BY order_n"
    )
