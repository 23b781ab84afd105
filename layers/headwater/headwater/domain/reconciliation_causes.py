"""Why a store's own figure and ours may differ, in words for the merchant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Cause(StrEnum):
    """A cause of a difference, in the order in which the bridge takes them."""

    TAX_SHIPPING_BASIS = "tax_shipping_basis"
    STATUS_NOT_COUNTED = "status_not_counted"
    CURRENCY = "currency"
    GROSS_VS_NET = "gross_vs_net"
    REFUND_TIMING = "refund_timing"
    TIME_ZONE_EDGE = "time_zone_edge"
    MISSING = "missing"
    DUPLICATE = "duplicate"
    ARCHIVED = "archived"
    GONE = "gone"
    BACK_DATED = "back_dated"
    EDITED = "edited"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a cause means.

    ``kind``: ``basis``, both figures are right and answer different questions; ``fault``, our copy
    of the store is wrong; ``unexplained``, we do not know.
    """

    kind: Literal["basis", "fault", "unexplained"]
    sentence: str
    advice: str


_REPAIRED_BY_ITSELF = "Nothing: it is fetched again, and the next run's reports have it."

EXPLANATIONS: dict[Cause, Explanation] = {
    Cause.TAX_SHIPPING_BASIS: Explanation(
        "basis",
        "The store's figure was chosen without tax or shipping; Headwater counts what the shopper "
        "paid, both included.",
        "Compare with a figure that includes tax and shipping.",
    ),
    Cause.STATUS_NOT_COUNTED: Explanation(
        "basis",
        "The store lists these orders, but their status is no sale: incomplete, canceled, "
        "declined, or not among the account's revenue statuses.",
        "If you do count such a status as revenue, add it to the account's revenue statuses.",
    ),
    Cause.CURRENCY: Explanation(
        "basis",
        "These orders were paid in another currency: a plain sum takes their amounts as they "
        "stand, Headwater converts them, or leaves them out where the store gave no rate.",
        "Look for orders without a rate; a store with one default currency states rates itself.",
    ),
    Cause.GROSS_VS_NET: Explanation(
        "basis",
        "Refunds that were paid back on these days: order totals stay as they were, Headwater's "
        "net revenue is lower.",
        "Subtract the refunds that the store paid back on these days from its figure.",
    ),
    Cause.REFUND_TIMING: Explanation(
        "basis",
        "Refunds count on the day of their order, not on the day on which they were paid back.",
        "Compare a longer range: only refunds that cross its ends are left.",
    ),
    Cause.TIME_ZONE_EDGE: Explanation(
        "basis",
        "Orders near midnight fall on another day in the store's reports than in the account's "
        "time zone.",
        "Use one time zone in both, and check the store's box for DST correction: it is not "
        "changed automatically in spring and autumn.",
    ),
    Cause.MISSING: Explanation(
        "fault", "The store has these orders and Headwater did not.", _REPAIRED_BY_ITSELF
    ),
    Cause.DUPLICATE: Explanation(
        "fault",
        "Headwater has these sales a second time, from another source.",
        "Decide which source the sales belong to, and disconnect or clean the other.",
    ),
    Cause.ARCHIVED: Explanation(
        "fault",
        "The store has archived these orders and Headwater still counted them.",
        _REPAIRED_BY_ITSELF,
    ),
    Cause.GONE: Explanation(
        "fault",
        "The store has deleted these orders for good and Headwater still had them.",
        _REPAIRED_BY_ITSELF,
    ),
    Cause.BACK_DATED: Explanation(
        "fault",
        "The store has moved these orders to another date since Headwater fetched them.",
        _REPAIRED_BY_ITSELF,
    ),
    Cause.EDITED: Explanation(
        "fault",
        "The store has changed these orders since Headwater fetched them.",
        _REPAIRED_BY_ITSELF,
    ),
    Cause.UNEXPLAINED: Explanation(
        "unexplained",
        "Neither the rules nor a later change explain this difference.",
        "Look at the orders, or at the store's count of the day, and tell the operator.",
    ),
}

BASIS_CAUSES = frozenset(cause for cause, why in EXPLANATIONS.items() if why.kind == "basis")
OPEN_CAUSES = frozenset(Cause) - BASIS_CAUSES

# BigCommerce's fifteen statuses by their ids.
STATUS_NAMES = {
    0: "Incomplete",
    1: "Pending",
    2: "Shipped",
    3: "Partially Shipped",
    4: "Refunded",
    5: "Canceled",
    6: "Declined",
    7: "Awaiting Payment",
    8: "Awaiting Pickup",
    9: "Awaiting Shipment",
    10: "Completed",
    11: "Awaiting Fulfillment",
    12: "Manual Verification Required",
    13: "Disputed",
    14: "Partially Refunded",
}
