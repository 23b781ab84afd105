"""A store's customers and newsletter subscribers, as contacts with their opt-ins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.domain.imported_leads import ImportedLead
from headwater.domain.journeys import Edge, OptIn, Profile
from headwater.domain.nodes import customer_node, email_node

if TYPE_CHECKING:
    from datetime import datetime

# The consent that makes a subscriber of the newsletter; another one is for abandoned carts.
_NEWSLETTER = "marketing_newsletter"


@dataclass(frozen=True, slots=True)
class StoreCustomer:
    """A registered customer as the store has him now; ``email`` is normalized."""

    customer_id: int
    email: str
    created_at: datetime
    modified_at: datetime

    @property
    def external_id(self) -> str:
        """The customer's name among the contact ids of his store."""
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, slots=True)
class StoreSubscriber:
    """A subscriber record; ``consents`` is empty where the store names none."""

    subscriber_id: int
    email: str
    created_at: datetime
    consents: tuple[str, ...] = ()

    @property
    def external_id(self) -> str:
        """The subscriber's name among the contact ids of his store."""
        return f"subscriber:{self.subscriber_id}"


def customer_lead(source: str, customer: StoreCustomer, known_as: str) -> ImportedLead:
    """Return a customer as a lead: his account's creation is an opt-in.

    Args:
        source: the store.
        customer: his record.
        known_as: the email node that his id has stood for so far, empty if he is new. One who has
            changed his email is no new lead.
    """
    node = email_node(customer.email)
    opt_in = OptIn(customer.external_id, customer.created_at, node, source, "customer")
    created_at = customer.created_at if known_as in ("", node) else None
    return ImportedLead(
        source,
        customer.external_id,
        node,
        Profile(node, customer.email, created_at),
        () if known_as else (opt_in,),
        (),
    )


def customer_edge(source: str, customer: StoreCustomer, known_as: str) -> Edge:
    """Return what a customer record says: this id and this email are one person's.

    Every email that he has had keeps its edge. A store tells only of the present one and not since
    when, so one that follows another counts from the record's change.
    """
    node = email_node(customer.email)
    since = customer.created_at if known_as in ("", node) else customer.modified_at
    return Edge(customer_node(source, customer.customer_id) or "", node, since, "record")


def subscriber_lead(source: str, subscriber: StoreSubscriber) -> ImportedLead:
    """Return a subscriber as a lead; who agrees to cart reminders alone has not opted in."""
    node = email_node(subscriber.email)
    opt_in = OptIn(subscriber.external_id, subscriber.created_at, node, source, "subscriber")
    opts_in = not subscriber.consents or _NEWSLETTER in subscriber.consents
    return ImportedLead(
        source,
        subscriber.external_id,
        node,
        Profile(node, subscriber.email, subscriber.created_at),
        (opt_in,) if opts_in else (),
        (),
    )
