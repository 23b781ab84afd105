"""Preview subscriptions: what other rules would chain, of the last run's facts. Nothing is kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC
from typing import TYPE_CHECKING, Any

from headwater.domain.chains import INITIAL, ONE_TIME, REBILL
from headwater.domain.manifests import RULES_VERSION
from headwater.domain.subscription_rules import rules_from_document
from headwater.domain.subscriptions import chain_account
from headwater.errors import UnknownResourceError
from headwater.usecases.databases import open_database
from headwater.usecases.published_runs import envelope
from headwater.usecases.row_tables import single_row
from headwater.usecases.subscription_tables import read_marked_orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from headwater.domain.chains import ChainLink, OrderKey
    from headwater.domain.subscription_rules import SubscriptionRule
    from headwater.domain.subscriptions import Chain, Chaining
    from headwater.usecases.ports import Facts
    from headwater.usecases.published_runs import PublishedRun

_SAMPLES, _SAMPLED_ORDERS = 10, 20
# People whose unmarked orders of one product come back steadily: their gaps lie within a fifth of
# the mean, and are no days of one purchase.
_SUGGESTED = """
CREATE OR REPLACE TEMP TABLE suggested AS
WITH bought AS (
    SELECT o.contact, o.source, l.product, o.order_id, o.placed_at,
        o.day - lag(o.day) OVER (
            PARTITION BY o.contact, o.source, l.product ORDER BY o.placed_at, o.order_id
        ) AS gap
    FROM owned_orders o JOIN traced_lines l USING (source, order_id)
    WHERE o.is_revenue AND (o.source, o.order_id) NOT IN
        (SELECT (source, order_id) FROM marked_lines)
)
SELECT contact, source, product, list(order_id ORDER BY placed_at, order_id) AS orders,
    avg(gap) AS days
FROM bought GROUP BY contact, source, product
HAVING count(*) >= 3 AND min(gap) >= 5
    AND max(gap) <= 1.2 * avg(gap) + 1 AND min(gap) >= 0.8 * avg(gap) - 1
"""


def preview_subscriptions(
    account: str,
    document: Any,  # noqa: ANN401 - any JSON value
    published: PublishedRun,
    *,
    facts: Facts,
) -> dict[str, Any]:
    """Return what rules would chain among the orders of the last run.

    Raises:
        InvalidRulesError: naming each bad rule and its field.
        UnknownResourceError: the last run was made by a version that kept too little.
    """
    rules = rules_from_document(document)
    manifest, settings = published.manifest, published.settings
    if manifest.rules_version != RULES_VERSION:
        message = "no preview yet: the first run since the last update has not finished"
        raise UnknownResourceError(message)
    with open_database() as db:
        facts.mount(db, manifest.tables, ["orders", "lines", "contacts", "chains"])
        chaining = chain_account(*read_marked_orders(db, rules, settings))
        present: dict[OrderKey, str] = {
            (source, order_id): kind
            for source, order_id, kind in db.execute(
                "SELECT source, order_id, kind FROM chains"
            ).fetchall()
        }
        by_rule = _marked_by_rule(db, rules)
        (marked,) = single_row(db, "SELECT count(DISTINCT (source, order_id)) FROM marked_lines")
        suggested = _suggestions(db)
    looked_at = settings.texts_looked_at
    return {
        **envelope(account, "subscriptions-preview", published),
        "orders_marked": marked,
        "rules": [
            {
                "app": rule.app,
                "orders_marked": by_rule[position],
                "is_estimate": rule.has_text_conditions and rule not in looked_at,
            }
            for position, rule in enumerate(rules)
        ],
        **_counts(chaining),
        "changed": _changes(present, chaining.links),
        "samples": [_sample(chain, chaining) for chain in chaining.chains[:_SAMPLES]],
        "suggested": suggested,
    }


def _marked_by_rule(db: duckdb.DuckDBPyConnection, rules: Sequence[SubscriptionRule]) -> list[int]:
    counted = dict(
        db.execute(
            "SELECT rule, count(DISTINCT (source, order_id)) FROM marked_lines GROUP BY rule"
        ).fetchall()
    )
    return [counted.get(position, 0) for position in range(len(rules))]


def _counts(chaining: Chaining) -> dict[str, int]:
    return {
        "chains": len(chaining.chains),
        "inferred_chains": sum(chain.is_inferred for chain in chaining.chains),
        "chains_begun_before": sum(chain.began_before for chain in chaining.chains),
        "initials": sum(link.kind == INITIAL for link in chaining.links.values()),
        "rebills": sum(link.kind == REBILL for link in chaining.links.values()),
    }


def _changes(present: dict[OrderKey, str], links: dict[OrderKey, ChainLink]) -> dict[str, Any]:
    """Return how many orders change their kind, from what into what, with some of them."""
    moves: Counter[tuple[str, str]] = Counter()
    samples: defaultdict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for key in sorted({*present, *links}):
        before = present.get(key, ONE_TIME)
        after = links[key].kind if key in links else ONE_TIME
        if before != after:
            moves[before, after] += 1
            if len(samples[before, after]) < _SAMPLED_ORDERS:
                samples[before, after].append({"source": key[0], "order_id": key[1]})
    return {
        "orders": sum(moves.values()),
        "moves": [
            {"from": before, "to": after, "orders": count, "samples": samples[before, after]}
            for (before, after), count in sorted(moves.items())
        ],
    }


def _sample(chain: Chain, chaining: Chaining) -> dict[str, Any]:
    return {
        "chain_id": chain.chain_id,
        "app": chain.app,
        "is_inferred": chain.is_inferred,
        "cadence": chain.cadence.name if chain.cadence else "",
        "returned_from": chain.returned_from,
        "orders": [
            {
                "source": order.key[0],
                "order_id": order.key[1],
                "placed_at": order.placed_at.replace(tzinfo=UTC).isoformat(),
                "kind": chaining.links[order.key].kind,
                "cycle": chaining.links[order.key].cycle,
            }
            for order in chain.orders[:_SAMPLED_ORDERS]
        ],
    }


def _suggestions(db: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return who buys steadily without a mark: a hint at a rule that is missing, never a chain."""
    db.execute(_SUGGESTED)
    (contacts,) = single_row(db, "SELECT count(DISTINCT contact) FROM suggested")
    rows = db.execute(
        "SELECT source, orders, round(days)::INTEGER FROM suggested "
        f"ORDER BY len(orders) DESC, source, orders LIMIT {_SAMPLES}"
    ).fetchall()
    return {
        "contacts": contacts,
        "samples": [
            {"source": source, "order_ids": orders[:_SAMPLED_ORDERS], "days": days}
            for source, orders, days in rows
        ],
    }
