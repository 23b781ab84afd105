"""Authorize a request: whose key is this?"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.usecases.ports import Accounts, ApiKey

# 32 random bytes in URL-safe base64 are 43 characters.
KEY_PREFIX, KEY_BYTES = "hw_", 32
_BEARER = re.compile(rf"bearer +({KEY_PREFIX}[A-Za-z0-9_-]{{43}})", re.IGNORECASE | re.ASCII)


def authorize_request(authorization: str | None, *, accounts: Accounts) -> ApiKey | None:
    """Return the account and role of the key in an ``Authorization`` header; None for a stranger.

    A header of any other form is refused without a look at the table. Keys are found by their
    hash, so there is nothing whose comparison could be timed.
    """
    match = _BEARER.fullmatch((authorization or "").strip())
    if match is None:
        return None
    return accounts.find_key(hash_of_key(match[1]))


def hash_of_key(key: str) -> str:
    """Return the SHA-256 under which a key is stored.

    A key has 256 random bits: unlike a password it needs no slow hash.
    """
    return hashlib.sha256(key.encode()).hexdigest()
