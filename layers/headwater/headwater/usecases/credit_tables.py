"""From the engine's columns to the rows of ``credits`` and ``leads``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from headwater.domain.attribution.columns import NEVER, NONE, Orders
from headwater.domain.attribution.definitions import role_definitions
from headwater.domain.attribution.engine import attribute_blocks
from headwater.domain.facts import AD_COLUMNS, AD_NAMES, DIMENSIONS, OPT_IN_NAMES, VISIT_NAMES
from headwater.domain.journeys import OPT_IN_NAMES_IN_IDS
from headwater.domain.models import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from headwater.domain.attribution.columns import Ints, Milestones
    from headwater.domain.attribution.credits import Credits
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.engine_columns import EngineColumns

_NAMES = (*DIMENSIONS, *AD_NAMES, *VISIT_NAMES)
_TOUCH = ", ".join(f"t.{name}" for name in (*_NAMES, *AD_COLUMNS))
_NO_TOUCH = ", ".join(f"'' AS {name}" for name in (*_NAMES, *AD_COLUMNS))
# Several coupons of one order are one value: each cent counts under one name only.
_COUPON = "left(array_to_string(list_sort(list_distinct(o.coupon_codes)), ' + '), 200)"
_ORDER = (
    "o.source AS store, o.order_id, o.placed_at, o.contact, c.order_class, o.kind, o.is_new, "
    "o.gross_minor IS NOT NULL AS is_converted, "
    "coalesce(CAST(o.channel_id AS VARCHAR), '') AS store_channel, "
    f"coalesce({_COUPON}, '') AS coupon"
)


def build_credit_rows(
    db: duckdb.DuckDBPyConnection, models: Sequence[str], blocks: Iterable[Credits]
) -> tuple[int, int]:
    """Make ``credit_rows``: one row per (order, touch), and one per order for the rest.

    The rest row (empty ``touch_id``) carries the order's own revenue and, per model, what no
    touch got, so a column sums to the revenue of its orders. NULL amounts are those of touches that
    take no part in a model.

    Returns:
        How many orders have a touch, and how many such rows there are.
    """
    _create_working_tables(db, models)
    orders = rows = 0
    for block in blocks:
        _insert_block(db, models, block)
        orders, rows = orders + len(np.unique(block.order)), rows + len(block.order)
    amounts = ", ".join(f"{model}_{money}" for model in models for money in ("gross", "net"))
    roles = ", ".join(f"is_{role}" for role in ROLES)
    no_roles = ", ".join(f"false AS is_{role}" for role in ROLES)
    pre_tracking = ", ".join(f"{model}_pre_tracking" for model in models)
    no_pre_tracking = ", ".join(f"false AS {model}_pre_tracking" for model in models)
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE credit_rows AS
        SELECT {_ORDER}, 0 AS order_gross, 0 AS order_net, t.touch_id, t.visitor,
            t.occurred_at AS touched_at, {_TOUCH}, {roles}, {amounts}, {no_pre_tracking}
        FROM credited r
        JOIN revenue_orders o ON o.n = r.n
        JOIN order_classes c ON c.n = r.n
        JOIN dimensioned_touches t ON t.n = r.touch
        UNION ALL
        SELECT {_ORDER}, coalesce(o.gross_minor, 0),
            coalesce(o.gross_minor - o.refund_minor, 0), '', '', NULL, {_NO_TOUCH}, {no_roles},
            {amounts}, {pre_tracking}
        FROM rest r
        JOIN revenue_orders o ON o.n = r.n
        JOIN order_classes c ON c.n = r.n
    """)
    return orders, rows


def _create_working_tables(db: duckdb.DuckDBPyConnection, models: Sequence[str]) -> None:
    roles = ", ".join(f"is_{role} BOOLEAN" for role in ROLES)
    amounts = ", ".join(f"{model}_{money} BIGINT" for model in models for money in ("gross", "net"))
    pre_tracking = ", ".join(f"{model}_pre_tracking BOOLEAN" for model in models)
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE credited (n BIGINT, touch BIGINT, {roles}, {amounts})"
    )
    db.execute(f"CREATE OR REPLACE TEMP TABLE rest (n BIGINT, {amounts}, {pre_tracking})")


def _insert_block(db: duckdb.DuckDBPyConnection, models: Sequence[str], block: Credits) -> None:
    credited: dict[str, Any] = {"n": block.order, "touch": block.touch}
    rest: dict[str, Any] = {"n": block.orders}
    for position, role in enumerate(ROLES):
        credited[f"is_{role}"] = np.ascontiguousarray(block.roles[:, position])
    for model in models:
        given = block.models[model]
        credited[f"{model}_gross"], credited[f"{model}_net"] = block.gross(model), block.net(model)
        rest[f"{model}_gross"], rest[f"{model}_net"] = given.rest_gross, given.rest_net
        rest[f"{model}_pre_tracking"] = given.is_pre_tracking
    for table, columns in (("credited", credited), ("rest", rest)):
        db.register("block", columns)
        db.execute(f"INSERT INTO {table} BY NAME SELECT * FROM block")
        db.unregister("block")


_OPT_IN_NAME = (
    "CASE o.kind "
    + " ".join(
        f"WHEN '{kind}' THEN regexp_extract(o.opt_in_id, '{pattern}', 1)"
        for kind, pattern in OPT_IN_NAMES_IN_IDS.items()
    )
    + " ELSE '' END"
)
# What an opt-in that counts is called; of several at one instant the first by name.
_NAMED_OPT_INS = """
CREATE OR REPLACE TEMP TABLE named_opt_ins AS
WITH named AS (
    SELECT c.contact, o.occurred_at, min((o.source, o.kind, {name})) AS name
    FROM optins o JOIN contacts c ON c.node = o.node AND NOT c.is_flagged GROUP BY ALL
)
SELECT contact, occurred_at, rank, code, epoch_us(occurred_at) AS moment,
    name[1] AS opt_in_source, name[2] AS opt_in_kind, name[3] AS opt_in_name
FROM kept_opt_ins JOIN contact_codes USING (contact) JOIN named USING (contact, occurred_at)
"""
_LEAD_ROLES = ("first_click", "new_lead")


def build_lead_rows(
    db: duckdb.DuckDBPyConnection, columns: EngineColumns, settings: AccountSettings
) -> None:
    """Make ``lead_rows``: each lead's first click and new-lead touch, found or not.

    A later opt-in has a row too, with the touch that brought the lead back.
    """
    db.execute(_NAMED_OPT_INS.format(name=_OPT_IN_NAME))
    is_known = columns.milestones.is_known_before
    firsts = db.execute(
        "SELECT code, moment FROM named_opt_ins WHERE rank = 0 ORDER BY code"
    ).fetchnumpy()
    code, at = (np.asarray(firsts[name], dtype=np.int64) for name in ("code", "moment"))
    lead_at = np.full(len(columns.milestones.lead_at), NEVER)
    lead_at[code] = at
    milestones = replace(columns.milestones, lead_at=lead_at)
    touches = _opt_in_touches(columns, milestones, code, at, settings, _LEAD_ROLES)
    db.register("led", {"code": code, "moment": at, **touches, "is_known": is_known[code]})
    later = db.execute(
        "SELECT code, moment FROM named_opt_ins WHERE rank > 0 ORDER BY code, moment"
    ).fetchnumpy()
    code, at = (np.asarray(later[name], dtype=np.int64) for name in ("code", "moment"))
    # The role is that of an order after the opt-in.
    touches = _opt_in_touches(
        columns, columns.milestones, code, at + 1, settings, ("reengaged_lead",)
    )
    is_earlier = at < columns.milestones.tracking_start
    db.register("came_back", {"code": code, "moment": at, **touches, "is_known": is_earlier})
    dimensions = ", ".join(f"coalesce(t.{name}, '') AS {name}" for name in _NAMES)
    opt_in = ", ".join(f"k.{name}" for name in OPT_IN_NAMES)
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE lead_rows AS
        WITH roles AS (
            SELECT code, moment, 'first_click' AS role, first_click AS touch, is_known FROM led
            UNION ALL SELECT code, moment, 'new_lead', new_lead, is_known FROM led
            UNION ALL
            SELECT code, moment, 'reengaged_lead', reengaged_lead, is_known FROM came_back
        )
        SELECT k.contact, k.occurred_at AS opted_in_at, t.occurred_at AS touched_at, r.role, CASE
            WHEN r.is_known THEN 'pre_tracking'
            WHEN r.touch < 0 THEN 'unattributed'
            ELSE 'credited' END AS state, {dimensions}, {opt_in}
        FROM roles r
        JOIN named_opt_ins k USING (code, moment)
        LEFT JOIN dimensioned_touches t ON t.n = r.touch AND NOT r.is_known
    """)


def _opt_in_touches(
    columns: EngineColumns,
    milestones: Milestones,
    code: Ints,
    at: Ints,
    settings: AccountSettings,
    names: Sequence[str],
) -> dict[str, Ints]:
    """Return the touches that some opt-ins came from: the engine's roles of an order then.

    Args:
        columns: of the account.
        milestones: what precedes the opt-ins; that somebody was known before is no matter here.
        code: whose opt-ins.
        at: when, µs.
        settings: the account's, whose models define the roles.
        names: the roles.
    """
    nothing, never = np.zeros(len(code), dtype=np.int64), np.zeros(len(code), dtype=bool)
    opt_ins = Orders(
        code, at, nothing, nothing, np.arange(len(code)), ~never, never, ~never, never, never
    )
    contacts = len(milestones.lead_at)
    milestones = replace(milestones, is_known_before=np.zeros(contacts, dtype=bool))
    roles = role_definitions(settings.model_definitions)
    found = {role: np.full(len(code), NONE) for role in names}
    for block in attribute_blocks(opt_ins, columns.touches, milestones, roles):
        for role, touch in found.items():
            row = block.models[role].row
            touch[block.order[row]] = block.touch[row]
    return found
