"""All models in plain SQL, written from their definition in ``docs/attribution-models.md``.

It shares nothing with the program: where both say the same, to the cent and for each order and
touch, neither has misread the definition in its own way. It is written to be read, not to be fast.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.attribution.cells import (
    COLUMNS,
    FIRST_DAY,
    PRE_TRACKING,
    UNATTRIBUTED,
    CellSums,
)
from benchmarks.attribution.raw_tables import DIRECT, PAID_CHANNELS, TABLES
from benchmarks.attribution.rules import Rules
from benchmarks.database import connect

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from benchmarks.attribution.cells import Cells

# Half-life, and the scale on which decay is rounded to whole numbers.
HALF_LIFE_DAYS, DECAY_BITS = 7, 20
_SINGLE = (
    "first_click",
    "last_click",
    "last_touch",
    "first_paid",
    "last_paid",
    "new_lead",
    "reengaged_lead",
)
_OF_ROLES = ("linear", "full_impact", "full_funnel")
_OF_PATHS = (
    "linear_all",
    "linear_channels",
    "position_based",
    "time_decay",
    "w_shaped",
    "markov",
)
MODELS = (*_SINGLE, *_OF_ROLES, *_OF_PATHS)
# What nobody can know of a contact who is older than tracking.
_OF_ORIGIN = ("first_click", "first_paid", "new_lead")


_TOUCHES = f"""
CREATE TABLE touches AS
SELECT row_number() OVER (ORDER BY contact, moment, hit) AS touch, hit, contact, moment, campaign,
    channel, channel = {DIRECT} AS is_direct, channel IN {PAID_CHANNELS} AS is_paid
FROM hits
"""

# Without a hit nothing was ever tracked.
_TRACKING = """
CREATE TABLE tracking AS
SELECT coalesce(min(moment), TIMESTAMP 'infinity') AS since FROM hits
"""

# Who did not opt in before he bought became a lead by buying.
_PEOPLE = """
CREATE TABLE people AS
WITH opted AS (SELECT contact, min(moment) AS opted_in FROM opt_ins GROUP BY contact),
bought AS (SELECT contact, min(moment) AS bought FROM orders GROUP BY contact)
SELECT contact, opted_in, least(opted_in, bought) AS lead_at,
    least(opted_in, bought) < (SELECT since FROM tracking) AS is_known_before
FROM bought LEFT JOIN opted USING (contact)
"""

_ROOTS = """
CREATE TABLE roots AS
SELECT o.order_id, o.contact, o.moment, p.lead_at, p.opted_in, p.is_known_before,
    o.moment < (SELECT since FROM tracking) + to_days($last_click_days) AS is_early_of_roles,
    o.moment < (SELECT since FROM tracking) + to_days($path_days) AS is_early_of_paths,
    (SELECT max(e.moment) FROM effects e WHERE e.moment <= o.moment) AS version,
    (SELECT max(i.moment) FROM opt_ins i WHERE i.contact = o.contact
        AND i.moment > p.opted_in AND i.moment < o.moment) AS again_at
FROM orders o JOIN people p USING (contact)
WHERE o.order_id IN (SELECT root FROM orders)
"""

# Every touch of an order's contact up to the order, and the windows that hold it.
_PAIRS = """
CREATE TABLE pairs AS
WITH windows AS (
    SELECT r.order_id, r.moment AS placed_at, t.*,
        t.moment >= r.moment - to_days($last_click_days) AS in_last,
        t.moment >= r.moment - to_days($path_days) AS in_path,
        coalesce(r.lead_at <= r.moment
            AND t.moment BETWEEN r.lead_at - to_days($opt_in_days) AND r.lead_at, false) AS in_lead,
        coalesce(
            t.moment BETWEEN r.again_at - to_days($opt_in_days) AND r.again_at, false) AS in_again
    FROM roots r JOIN touches t ON t.contact = r.contact AND t.moment <= r.moment
)
SELECT *,
    NOT is_direct OR NOT bool_or(NOT is_direct) OVER o AS is_first,
    in_last AND (NOT is_direct OR NOT bool_or(in_last AND NOT is_direct) OVER o) AS is_last,
    in_path AND (NOT is_direct OR NOT bool_or(in_path AND NOT is_direct) OVER o) AS is_on_path,
    in_lead AND (NOT is_direct OR NOT bool_or(in_lead AND NOT is_direct) OVER o) AS is_lead,
    in_again AND (NOT is_direct OR NOT bool_or(in_again AND NOT is_direct) OVER o) AS is_again
FROM windows WINDOW o AS (PARTITION BY order_id)
"""

_ROLES = """
CREATE TABLE roles AS
SELECT order_id,
    min(touch) FILTER (is_first AND NOT is_known_before) AS first_click,
    max(touch) FILTER (is_last) AS last_click,
    max(touch) FILTER (in_last) AS last_touch,
    min(touch) FILTER (is_paid AND NOT is_known_before) AS first_paid,
    max(touch) FILTER (is_paid AND in_last) AS last_paid,
    max(touch) FILTER (is_lead AND NOT is_known_before) AS new_lead,
    max(touch) FILTER (is_again) AS reengaged_lead,
    max(touch) FILTER (is_lead) AS lead_touch
FROM pairs JOIN (SELECT order_id, is_known_before, opted_in FROM roots) USING (order_id)
GROUP BY order_id
"""

# The distinct touches of the four roles. Stage 1 is the first click, 2 what follows it up to the
# opt-in, 3 the rest.
_ROLE_TOUCHES = """
CREATE TABLE role_touches AS
WITH distinct_touches AS (
    SELECT DISTINCT order_id, first_click, unnest(
        [first_click, last_click, new_lead, reengaged_lead]) AS touch FROM roles
), staged AS (
    SELECT d.order_id, d.touch, CASE WHEN d.touch = d.first_click THEN 1
        WHEN t.moment > r.opted_in THEN 3 ELSE 2 END AS stage
    FROM distinct_touches d JOIN touches t USING (touch) JOIN roots r USING (order_id)
)
SELECT *, count(*) OVER (PARTITION BY order_id, stage) AS of_stage FROM staged
"""

_PATHS = """
CREATE TABLE paths AS
SELECT p.order_id, touch, channel,
    epoch_us(max(moment) OVER (PARTITION BY order_id) - moment) AS age,
    row_number() OVER o AS position,
    count(*) OVER (PARTITION BY order_id) AS steps,
    count(*) OVER (PARTITION BY order_id, channel) AS of_channel,
    touch = r.new_lead AS is_milestone,
    bool_or(coalesce(touch = r.new_lead, false)) OVER (PARTITION BY order_id) AS has_milestone,
FROM pairs p JOIN (SELECT order_id, new_lead FROM roles) r USING (order_id)
WHERE is_on_path
WINDOW o AS (PARTITION BY order_id ORDER BY touch)
"""

# Whole numbers in proportion to which each path's revenue is split.
_PATH_WEIGHTS = f"""
CREATE TABLE path_weights AS
WITH least_common AS (
    SELECT order_id, list_reduce(list(DISTINCT of_channel), lambda a, b: lcm(a, b)) AS multiple
    FROM paths GROUP BY order_id
), shaped AS (
    SELECT *, (position = 1)::INTEGER + (position = steps)::INTEGER
            + coalesce(is_milestone, false)::INTEGER AS shapes,
        count(*) FILTER (position > 1 AND position < steps AND NOT coalesce(is_milestone, false))
            OVER (PARTITION BY order_id) AS others
    FROM paths
)
SELECT s.order_id, s.touch, 1 AS linear_all,
    multiple // of_channel AS linear_channels,
    CASE WHEN steps < 3 THEN 1 WHEN position IN (1, steps) THEN 40 * (steps - 2) ELSE 20 END
        AS position_based,
    round(pow(2, {DECAY_BITS} - age / ({HALF_LIFE_DAYS} * 86400e6)))::HUGEINT AS time_decay,
    CASE WHEN NOT has_milestone THEN position_based
        WHEN shapes > 0 THEN 30 * shapes * greatest(others, 1) ELSE 10 END AS w_shaped,
    CASE WHEN max(e.weight) OVER (PARTITION BY s.order_id) = 0 THEN 1 ELSE e.weight END AS markov
FROM shaped s JOIN least_common USING (order_id)
JOIN (SELECT order_id, coalesce(version, (SELECT min(moment) FROM effects)) AS version FROM roots)
    v USING (order_id)
JOIN effects e ON e.moment = v.version AND e.channel = s.channel
"""

_ROLE_WEIGHTS = """
CREATE TABLE role_weights AS
SELECT order_id, touch, 1 AS linear, 1 AS full_impact, 12 // of_stage AS full_funnel
FROM role_touches
"""

# Every order, a rebill too, takes its root's weights; what does not divide goes to the largest
# remainders, the earliest touch first.
_CREDIT = """
INSERT INTO credits
WITH weighed AS (
    SELECT '{model}' AS model, o.order_id, w.touch, o.gross, o.gross - o.refund AS net, w.weight,
        sum(w.weight) OVER (PARTITION BY o.order_id)::HUGEINT AS whole
    FROM orders o JOIN ({weights}) w ON w.order_id = o.root
), shares AS (
    SELECT *, abs(gross) * weight // whole AS gross_part, abs(gross) * weight % whole AS gross_left,
        abs(net) * weight // whole AS net_part, abs(net) * weight % whole AS net_left
    FROM weighed
), ranked AS (
    SELECT *, abs(gross) - sum(gross_part) OVER o AS gross_cents,
        abs(net) - sum(net_part) OVER o AS net_cents,
        row_number() OVER (PARTITION BY order_id ORDER BY gross_left DESC, touch) AS gross_rank,
        row_number() OVER (PARTITION BY order_id ORDER BY net_left DESC, touch) AS net_rank
    FROM shares WINDOW o AS (PARTITION BY order_id)
)
SELECT model, order_id, touch,
    (sign(gross) * (gross_part + (gross_rank <= gross_cents)::INTEGER))::BIGINT,
    (sign(net) * (net_part + (net_rank <= net_cents)::INTEGER))::BIGINT
FROM ranked
"""

_FULL_IMPACT = """
INSERT INTO credits
SELECT 'full_impact', o.order_id, touch, gross, gross - refund
FROM orders o JOIN role_touches r ON r.order_id = o.root
"""

_RESTS = """
CREATE TABLE rests AS
WITH credited AS (SELECT DISTINCT model, order_id FROM credits)
SELECT m.model, o.order_id, o.gross, o.gross - o.refund AS net,
    CASE WHEN m.is_of_origin THEN r.is_known_before
        WHEN m.is_of_paths THEN r.is_early_of_paths ELSE r.is_early_of_roles END AS is_pre_tracking
FROM orders o JOIN roots r ON r.order_id = o.root CROSS JOIN models m
ANTI JOIN credited c ON c.model = m.model AND c.order_id = o.order_id
"""

# An order counts once for a campaign, however many of its touches bear full credit.
_CELLS = """
SELECT model, o.moment::DATE AS day, campaign, sum(c.gross) AS gross, sum(c.net) AS net
FROM (
    SELECT model, order_id, campaign, gross, net FROM credits JOIN touches USING (touch)
    WHERE model <> 'full_impact'
    UNION ALL
    SELECT DISTINCT model, order_id, campaign, gross, net FROM credits JOIN touches USING (touch)
    WHERE model = 'full_impact'
    UNION ALL
    SELECT model, order_id, CASE WHEN is_pre_tracking THEN $pre_tracking ELSE $unattributed END,
        gross, net
    FROM rests
) c JOIN orders o USING (order_id)
GROUP BY ALL
"""


def mount_tables(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make the raw tables visible in a database."""
    for table in TABLES:
        db.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder / table}.parquet')")


def build_credits(db: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    """Make ``credits`` (model, order_id, touch, gross, net) and ``rests`` from raw tables.

    ``touches`` says which touch a number is; ``rests`` has the orders that no touch earned.
    """
    days = asdict(rules)
    for statement in (
        _TOUCHES,
        _TRACKING,
        _PEOPLE,
        _ROOTS,
        _PAIRS,
        _ROLES,
        _ROLE_TOUCHES,
        _PATHS,
    ):
        db.execute(statement, {name: days[name] for name in days if f"${name}" in statement})
    db.execute(_PATH_WEIGHTS)
    db.execute(_ROLE_WEIGHTS)
    db.execute(
        "CREATE TABLE credits (model VARCHAR, order_id BIGINT, touch BIGINT, gross BIGINT, "
        "net BIGINT)"
    )
    for model in MODELS:
        db.execute(_FULL_IMPACT if model == "full_impact" else _credit(model))
    db.execute(
        "CREATE TABLE models AS SELECT unnest($models) AS model, "
        "list_contains($origin, model) AS is_of_origin, "
        "list_contains($paths, model) AS is_of_paths",
        {"models": MODELS, "origin": _OF_ORIGIN, "paths": _OF_PATHS},
    )
    db.execute(_RESTS)


def _credit(model: str) -> str:
    if model in _SINGLE:
        weights = f"SELECT order_id, {model} AS touch, 1 AS weight FROM roles WHERE {model} NOTNULL"
    else:
        table = "role_weights" if model in _OF_ROLES else "path_weights"
        weights = f"SELECT order_id, touch, {model}::HUGEINT AS weight FROM {table}"
    return _CREDIT.format(model=model, weights=weights)


def attribute_by_sql(folder: Path) -> Cells:
    """Read raw tables, credit their orders under all models, and sum the credit by cell."""
    with connect() as db:
        mount_tables(db, folder)
        build_credits(db, Rules())
        rows = db.execute(
            _CELLS, {"unattributed": UNATTRIBUTED, "pre_tracking": PRE_TRACKING}
        ).fetchnumpy()
    cell = (rows["day"].astype("datetime64[D]") - FIRST_DAY).astype(np.int64) * COLUMNS
    cell += rows["campaign"].astype(np.int64)
    gross, net = (rows[money].astype(np.int64) for money in ("gross", "net"))
    sums = CellSums()
    for model in MODELS:
        is_model = rows["model"] == model
        sums.add(model, cell[is_model], gross[is_model], net[is_model])
    return sums.cells()
