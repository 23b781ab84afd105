"""What became of each order of some ranges: what coverage and health are computed from.

Reads the view ``credits`` and makes

* ``range_orders``: the orders, each with whether a click got anything of it under each model
  (``has_<model>``), and only direct visits did (``direct_<model>``);
* ``covered_orders``: each of them once under each model that is asked for, with its ``outcome``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from headwater.usecases.reports.summed import Summed
from headwater.usecases.reports.which_orders import WHICH

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from headwater.usecases.reports.ranges import Ranges
    from headwater.usecases.reports.which_orders import WhichOrders

type Kept = Literal["TABLE", "VIEW"]
ORDER_SUMS = {"orders": Summed("1"), "gross": Summed("gross"), "net": Summed("net")}
# Whether an order is credited, and by direct visits alone, per model.
_PARTICIPATION = (
    "bool_or(touch_id <> '' AND {0}_gross IS NOT NULL) AS has_{0}, "
    "coalesce(bool_and(channel = 'direct') FILTER (touch_id <> '' AND {0}_gross IS NOT NULL), "
    "false) AS direct_{0}"
)
_ORDERS = """
CREATE OR REPLACE TEMP {kept} range_orders AS
WITH filled AS (
    SELECT span, store, order_id, {participation} FROM {credits_} GROUP BY ALL
)
SELECT span, store, order_id, order_gross AS gross, order_net AS net, kind, is_converted,
    order_class, filled.* EXCLUDE (span, store, order_id), {pre_tracking},
    {credited} AS is_credited, {earlier} AS is_earlier
FROM {credits_} JOIN filled USING (span, store, order_id) WHERE touch_id = '' AND {which}
"""
_OUTCOME = """CASE WHEN NOT is_converted THEN 'not_converted'
    WHEN order_class <> 'store' THEN order_class WHEN has_{0} THEN 'credited'
    WHEN {0}_pre_tracking THEN 'pre_tracking' ELSE 'unattributed' END"""
# The store's own orders but rebills: those are sold without a click.
OWN_ORDERS = """(
    SELECT span, store, order_id, gross, net, is_credited, is_earlier FROM range_orders
    WHERE is_converted AND order_class = 'store' AND kind <> 'rebill'
)"""


def read_orders(
    db: duckdb.DuckDBPyConnection,
    ranges: Ranges,
    models: Sequence[str],
    orders: WhichOrders = "all",
    *,
    kept: Kept = "TABLE",
) -> None:
    """Make ``range_orders``; as a view, whoever reads it reads no model but those that he names.

    An order ``is_credited`` where any model credits a click, and ``is_earlier`` where under every
    model it was before tracking.
    """
    db.execute(
        _ORDERS.format(
            kept=kept,
            which=WHICH[orders],
            credits_=ranges.by_instant("credits", "placed_at"),
            participation=_each(models, _PARTICIPATION),
            pre_tracking=_each(models, "{0}_pre_tracking"),
            credited=_each(models, "has_{0}", " OR "),
            earlier=_each(models, "NOT has_{0} AND {0}_pre_tracking", " AND "),
        )
    )


def cover_orders(
    db: duckdb.DuckDBPyConnection, models: Sequence[str], *, kept: Kept = "TABLE"
) -> None:
    """Make ``covered_orders`` of ``range_orders``."""
    db.execute(
        f"CREATE OR REPLACE TEMP {kept} covered_orders AS "
        "SELECT span, store, order_id, gross, net, "
        f"unnest([{_each(models, "'{0}'")}]) AS model, "
        f"unnest([{_each(models, _OUTCOME)}]) AS outcome, "
        f"unnest([{_each(models, 'direct_{0}')}]) AS is_direct_only FROM range_orders"
    )


def _each(models: Sequence[str], sql: str, between: str = ", ") -> str:
    return between.join(sql.format(model) for model in models)
