"""Manage deliveries: who outside gets to see a saved view, and until when."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.domain.fetching import Allowance, RefusedUrlError, host_of, target_of
from headwater.domain.signatures import SECRET_BYTES, signing_secret
from headwater.domain.sites import HOST
from headwater.domain.validations import named_by_time
from headwater.domain.view_deliveries import (
    EMAIL,
    LINK,
    LONGEST_URL,
    MOST_DELIVERIES,
    WEBHOOK,
    Delivery,
)
from headwater.errors import InvalidParameterError, UnknownResourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.domain.views import View
    from headwater.usecases.ports import Clock, Secrets
    from headwater.usecases.ports.deliveries import Deliveries
    from headwater.usecases.ports.views import Views

# 256 bits: as hard to guess as an API key.
_LINK_BYTES = 32
_RANDOM_BYTES = 4
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class DeliveryPorts:
    """What deliveries need from the outside world.

    ``loopback``: receivers on this very machine may be named; for local stacks only.
    ``sends_mail``: the deployment has a sender.
    """

    views: Views
    deliveries: Deliveries
    clock: Clock
    token_hex: Callable[[int], str]
    secrets: Secrets
    loopback: bool = False
    sends_mail: bool = False


def share_view(account: str, view_id: str, *, ports: DeliveryPorts) -> tuple[Delivery, str]:
    """Make a link that shows a view to whoever has it.

    Returns:
        The delivery, and the link's secret part, of which only the hash is kept.

    Raises:
        UnknownResourceError: the account has no such view.
        InvalidParameterError: it has too many deliveries.
    """
    _refuse(account, view_id, ports)
    secret = ports.token_hex(_LINK_BYTES)
    now = ports.clock.now()
    delivery = Delivery(
        named_by_time(now, ports.token_hex(_RANDOM_BYTES)),
        view_id,
        LINK,
        now,
        link_sha256=hash_of_link(secret),
    )
    ports.deliveries.add(account, delivery)
    return delivery, secret


def send_view(
    account: str, view_id: str, url: str, every: str, *, ports: DeliveryPorts
) -> tuple[Delivery, str]:
    """Have what a view shows sent to an address for each day, week or month.

    Returns:
        The delivery, and the secret that its messages are signed with, which is shown this once.

    Raises:
        UnknownResourceError: the account has no such view.
        InvalidParameterError: the address is not of the open web, or there are too many.
    """
    _refuse(account, view_id, ports)
    _refuse_url(url, loopback=ports.loopback)
    secret = signing_secret(bytes.fromhex(ports.token_hex(SECRET_BYTES)))
    now = ports.clock.now()
    delivery_id = named_by_time(now, ports.token_hex(_RANDOM_BYTES))
    arn = ports.secrets.put(account, delivery_id, secret)
    delivery = Delivery(delivery_id, view_id, WEBHOOK, now, every=every, url=url, secret_arn=arn)
    ports.deliveries.add(account, delivery)
    return delivery, secret


def mail_view(account: str, view_id: str, to: str, every: str, *, ports: DeliveryPorts) -> Delivery:
    """Have the rows of what a view shows mailed to somebody for each day, week or month.

    Raises:
        UnknownResourceError: the account has no such view.
        InvalidParameterError: it is no address, there are too many deliveries, or the deployment
            sends no email.
    """
    if not ports.sends_mail:
        message = "by: this deployment sends no email; it needs the parameter DeliverySender"
        raise InvalidParameterError(message)
    _refuse(account, view_id, ports)
    mailbox, _, host = to.rpartition("@")
    if not _MAILBOX.fullmatch(mailbox) or not HOST.fullmatch(host.lower()):
        message = "to: one address, such as ann@shop.example"
        raise InvalidParameterError(message)
    now = ports.clock.now()
    delivery_id = named_by_time(now, ports.token_hex(_RANDOM_BYTES))
    delivery = Delivery(delivery_id, view_id, EMAIL, now, every=every, to=to)
    ports.deliveries.add(account, delivery)
    return delivery


def list_deliveries(account: str, *, deliveries: Deliveries) -> list[Delivery]:
    """Return an account's deliveries, the oldest first."""
    return deliveries.all(account)


def remove_delivery(account: str, delivery_id: str, *, ports: DeliveryPorts) -> None:
    """End a delivery at once.

    Raises:
        UnknownResourceError: the account has no such delivery.
    """
    delivery = ports.deliveries.get(account, delivery_id)
    if delivery is None:
        message = f"there is no delivery {delivery_id[:64]!r}"
        raise UnknownResourceError(message)
    ports.deliveries.remove(account, delivery)
    if delivery.secret_arn:
        ports.secrets.delete(delivery.secret_arn)


def open_link(secret: str, *, views: Views, deliveries: Deliveries) -> tuple[str, Delivery, View]:
    """Return whose view a link shows, its delivery, and the view.

    Raises:
        UnknownResourceError: nothing is shown by such a link, any more or ever.
    """
    link = deliveries.find_link(hash_of_link(secret))
    delivery = link and deliveries.get(link.account, link.delivery_id)
    view = link and delivery and views.get(link.account, delivery.view_id)
    if not (link and delivery and view):
        message = "this link shows nothing, or nothing any more"
        raise UnknownResourceError(message)
    return link.account, delivery, view


def hash_of_link(secret: str) -> str:
    """Return the hash under which a link is looked up."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _refuse_url(url: str, *, loopback: bool) -> None:
    """Refuse what messages are never posted to; what a name means is looked at when they are."""
    try:
        target = target_of(url, Allowance(frozenset({host_of(url)}), loopback))
    except RefusedUrlError as refused:
        message = f"url: {refused.failure.value}; give https://host/path"
        raise InvalidParameterError(message) from None
    if len(url) > LONGEST_URL or not (target.is_tls or target.is_loopback):
        message = f"url: https, and at most {LONGEST_URL:,} characters"
        raise InvalidParameterError(message)


def _refuse(account: str, view_id: str, ports: DeliveryPorts) -> None:
    if ports.views.get(account, view_id) is None:
        message = f"there is no view {view_id[:64]!r}"
        raise UnknownResourceError(message)
    if len(ports.deliveries.all(account)) >= MOST_DELIVERIES:
        message = f"view: an account has at most {MOST_DELIVERIES} deliveries; remove one first"
        raise InvalidParameterError(message)
