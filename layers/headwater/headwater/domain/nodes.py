"""Nodes: the hashed names under which a person is known, and how they are spelled.

An email address or a store's customer id never is a key; its hash is. A browser can hash an
email by itself, so a form and an order meet without the address ever leaving the page.
"""

from __future__ import annotations

import base64
import hashlib
import re

from headwater.errors import InvalidRowError

# 128 bits of SHA-256 in base32 without padding.
_NODE_BYTES = 16
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# RFC 5321 §4.5.3.1: a path holds at most 256 octets, two of them the angle brackets.
_LONGEST_EMAIL = 254


def _node(digest: bytes) -> str:
    return base64.b32encode(digest[:_NODE_BYTES]).decode().rstrip("=").lower()


def normalize_email(raw: str) -> str:
    """Trim and lower-case an email address.

    Raises:
        InvalidRowError: the text has not the shape of an address.
    """
    email = raw.strip().lower()
    if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        message = "not an email address"
        raise InvalidRowError(message)
    return email


def email_node(email: str) -> str:
    """Return the node of an email address (any case, outer blanks ignored)."""
    return _node(hashlib.sha256(normalize_email(email).encode()).digest())


def hashed_email_node(sha256_hex: str) -> str:
    """Return the node of an email that arrives as the SHA-256 of its normalized form.

    Raises:
        InvalidRowError: the text is not 64 hexadecimal digits.
    """
    text = sha256_hex.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        message = "not a SHA-256 in hexadecimal"
        raise InvalidRowError(message)
    return _node(bytes.fromhex(text))


def customer_node(source: str, customer_id: int | str) -> str | None:
    """Return the node of a source's customer id, or None for 0 and for none, which mean a guest."""
    if customer_id in {0, "", "0"} or (isinstance(customer_id, int) and customer_id < 0):
        return None
    return _node(hashlib.sha256(f"{source}#{customer_id}".encode()).digest())
