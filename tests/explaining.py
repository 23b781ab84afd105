"""What a run has stored of its orders, and what their explanations give, side by side."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.usecases.databases import open_database
from headwater.usecases.explain_credits import ExplainPorts, explain_orders
from headwater.usecases.published_runs import open_published_run
from tests.workshop import ACCOUNT, Workshop

if TYPE_CHECKING:
    from headwater.usecases.explain_credits import Explained

# (touch id, "" for what no touch gets; model) → gross and net, minor units.
type Amounts = dict[tuple[str, str], tuple[int, int]]


def stored_amounts(shop: Workshop) -> dict[tuple[str, str], Amounts]:
    """Return (source, order id) → what the run gave each touch, and what no touch got."""
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    models = published.manifest.models
    amounts = ", ".join(f"{model}_{money}" for model in models for money in ("gross", "net"))
    stored: dict[tuple[str, str], Amounts] = {}
    with open_database() as db:
        shop.facts.mount(db, published.manifest.tables, ["credits"], models)
        query = f"SELECT store, order_id, touch_id, {amounts} FROM credits"
        for source, order_id, touch, *figures in db.execute(query).fetchall():
            of_order = stored.setdefault((source, order_id), {})
            for place, model in enumerate(models):
                gross, net = figures[2 * place : 2 * place + 2]
                if gross is not None:
                    of_order[touch, model] = gross, net
    return stored


def explain_all(shop: Workshop) -> Explained:
    """Explain all orders of the last run."""
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    ports = ExplainPorts(shop.facts, shop.people, shop.edges)
    return explain_orders(ACCOUNT, sorted(stored_amounts(shop)), published, ports=ports)


def explained_amounts(explained: Explained) -> dict[tuple[str, str], Amounts]:
    """Return what ``stored_amounts`` returns, as orders are explained."""
    return {key: _amounts(explanation) for key, explanation in explained.orders.items()}


def _amounts(explanation: dict[str, Any]) -> Amounts:
    given = {
        (touch["touch_id"], model): verdict
        for touch in explanation["path"]
        for model, verdict in touch["models"].items()
        if "weight" in verdict
    }
    given |= {("", model): rest for model, rest in explanation["rest"].items()}
    return {
        key: (int(Decimal(each["gross"]) * 100), int(Decimal(each["net"]) * 100))
        for key, each in given.items()
    }
