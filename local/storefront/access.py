"""Tokens and their scopes."""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterable

ORDERS = "store_v2_orders"
TRANSACTIONS = "store_v2_transactions"
CUSTOMERS = "store_v2_customers"
PRODUCTS = "store_v2_products"
INFORMATION = "store_v2_information"
MARKETING = "store_v2_marketing"
CHANNELS = "store_channel_settings"
CONTENT = "store_v2_content"
CHECKOUT_CONTENT = "store_content_checkout"
SITES = "store_sites"
FULFILLMENT = "store_v2_fulfillment"
"""Its true name is not documented; the control panel calls it Order Fulfillment."""

READ_ONLY = "_read_only"
READ_ONLY_SCOPES = frozenset(
    scope + READ_ONLY
    for scope in (
        *(ORDERS, TRANSACTIONS, FULFILLMENT, CUSTOMERS, PRODUCTS),
        *(INFORMATION, MARKETING, CHANNELS, CONTENT, SITES),
    )
)
"""What a store-level account needs to read everything that this shop serves."""
SCRIPT_SCOPES = frozenset({CONTENT, CHECKOUT_CONTENT})
"""What an account needs besides to put scripts into all pages."""


def issue_token(
    connection: sqlite3.Connection, scopes: Iterable[str], token: str | None = None
) -> str:
    """Create an account, or give an existing token these scopes; return the token."""
    token = token or secrets.token_hex(16)
    connection.execute(
        "INSERT INTO tokens (token, scopes) VALUES (?, ?)"
        " ON CONFLICT (token) DO UPDATE SET scopes = excluded.scopes",
        (token, json.dumps(sorted(scopes))),
    )
    return token


def revoke_token(connection: sqlite3.Connection, token: str) -> None:
    """Delete an account, its webhooks and scripts, as an app's or a merchant's deletion does."""
    connection.execute("DELETE FROM hooks WHERE token = ?", (token,))
    connection.execute("DELETE FROM scripts WHERE token = ? AND auto_uninstall", (token,))
    connection.execute("DELETE FROM tokens WHERE token = ?", (token,))


def client_id(token: str) -> str:
    """Return the id of a token's account, which is no secret."""
    return hashlib.sha256(token.encode()).hexdigest()[:31]


def scopes_of(connection: sqlite3.Connection, token: str) -> frozenset[str] | None:
    """Return a token's scopes, or ``None`` for a token that is not (or no longer) known."""
    row = connection.execute("SELECT scopes FROM tokens WHERE token = ?", (token,)).fetchone()
    return None if row is None else frozenset(json.loads(row["scopes"]))


def may_read(granted: Iterable[str], needed: tuple[str, ...]) -> bool:
    """Tell whether one of the needed scopes is granted, to read or to modify."""
    return any(scope in needed or scope.removesuffix(READ_ONLY) in needed for scope in granted)


def may_modify(granted: Iterable[str], needed: tuple[str, ...]) -> bool:
    """Tell whether one of the needed scopes is granted to modify."""
    return not needed or any(scope in needed for scope in granted)
