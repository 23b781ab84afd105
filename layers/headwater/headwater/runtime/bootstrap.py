"""Wires all other adapters to ports, once per container: the place where all parts meet."""

from __future__ import annotations

import secrets as random_secrets
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.config import Config

from headwater.adapters.aws_session import shared_session
from headwater.adapters.awslambda.reconciliations import LambdaReconciliations
from headwater.adapters.s3.edge_sites import S3EdgeSites
from headwater.adapters.s3.fact_files import S3FactFiles
from headwater.adapters.s3.facts import S3Facts
from headwater.adapters.s3.scripts import BUILT_SCRIPTS, S3Scripts
from headwater.adapters.secretsmanager.secrets import SecretsManagerSecrets
from headwater.runtime.pipelines import pipeline
from headwater.runtime.settings import settings
from headwater.runtime.storage import (
    CLIENT,
    accounts,
    clock,
    costs,
    deliveries,
    edges,
    erasures,
    forgetting,
    hooks,
    journeys,
    lake,
    marks,
    orders,
    people,
    products,
    runs,
    s3,
    views,
)
from headwater.usecases.connect_connector import ConnectorPorts
from headwater.usecases.connect_source import ConnectPorts
from headwater.usecases.contact_journey import ContactPorts
from headwater.usecases.cost_pull import CostPorts
from headwater.usecases.directory_pull import DirectoryPorts
from headwater.usecases.erase_contact import ErasePorts
from headwater.usecases.explain_credits import ExplainPorts
from headwater.usecases.export_facts import Tables
from headwater.usecases.keep_orders import KeepPorts
from headwater.usecases.keep_webhooks import HookPorts
from headwater.usecases.lead_pull import LeadPorts
from headwater.usecases.manage_sources import RemovePorts
from headwater.usecases.open_site import SitePorts
from headwater.usecases.reconcile_day import DayPorts
from headwater.usecases.reconcile_orders import ReconcilePorts
from headwater.usecases.record_webhooks import WebhookPorts
from headwater.usecases.run_files import Desk
from headwater.usecases.script_keeper import ScriptPorts
from headwater.usecases.source_pull import PullPorts

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.adapters.bigcommerce import BigCommerceSources
    from headwater.domain.audit import Actor
    from headwater.usecases.open_site import EdgeSites
    from headwater.usecases.ports import Facts, Secrets
    from headwater.usecases.ports.connectors import Connectors
    from headwater.usecases.ports.exports import FactFiles
    from headwater.usecases.ports.hooks import HookStores
    from headwater.usecases.ports.scripts import ScriptStores
    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.serve_script import Scripts
    from headwater.usecases.store_ledgers import Reconciliations, StoreLedgers

# Handed on, so that a step finds all of its ports here.
__all__ = [
    "accounts",
    "clock",
    "costs",
    "deliveries",
    "edges",
    "erasures",
    "forgetting",
    "hooks",
    "journeys",
    "lake",
    "marks",
    "orders",
    "people",
    "pipeline",
    "products",
    "runs",
    "views",
]


def token_hex(size: int) -> str:
    """Return n random bytes as hexadecimal text."""
    return random_secrets.token_hex(size)


@cache
def facts() -> Facts:
    """Return the fact tables; their files lie in a folder of this process."""
    folder = Path(tempfile.mkdtemp(prefix="headwater-facts-"))
    return S3Facts(s3(), settings().required("lake_bucket"), folder)


@cache
def fact_files() -> FactFiles:
    """Return the objects of the fact tables, as files to be fetched."""
    # An address has to name the region: the one without it is not answered everywhere.
    signing = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    client = shared_session().client("s3", config=CLIENT.merge(signing))
    return S3FactFiles(client, settings().required("lake_bucket"))


@cache
def edge_sites() -> EdgeSites:
    """Return the list of sites that the collector's edge reads."""
    return S3EdgeSites(s3(), settings().required("lake_bucket"))


@cache
def scripts() -> Scripts:
    """Return the tracking script's files."""
    return S3Scripts(s3(), settings().required("lake_bucket"), BUILT_SCRIPTS)


@cache
def secrets() -> Secrets:
    """Return the access tokens; a function that only reads them is told of no prefix."""
    client = shared_session().client("secretsmanager", config=CLIENT)
    return SecretsManagerSecrets(client, settings().secrets_prefix)


def order_sources(deadline: datetime) -> BigCommerceSources:
    """Return the stores, each of which is asked until the deadline at most."""
    return _stores(deadline)


def store_ledgers(deadline: datetime) -> StoreLedgers:
    """Return the stores' books, each of which is asked until the deadline at most."""
    return _stores(deadline)


def _stores(deadline: datetime) -> BigCommerceSources:
    # Its models and its HTTP client are half of what a start takes, and only a pull needs them.
    from headwater.adapters.bigcommerce import BigCommerceSources  # noqa: PLC0415

    return BigCommerceSources(secrets(), clock=clock(), deadline=deadline)


def connectors(deadline: datetime) -> Connectors:
    """Return the ad platforms and CRMs, each of which is asked until the deadline at most."""
    from headwater.adapters.connectors.sources import ConnectorSources  # noqa: PLC0415 - as above

    return ConnectorSources(secrets(), clock=clock(), deadline=deadline)


def connector_ports(deadline: datetime) -> ConnectorPorts:
    """Return what connecting an ad platform or a CRM works with."""
    return ConnectorPorts(clock(), accounts(), secrets(), connectors(deadline))


def cost_ports(deadline: datetime) -> CostPorts:
    """Return what a pull of ad cost works with."""
    return CostPorts(
        clock=clock(),
        accounts=accounts(),
        runs=runs(),
        connectors=connectors(deadline),
        costs=costs(),
        lake=lake(),
        token_hex=token_hex,
    )


def lead_ports(deadline: datetime) -> LeadPorts:
    """Return what a pull of leads works with."""
    return LeadPorts(
        clock=clock(),
        accounts=accounts(),
        runs=runs(),
        connectors=connectors(deadline),
        journeys=journeys(),
        edges=edges(),
        lake=lake(),
    )


def reconciliations() -> Reconciliations:
    """Return what starts the reconciliations that somebody asks for."""
    function = settings().required("reconcile_orders_function")
    return LambdaReconciliations(shared_session().client("lambda", config=CLIENT), function)


def other_api_urls() -> list[str]:
    """Return the store APIs besides BigCommerce's own that a source may name."""
    return settings().other_api_urls.split()


def desk() -> Desk:
    """Return what every step of a run works with."""
    return Desk(runs(), lake(), clock())


def tables() -> Tables:
    """Return the tables that are exported."""
    return Tables(orders(), journeys(), costs(), edges(), products(), lake())


def pull_ports(deadline: datetime) -> PullPorts:
    """Return what a pull works with."""
    sources = order_sources(deadline)
    return PullPorts(
        clock=clock(),
        accounts=accounts(),
        runs=runs(),
        sources=sources,
        orders=orders(),
        lake=lake(),
        marks=marks(),
        directory=DirectoryPorts(
            clock=clock(),
            accounts=accounts(),
            directories=sources,
            journeys=journeys(),
            edges=edges(),
            products=products(),
            lake=lake(),
        ),
        hooks=_hook_ports(sources),
        script=_script_ports(sources),
    )


def reconcile_ports(deadline: datetime) -> ReconcilePorts:
    """Return what reconciliation works with."""
    day = DayPorts(clock(), orders(), lake(), products())
    return ReconcilePorts(accounts(), runs(), store_ledgers(deadline), day)


def webhook_ports(deadline: datetime) -> WebhookPorts:
    """Return what the worker behind webhooks works with."""
    keep = KeepPorts(orders(), lake(), products())
    return WebhookPorts(clock(), accounts(), hooks(), store_ledgers(deadline), keep)


def hook_ports(deadline: datetime) -> HookPorts:
    """Return what registering webhooks works with."""
    return _hook_ports(order_sources(deadline))


def _hook_ports(stores: HookStores) -> HookPorts:
    return HookPorts(
        clock=clock(),
        accounts=accounts(),
        hooks=hooks(),
        stores=stores,
        token_hex=token_hex,
        url=settings().webhook_url,
    )


def script_ports(deadline: datetime) -> ScriptPorts:
    """Return what installing the tracking script works with."""
    return _script_ports(order_sources(deadline))


def _script_ports(stores: ScriptStores) -> ScriptPorts:
    return ScriptPorts(
        clock=clock(),
        accounts=accounts(),
        sites=edge_sites(),
        stores=stores,
        build=lambda: scripts().build(),
        url=settings().webhook_url,
    )


def connect_ports(deadline: datetime) -> ConnectPorts:
    """Return what connecting a store works with."""
    return ConnectPorts(
        clock=clock(),
        accounts=accounts(),
        secrets=secrets(),
        sources=order_sources(deadline),
        token_hex=token_hex,
    )


def remove_ports(deadline: datetime) -> RemovePorts:
    """Return what removing a store works with."""
    return RemovePorts(
        accounts=accounts(),
        secrets=secrets(),
        sites=edge_sites(),
        pipeline=pipeline(),
        hooks=hook_ports(deadline),
        script=script_ports(deadline),
    )


def site_ports(by: Actor | None = None) -> SitePorts:
    """Return what opening a site works with; ``by`` is who connects its store."""
    return SitePorts(accounts(), edge_sites(), pipeline(), clock(), by)


def explain_ports() -> ExplainPorts:
    """Return what explaining an order works with."""
    return ExplainPorts(facts=facts(), people=people(), edges=edges())


def contact_ports() -> ContactPorts:
    """Return what reading and searching contacts works with."""
    return ContactPorts(facts=facts(), people=people(), edges=edges(), erasures=erasures())


def erase_ports(published: PublishedRun | None) -> ErasePorts:
    """Return what erasing a contact works with.

    Args:
        published: the account's last finished run, if there is one.
    """
    return ErasePorts(
        clock=clock(),
        published=published,
        facts=facts(),
        people=people(),
        orders=orders(),
        erasures=erasures(),
        forgetting=forgetting(),
        pipeline=pipeline(),
    )
