"""Wires what testing the tracking needs besides the other steps' ports, once per container."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from headwater.adapters.s3.edge_sites import S3EdgeSites
from headwater.runtime import bootstrap
from headwater.runtime.settings import settings
from headwater.runtime.storage import s3, validations
from headwater.usecases.validate_tracking import ValidatePorts
from headwater.usecases.visit_evidence import EvidencePorts

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.domain.sites import Sites
    from headwater.usecases.ports.validations import Pages


def validate_ports(deadline: datetime) -> ValidatePorts:
    """Return what testing the tracking works with; a store is asked until the deadline at most."""
    evidence = EvidencePorts(
        validations=validations(),
        people=bootstrap.people(),
        accounts=bootstrap.accounts(),
        orders=bootstrap.orders(),
        ledgers=bootstrap.store_ledgers(deadline),
        runs=bootstrap.runs(),
        lake=bootstrap.lake(),
        facts=bootstrap.facts(),
    )
    return ValidatePorts(
        evidence=evidence,
        sites=sites,
        pages=pages(),
        build=lambda: bootstrap.scripts().build(),
        clock=bootstrap.clock(),
        token_hex=bootstrap.token_hex,
        collector_host=urlsplit(settings().collector_url).hostname or "",
        loopback=settings().loopback_pages == "true",
    )


def sites() -> Sites:
    """Return the sites whose hits the collector takes."""
    return S3EdgeSites(s3(), settings().required("lake_bucket")).sites()


@cache
def pages() -> Pages:
    """Return the open web."""
    # What it asks the web with takes a moment to import, and reading a test needs none of it.
    from headwater.adapters.web.pages import WebPages  # noqa: PLC0415

    return WebPages()
