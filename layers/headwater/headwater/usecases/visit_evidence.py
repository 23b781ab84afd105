"""Gather what is known of a test's visit: its session, who showed himself, what he bought."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headwater.domain.believed_claims import believed_claim
from headwater.domain.hits import SITE_SOURCE
from headwater.domain.validations import LEAD
from headwater.domain.visit_checks import Evidence
from headwater.errors import FatalError, RetriableError, UnknownResourceError
from headwater.usecases.connect_source import find_source
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.serve_reports import serve_credits

if TYPE_CHECKING:
    from headwater.domain.journeys import Identification, OptIn, OrderClaim
    from headwater.domain.orders import Order
    from headwater.domain.validations import Validation
    from headwater.usecases.ports import Accounts, Facts, Lake, Orders, Runs
    from headwater.usecases.ports.people import LivePeople
    from headwater.usecases.ports.validations import Validations
    from headwater.usecases.store_ledgers import StoreLedgers

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EvidencePorts:
    """Where the traces of a visit lie."""

    validations: Validations
    people: LivePeople
    accounts: Accounts
    orders: Orders
    ledgers: StoreLedgers
    runs: Runs
    lake: Lake
    facts: Facts


def gather_evidence(account: str, validation: Validation, *, ports: EvidencePorts) -> Evidence:
    """Return what is known of a test's visit now.

    Of several visits the latest counts that anything can follow from; if none of them is such a
    one, the latest tells why.
    """
    visits = ports.validations.visits(account, validation.validation_id)
    events = ports.people.of_visitors(account, {visit.visitor for visit in visits})
    touches = {(t.item.visitor, t.item.touch_id): t.item for t in events.touchpoints}
    opened = [
        Evidence(visit, touch)
        for visit in visits
        if (touch := touches.get((visit.visitor, visit.session)))
    ]
    if not opened:
        return Evidence()
    found = max(opened, key=_rank)
    visit, touch = found.visit, found.touch
    if visit is None or touch is None or not found.is_followed:
        return found
    identifications = sorted(
        (
            link.item
            for link in events.identifications
            if link.item.visitor == visit.visitor and link.item.at >= touch.at
        ),
        key=lambda link: link.at,
    )
    found = replace(found, identifications=tuple(identifications))
    if validation.kind == LEAD:
        return _with_opt_in(account, found, identifications, ports)
    return _with_order(account, found, events.claimed, ports)


def _rank(found: Evidence) -> tuple[bool, Any, str]:
    touch, visit = found.touch, found.visit
    return found.is_followed, touch and touch.at, visit.event_id if visit else ""


def _with_opt_in(
    account: str, found: Evidence, identifications: list[Identification], ports: EvidencePorts
) -> Evidence:
    """Add the sign-up of the visit, and whether its email had signed up before."""
    opt_ins = ports.people.of_nodes(account, {link.node for link in identifications}).opt_ins
    own = {link.event_id for link in identifications}
    signed = [o.item for o in opt_ins if o.item.source == SITE_SOURCE and o.item.event_id in own]
    if not signed:
        return found
    first: OptIn = min(signed, key=lambda opt_in: opt_in.at)
    is_known = any(o.item.node == first.node and o.item.at < first.at for o in opt_ins)
    return replace(found, opt_in=first, opted_in_before=is_known)


def _with_order(
    account: str, found: Evidence, claimed: frozenset[tuple[str, str]], ports: EvidencePorts
) -> Evidence:
    """Add the order that the visitor claimed last, and what became of it."""
    claims = [stored.item for stored in ports.people.claims_on(account, claimed)]
    own = [claim for claim in claims if _is_of(claim, found)]
    if not own:
        return found
    claim: OrderClaim = max(own, key=lambda each: (each.at, each.event_id))
    order, trouble = _find_order(account, claim, ports)
    found = replace(found, claim=claim, order=order, order_trouble=trouble)
    if order is None:
        return found
    rivals = [c for c in claims if (c.source, c.order_id) == order.key]
    statuses = ports.accounts.settings(account).revenue_statuses
    return replace(
        found,
        believed=believed_claim(order, rivals),
        is_counted=order.status_id in statuses and not order.is_archived,
        trail=_trail(account, order, ports),
    )


def _is_of(claim: OrderClaim, found: Evidence) -> bool:
    """Tell whether a claim belongs to the visit, or followed it."""
    visit, touch = found.visit, found.touch
    return bool(visit and touch and claim.visitor == visit.visitor and claim.at >= touch.at)


def _find_order(account: str, claim: OrderClaim, ports: EvidencePorts) -> tuple[Order | None, str]:
    """Return a claimed order as we have it, else as the store has it; or why it was not asked."""
    stored = ports.orders.get(account, claim.source, claim.order_id)
    if stored is not None:
        return stored, ""
    source = find_source(ports.accounts, account, claim.source)
    if source is None or not claim.order_id.isdecimal():
        return None, ""
    if source.is_paused or source.is_removed:
        return None, "The store's source is paused or removed."
    try:
        page = ports.ledgers.ledger(account, source).orders([int(claim.order_id)])
    except RetriableError as error:
        logger.info("order not looked up", extra={"error": type(error).__name__})
        return None, ""
    except FatalError:
        return None, "The store refuses its access token."
    return next((o for o in page.orders if o.order_id == claim.order_id), None), ""


def _trail(account: str, order: Order, ports: EvidencePorts) -> dict[str, Any] | None:
    """Return an order's credits in the last run; None where it was not in that."""
    try:
        run = open_published_run(account, runs=ports.runs, lake=ports.lake)
        return serve_credits(account, *order.key, run, facts=ports.facts, orders=ports.orders)
    except UnknownResourceError:
        return None
