"""Check a store: try each scope of an access token with the call that needs it.

A token's scopes cannot be read, so each is tried. What is missing is told all at once: the scopes
of an existing API account cannot be edited, and nobody wants to make three of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from headwater.errors import (
    MissingScopeError,
    RequestRejectedError,
    RetriableError,
    StoreNotFoundError,
)

type State = Literal["granted", "missing", "unchecked"]

WHERE_TO_FIX = (
    "The scopes of an API account cannot be edited: in the control panel, under Settings >"
    " Store-level API accounts, create a new account with these scopes on read-only beside those"
    " that you have, and give its access token."
)
_NOTHING_OPENS = (
    "the store refuses every call (403): most likely the store hash is wrong, or the token is"
    " another store's. The hash stands in the control panel's address behind store-, and in the"
    " API path that came with the token. If both are right, the API account has none of the scopes"
    " that it needs."
)


@dataclass(frozen=True, slots=True)
class Permission:
    """A scope: its title in the control panel, its name in the API, and what we need it for.

    ``without`` says what is off where an optional one is missing.
    """

    title: str
    name: str
    needed_for: str
    without: str = ""

    @property
    def is_required(self) -> bool:
        """Tell whether a store cannot be connected without it."""
        return not self.without


ORDERS = Permission(
    "Orders", "store_v2_orders_read_only", "orders with their lines, statuses and refunds"
)
TRANSACTIONS = Permission(
    "Order Transactions", "store_v2_transactions_read_only", "refunds and payments of orders"
)
CUSTOMERS = Permission(
    "Customers", "store_v2_customers_read_only", "customers and newsletter subscribers"
)
PRODUCTS = Permission(
    "Products", "store_v2_products_read_only", "names, costs and categories of products"
)
# The store opens shipments to whoever may read orders, and no figure reads them.
FULFILLMENT = Permission(
    "Order Fulfillment", "", "shipments of orders", without="shipments cannot be looked at"
)
INFORMATION = Permission(
    "Information & Settings",
    "store_v2_information_read_only",
    "the store's time zone and currency",
    without="the time zone and currency are those that you give, not the store's",
)
CHANNELS = Permission(
    "Channel Settings",
    "store_channel_settings_read_only",
    "the names of sales channels",
    without="sales channels have numbers instead of names",
)
MARKETING = Permission(
    "Marketing",
    "store_v2_marketing_read_only",
    "the list of coupons",
    without="coupons are known by their codes in orders only",
)
CONTENT = Permission(
    "Content",
    "store_v2_content_read_only",
    "the tracking script in the shop's pages, where it is on modify",
    without="the tracking script is put in by hand",
)
PERMISSIONS = (
    *(ORDERS, TRANSACTIONS, CUSTOMERS, PRODUCTS, FULFILLMENT),
    *(INFORMATION, CHANNELS, MARKETING, CONTENT),
)


@dataclass(frozen=True, slots=True)
class StoreDescription:
    """What a store says of itself.

    ``dst_correction`` is the box of the control panel that shifts the store's own reports by an
    hour, which the merchant ticks and unticks by hand; None where the store does not say.
    """

    name: str = ""
    time_zone: str = ""
    currency: str = ""
    dst_correction: bool | None = None


class StoreProbe(Protocol):
    """Tries credentials on a store; raises what ``ports.OrderSource`` does."""

    def count_orders(self) -> int:
        """Return how many orders the store lists: the cheapest call with the Orders scope."""
        ...

    def try_permission(self, permission: Permission) -> bool:
        """Make the calls that need a permission; False where there is nothing to try it on.

        Raises:
            MissingScopeError: the token does not have it, or the store is another one.
        """
        ...

    def describe(self) -> StoreDescription:
        """Return what the store says of itself; needs Information & Settings."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """How a permission's trial went. ``detail`` says why it could not be tried, or what is off."""

    permission: Permission
    state: State
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """What a token opens. The total and the description are empty where there is a refusal."""

    findings: tuple[Finding, ...]
    orders_total: int = 0
    description: StoreDescription = field(default_factory=StoreDescription)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the titles of the permissions that the token lacks."""
        return tuple(one.permission.title for one in self.findings if one.state == "missing")

    @property
    def refusal(self) -> MissingScopeError | StoreNotFoundError | None:
        """Return why the store cannot be connected with this token, or None if it can.

        A wrong store hash is answered like a missing scope, but everywhere.
        """
        lacking = [
            one.permission
            for one in self.findings
            if one.state == "missing" and one.permission.is_required
        ]
        if not lacking:
            return None
        has_none = all(one in lacking for one in PERMISSIONS if one.is_required)
        if has_none and not any(one.state == "granted" for one in self.findings):
            return StoreNotFoundError(f"{_NOTHING_OPENS} {WHERE_TO_FIX}")
        named = "; ".join(f"{one.title} ({one.name}), for {one.needed_for}" for one in lacking)
        scopes = "a scope" if len(lacking) == 1 else f"{len(lacking)} scopes"
        message = f"the access token lacks {scopes} that it needs: {named}. {WHERE_TO_FIX}"
        return MissingScopeError(message, {one.title: one.needed_for for one in lacking})


def check_store(probe: StoreProbe) -> StoreCheck:
    """Try every permission of a token; all are tried, whatever the first ones bring.

    Raises:
        CredentialsRejectedError: the token is wrong or revoked.
        StoreNotFoundError: there is no such store.
        RetriableError: the store does not answer what has to be known.
    """
    findings = tuple(_try(probe, permission) for permission in PERMISSIONS)
    check = StoreCheck(findings)
    if check.refusal:
        return check
    can_describe = any(f.permission is INFORMATION and f.state == "granted" for f in findings)
    description = probe.describe() if can_describe else StoreDescription()
    return StoreCheck(findings, probe.count_orders(), description)


def _try(probe: StoreProbe, permission: Permission) -> Finding:
    try:
        is_tried = probe.try_permission(permission)
    except MissingScopeError:
        return Finding(permission, "missing", permission.without)
    except (RetriableError, RequestRejectedError, StoreNotFoundError) as error:
        if permission.is_required:
            raise
        return Finding(permission, "unchecked", str(error))
    if is_tried:
        return Finding(permission, "granted")
    return Finding(permission, "unchecked", "the store has no order to try it on")
