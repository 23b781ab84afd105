"""From the engine's columns to the rows of ``credits`` and ``leads``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.facts import AD_COLUMNS, DIMENSIONS
from headwater.domain.models import ROLES
from headwater.domain.roles import microseconds

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.attribution import Credits
    from headwater.domain.roles import Ints, TouchSearch
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.engine_columns import EngineColumns

_TOUCH = ", ".join(f"t.{name}" for name in (*DIMENSIONS, *AD_COLUMNS))
_NO_TOUCH = ", ".join(f"'' AS {name}" for name in (*DIMENSIONS, *AD_COLUMNS))
_ORDER = (
    "o.source AS store, o.order_id, o.placed_at, o.contact, c.order_class, o.kind, o.is_new, "
    "o.gross_minor IS NOT NULL AS is_converted"
)


def build_credit_rows(
    db: duckdb.DuckDBPyConnection, columns: EngineColumns, credits_: Credits
) -> None:
    """Make ``credit_rows``: one row per (order, touch), and one per order for the rest.

    The rest row (empty ``touch_id``) carries the order's own revenue and, per model, what no
    touch got, so a column sums to the revenue of its orders. NULL amounts are those of touches that
    take no part in a model.
    """
    models = tuple(credits_.gross)
    credited: dict[str, Ints | np.ndarray] = {"n": credits_.order, "touch": credits_.touch}
    rest: dict[str, Ints | np.ndarray] = {"n": np.arange(len(columns.contact), dtype=np.int64)}
    for position, role in enumerate(ROLES):
        credited[f"is_{role}"] = np.ascontiguousarray(credits_.roles[:, position])
    for model in models:
        credited[f"{model}_gross"] = credits_.gross[model]
        credited[f"{model}_net"] = credits_.net[model]
        rest[f"{model}_gross"] = credits_.rest_gross[model]
        rest[f"{model}_net"] = credits_.rest_net[model]
        rest[f"{model}_pre_tracking"] = credits_.is_pre_tracking[model]
    db.register("credited", credited)
    db.register("rest", rest)
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


def build_lead_rows(
    db: duckdb.DuckDBPyConnection,
    columns: EngineColumns,
    search: TouchSearch,
    settings: AccountSettings,
) -> None:
    """Make ``lead_rows``: each lead's first click and new-lead touch, found or not."""
    leads = db.execute(
        "SELECT code, epoch_us(occurred_at) AS moment "
        "FROM kept_opt_ins JOIN contact_codes USING (contact) "
        "WHERE rank = 0 ORDER BY code"
    ).fetchnumpy()
    code, at = (np.asarray(leads[name], dtype=np.int64) for name in ("code", "moment"))
    span = microseconds(settings.opt_in_window)
    db.register(
        "led",
        {
            "code": code,
            "first_click": search.first(code, at),
            "new_lead": search.last(code, at - span, at),
            "is_known_before": columns.is_known_before[code],
        },
    )
    dimensions = ", ".join(f"coalesce(t.{name}, '') AS {name}" for name in DIMENSIONS)
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE lead_rows AS
        WITH roles AS (
            SELECT code, 'first_click' AS role, first_click AS touch, is_known_before FROM led
            UNION ALL SELECT code, 'new_lead', new_lead, is_known_before FROM led
        )
        SELECT k.contact, k.occurred_at AS opted_in_at, r.role, CASE
            WHEN r.is_known_before THEN 'pre_tracking'
            WHEN r.touch < 0 THEN 'unattributed'
            ELSE 'credited' END AS state, {dimensions}
        FROM roles r
        JOIN contact_codes c USING (code)
        JOIN kept_opt_ins k ON k.contact = c.contact AND k.rank = 0
        LEFT JOIN dimensioned_touches t ON t.n = r.touch AND NOT r.is_known_before
    """)
