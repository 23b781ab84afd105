"""What a store's webhooks say: that something happened to an order, and nothing else of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from headwater.errors import InvalidRowError

# What we ask a store to tell us. None of them needs a permission of its own.
HOOK_SCOPES = (
    "store/order/created",
    "store/order/updated",
    "store/order/archived",
    "store/order/statusUpdated",
    "store/order/refund/created",
)
_LARGEST_ID = 2**53


@dataclass(frozen=True, slots=True)
class HookAddress:
    """Whose webhooks carry a secret. ``public_key`` is in the address that they are sent to."""

    account: str
    source: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A webhook that was let in: an order of a source has changed.

    ``event`` is the hash of what was said, equal for a webhook that is sent again; ``received_at``
    is by our clock.
    """

    account: str
    source: str
    order_id: str
    event: str
    received_at: datetime

    def text(self) -> str:
        """Return the notice as a queue carries it."""
        plain = asdict(self) | {"received_at": self.received_at.astimezone(UTC).isoformat()}
        return json.dumps(plain, sort_keys=True)


def read_webhook(body: str, address: HookAddress, received_at: datetime) -> Notice:
    """Read a webhook's body.

    Raises:
        InvalidRowError: it is no JSON, or is about something else than an order.
    """
    said = _parsed(body)
    scope, data = said.get("scope"), said.get("data")
    if scope not in HOOK_SCOPES or not isinstance(data, dict):
        message = "the webhook is not about an order"
        raise InvalidRowError(message)
    order_id = str(data.get("id"))
    if not (order_id.isascii() and order_id.isdecimal() and int(order_id) < _LARGEST_ID):
        message = "the webhook names no order"
        raise InvalidRowError(message)
    told = json.dumps([scope, data, said.get("created_at"), said.get("hash")], sort_keys=True)
    event = hashlib.sha256(told.encode()).hexdigest()
    return Notice(address.account, address.source, order_id, event, received_at)


def read_notice(text: str) -> Notice:
    """Read back a notice.

    Raises:
        InvalidRowError: the text is none.
    """
    said = _parsed(text)
    try:
        notice = Notice(**said)
        return replace(notice, received_at=datetime.fromisoformat(said["received_at"]))
    except (KeyError, TypeError, ValueError):
        message = "the message is no notice of a webhook"
        raise InvalidRowError(message) from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (RecursionError, ValueError):
        said = None
    if not isinstance(said, dict):
        message = "not a JSON object"
        raise InvalidRowError(message)
    return said
