"""Signs what we send, as Standard Webhooks has it (github.com/standard-webhooks)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

SECRET_BYTES = 32
_PREFIX = "whsec_"


def signing_secret(random: bytes) -> str:
    """Return random bytes as the secret that both sides keep."""
    return _PREFIX + base64.b64encode(random).decode()


def signed_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers by which a receiver knows who sent a body, when, and as which message.

    Args:
        secret: of ``signing_secret``.
        message_id: the same for every attempt to send the same message.
        at: of this attempt.
        body: as it is sent.
    """
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
