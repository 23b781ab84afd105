"""Receive a webhook: see whose it is, and queue that an order has changed.

What a store calls carries a secret of its source's own in a header. It is looked up by its hash, so
there is nothing whose comparison could be timed; the public key in the address has to be the same
source's. Whoever knows no secret learns nothing: not even which sources there are.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from headwater.domain.webhooks import read_webhook
from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from headwater.usecases.ports import Clock, HitQueue
    from headwater.usecases.ports.hooks import Hooks

SECRET_HEADER = "x-headwater-secret"  # noqa: S105 - its name, not its value
_LARGEST_BODY = 16_384
_LONGEST_SECRET = 128
# Python 3.12 and 3.13 spell its name differently.
_CONTENT_TOO_LARGE = HTTPStatus(413)


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """A request to the address of webhooks; header names are lower-case."""

    public_key: str
    secret: str
    body: str
    is_base64: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedWebhook:
    """What the store is answered, without a body; whose webhook it was, and if it was queued."""

    status: HTTPStatus
    account: str = ""
    is_queued: bool = False


def receive_webhook(
    call: WebhookCall, *, hooks: Hooks, queue: HitQueue, clock: Clock
) -> ReceivedWebhook:
    """Queue a webhook of a source that we asked for.

    One that is about anything else than an order is let in and forgotten: refused, the store would
    send it again for days and then switch the webhook off.

    Raises:
        RetriableError: it is not queued; the store will send it again.
    """
    if not 0 < len(call.secret) <= _LONGEST_SECRET:
        return ReceivedWebhook(HTTPStatus.UNAUTHORIZED)
    address = hooks.find(hash_of_secret(call.secret))
    if address is None or not hmac.compare_digest(
        address.public_key.encode(), call.public_key.encode()
    ):
        return ReceivedWebhook(HTTPStatus.UNAUTHORIZED)
    if len(call.body) > _LARGEST_BODY:
        return ReceivedWebhook(_CONTENT_TOO_LARGE, address.account)
    try:
        notice = read_webhook(_text(call), address, clock.now())
    except InvalidRowError:
        return ReceivedWebhook(HTTPStatus.NO_CONTENT, address.account)
    queue.send([notice.text()])
    return ReceivedWebhook(HTTPStatus.NO_CONTENT, address.account, is_queued=True)


def hash_of_secret(secret: str) -> str:
    """Return the SHA-256 under which a secret is stored; it has 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _text(call: WebhookCall) -> str:
    if not call.is_base64:
        return call.body
    try:
        return base64.b64decode(call.body, validate=True).decode()
    except ValueError:
        message = "not UTF-8"
        raise InvalidRowError(message) from None
