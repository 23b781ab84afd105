"""What the ranges of ROI reports hold, whatever their rows are named by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.models import LEAD_ROLES, lead_role
from headwater.domain.roi_documents import CLAIMS
from headwater.usecases.reports.model_bits import holds_model, under_models
from headwater.usecases.reports.range_tables import LIFETIMES, MONIES, amounts_of
from headwater.usecases.reports.summed import Summed, sums_of

if TYPE_CHECKING:
    import duckdb

    from headwater.usecases.reports.model_bits import ColumnOf
    from headwater.usecases.reports.range_tables import Wanted
    from headwater.usecases.reports.ranges import Ranges

# The totals that come from the orders of the range.
STORE_TOTALS = {
    "orders": Summed("1", "is_converted AND is_counted"),
    "customers": Summed("1", "is_converted AND is_counted", of_buyers=True),
    "new_customers": Summed("1", "is_converted AND is_new", of_buyers=True),
    "gross": Summed("order_gross", "is_counted"),
    "net": Summed("order_net", "is_counted"),
    "creditable_gross": Summed("order_gross", "order_class = 'store'"),
    "creditable_net": Summed("order_net", "order_class = 'store'"),
    "not_converted_orders": Summed("1", "NOT is_converted"),
    "lifetime_gross": Summed("lifetime_gross", "is_converted AND lifetime_gross IS NOT NULL"),
    "lifetime_net": Summed("lifetime_net", "is_converted AND lifetime_net IS NOT NULL"),
    "duplicate_orders": Summed("1", "NOT is_counted"),
    "duplicate_gross": Summed("order_gross", "NOT is_counted"),
    "duplicate_net": Summed("order_net", "NOT is_counted"),
}
STORE_ORDERS = (
    "(SELECT *, order_class <> 'duplicate' AS is_counted FROM sold_orders WHERE NOT is_future)"
)
# An order's kind where no model credits it: a class of its own.
KIND_OF_ALL = (
    "CASE WHEN NOT is_converted THEN 'not_converted' WHEN order_class <> 'store' THEN order_class "
    "END"
)


def build_order_groups(db: duckdb.DuckDBPyConnection, wanted: Wanted) -> None:
    """Make ``order_parts`` and ``order_groups``.

    The former say of an order which models credit touches of the range with it (``models``), and
    what those get that give each touch all of it: the order once. The latter are the orders that
    are alike in names, kind and models, together.
    """
    whole = amounts_of(wanted.models_whole)
    parts = "".join(f", max({each}) AS part_{each}" for each in whole)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE order_parts AS "
        f"SELECT n, bit_or(models) AS models{parts} FROM earned_touches GROUP BY n"
    )
    names = ", ".join(dict.fromkeys(("span", "is_future", *wanted.names("order"))))
    summed = (
        *("order_gross", "order_net", *LIFETIMES),
        *amounts_of(wanted.models),
        *(f"part_{each}" for each in whole),
    )
    sums = ", ".join(f"coalesce(sum({each}), 0)::BIGINT AS {each}" for each in summed)
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE order_groups AS SELECT {names}, {KIND_OF_ALL} AS kind, "
        f"coalesce(models, 0) AS models, earlier_models, count(*) AS orders, "
        f"count(*) FILTER (is_new) AS new_customers, {sums} "
        "FROM sold_orders LEFT JOIN order_parts USING (n) GROUP BY ALL"
    )


def totals_of(
    db: duckdb.DuckDBPyConnection, ranges: Ranges, wanted: Wanted
) -> list[dict[str, Any]]:
    """Return the totals of each range: the store's own figures, traffic, and those of each model.

    Needs the tables of ``range_tables``, ``order_groups`` and the view ``duplicates``.
    """
    # A pair is counted twice where its later order is.
    pairs = ranges.by_instant("duplicates", "other_placed_at")
    suspected = f"SELECT span, count(*) FROM {pairs} WHERE is_open GROUP BY span"
    figures = {
        tuple(STORE_TOTALS): f"SELECT span, {sums_of(STORE_TOTALS)} FROM {STORE_ORDERS} "
        "GROUP BY span",
        ("clicks",): "SELECT span, sum(clicks)::BIGINT FROM range_clicks GROUP BY span",
        ("cost", "not_converted_costs", *CLAIMS): "SELECT span, sum(cost)::BIGINT, "
        f"sum(not_converted)::BIGINT, {', '.join(f'sum({each})::BIGINT' for each in CLAIMS)} "
        "FROM range_spend GROUP BY span",
        ("suspected_duplicates",): suspected,
    }
    own = zip(
        ranges.named_figures(db, figures),
        _model_totals(db, ranges, wanted),
        _leads(db, ranges),
        strict=True,
    )
    return [
        totals
        | {
            "models": {
                model: each | {"leads": leads[lead_role(model)]} for model, each in shares.items()
            }
        }
        for totals, shares, leads in own
    ]


def _leads(db: duckdb.DuckDBPyConnection, ranges: Ranges) -> list[dict[str, int]]:
    """Return each range's leads by role; by click date these are others for each."""
    counts = ", ".join(f"count(*) FILTER (role = '{role}')" for role in LEAD_ROLES)
    found = ranges.figures(db, f"SELECT span, {counts} FROM range_leads GROUP BY span")
    return [dict(zip(LEAD_ROLES, of_range, strict=True)) for of_range in found]


# What a model gives to touches of the range, and what precedes tracking, over its orders: each row
# stands for some ``orders``.
SHARES = {
    "attributed_orders": Summed("orders", "has"),
    "future_orders": Summed("orders", "has AND is_future"),
    **{
        name.format(money): Summed(amount.format(money), where)
        for name, amount, where in (
            ("attributed_{}", "part_{}", "has"),
            ("future_{}", "part_{}", "has AND is_future"),
            ("pre_tracking_{}", "{}", "is_rest AND pre_tracking AND NOT has"),
        )
        for money in ("gross", "net")
    },
}


def _shares(wanted: Wanted) -> str:
    """Return the SQL of what ``SHARES`` are summed over, under each model.

    What touches got is told by the orders where each of them has all of it, else by themselves.
    """
    of_orders = under_models(
        "order_groups",
        wanted.models,
        **{money: f"{{}}_{money}".format for money in MONIES},
        **{f"part_{money}": _part_of(wanted, money) for money in MONIES},
    )
    shares = (
        f"SELECT span, model, orders, is_future, {holds_model('models')} AS has, "
        f"NOT is_future AND kind IS NULL AS is_rest, {holds_model('earlier_models')} AS "
        f"pre_tracking, gross, net, part_gross, part_net FROM {of_orders}"
    )
    parts = wanted.models_in_parts
    if not parts:
        return shares
    sums = ", ".join(f"sum({each}) AS {each}" for each in amounts_of(parts))
    of_touches = under_models(
        f"(SELECT span, is_future, {sums} FROM earned_sums GROUP BY ALL)",
        parts,
        **{f"part_{money}": f"{{}}_{money}".format for money in MONIES},
    )
    return (
        f"{shares} UNION ALL BY NAME SELECT span, model, 0 AS orders, is_future, true AS has, "
        f"false AS is_rest, part_gross, part_net FROM {of_touches}"
    )


def _part_of(wanted: Wanted, money: str) -> ColumnOf:
    return lambda model: f"part_{model}_{money}" if model in wanted.whole else "NULL"


def _model_totals(
    db: duckdb.DuckDBPyConnection, ranges: Ranges, wanted: Wanted
) -> list[dict[str, dict[str, int]]]:
    """Return each model's share of a range: ``SHARES``."""
    found = ranges.lists(
        db,
        f"SELECT span, model, {sums_of(SHARES)} FROM ({_shares(wanted)}) GROUP BY span, model",
    )
    nothing = {model: dict.fromkeys(SHARES, 0) for model in wanted.models}
    return [
        nothing | {model: dict(zip(SHARES, own, strict=True)) for model, *own in of_range}
        for of_range in found
    ]
