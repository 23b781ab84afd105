"""Explain credits: an order's whole path, with the rule behind every touch and every cent.

The journey of the order's contact is read as it is stored now, cut at the instant at which the
published run looked at the world, and goes through the same code as in the run, with the run's
settings and effects. What comes out is held against the stored row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.attribution.documents import model_document
from headwater.domain.attribution.explanation import Explainer
from headwater.domain.effects import effects_of
from headwater.errors import UnknownResourceError
from headwater.usecases.arrivals import spell_arrivals
from headwater.usecases.databases import open_database
from headwater.usecases.dimension_tables import build_touch_dimensions
from headwater.usecases.duplicate_tables import build_duplicate_tables
from headwater.usecases.effect_tables import read_versions
from headwater.usecases.engine_columns import read_columns, read_tracking_start
from headwater.usecases.explained_facts import keep_what_concerns
from headwater.usecases.journey_columns import JOURNEY_TABLES
from headwater.usecases.journey_tables import build_journey_tables
from headwater.usecases.live_journeys import read_live
from headwater.usecases.spelled_explanations import ExplanationSpeller, differences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb

    from headwater.domain.journeys import Edge
    from headwater.usecases.live_journeys import Arrival
    from headwater.usecases.ports import Facts
    from headwater.usecases.ports.directory import Edges
    from headwater.usecases.ports.people import LivePeople
    from headwater.usecases.published_runs import PublishedRun

# What journeys are read from, and what splits their credits.
JOURNEY_READ = (*JOURNEY_TABLES, "duplicates", "effects")


@dataclass(frozen=True, slots=True)
class ExplainPorts:
    """What explaining needs from the outside world."""

    facts: Facts
    people: LivePeople
    edges: Edges


@dataclass(frozen=True, slots=True)
class Explained:
    """Orders as they are explained, and what has come of their contacts since.

    ``arrivals`` and ``edges`` are None where the run does not know when it looked at the world:
    then the facts alone were read.
    """

    orders: dict[tuple[str, str], dict[str, Any]]
    arrivals: Sequence[Arrival] | None
    edges: Sequence[Edge]


def explain_credits(
    account: str, trail: dict[str, Any], published: PublishedRun, *, ports: ExplainPorts
) -> dict[str, Any]:
    """Return the explanation of an order's credit trail, as plain JSON values.

    Args:
        account: the account.
        trail: the order's, as ``serve_credits`` returns it.
        published: the run that it was read from.
        ports: where facts and people are.

    Raises:
        UnknownResourceError: the order is no revenue, as the run saw it.
    """
    key = trail["order"]["source"], trail["order"]["order_id"]
    explained = explain_orders(account, [key], published, ports=ports)
    if key not in explained.orders:
        message = f"order {key[1]} is no revenue in the last run"
        raise UnknownResourceError(message)
    found = explained.orders[key]
    differing = differences(trail, found)
    settings = published.settings
    return {
        "as_of": published.as_of and published.as_of.isoformat(),
        "agrees": not differing,
        "differences": differing,
        "settings_version": published.manifest.settings_version,
        "models": {model.name: model_document(model) for model in settings.model_definitions},
        **found,
        "arrived_since": None
        if explained.arrivals is None
        else spell_arrivals(explained.arrivals, explained.edges, settings.currency),
    }


def explain_orders(
    account: str,
    order_keys: Sequence[tuple[str, str]],
    published: PublishedRun,
    *,
    ports: ExplainPorts,
) -> Explained:
    """Explain orders (source, order id); those that are no revenue are left out.

    Many orders take hardly longer than one.
    """
    settings = published.settings
    with open_database() as db:
        ports.facts.mount(db, published.manifest.tables, JOURNEY_READ)
        started = read_tracking_start(db, settings)
        keep_what_concerns(db, order_keys)
        arrivals, edges = read_since(db, account, published, ports)
        build_journey_tables(db, settings)
        build_duplicate_tables(db, settings)
        build_touch_dimensions(db, settings)
        columns = read_columns(db, settings, started)
        effects = effects_of(read_versions(db))
        explainer = Explainer(
            columns.orders,
            columns.touches,
            columns.milestones,
            settings.model_definitions,
            effects,
        )
        speller = ExplanationSpeller(db, settings, effects)
        asked = {*order_keys}
        orders = {
            key: speller.spell(explainer.explain(n), n)
            for n, key in enumerate(speller.keys)
            if key in asked
        }
    return Explained(orders, arrivals, edges)


def read_since(
    db: duckdb.DuckDBPyConnection, account: str, published: PublishedRun, ports: ExplainPorts
) -> tuple[list[Arrival] | None, list[Edge]]:
    """Put the journeys as they are stored in place of the facts; return what came since.

    Both are None and nothing where the run does not know when it looked at the world: then the
    facts stay.

    Args:
        db: what ``keep_what_concerns`` has made.
        account: whose.
        published: the run.
        ports: where people and what was said of them are.
    """
    as_of: datetime | None = published.as_of
    if as_of is None:
        return None, []
    arrivals = read_live(db, account, as_of, published.settings, ports.people)
    nodes = {node for (node,) in db.execute("SELECT node FROM wanted_nodes").fetchall()}
    said = ports.edges.said_of(account, nodes)
    return arrivals, [edge for edge in said if edge.at > as_of]
