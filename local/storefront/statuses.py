"""The fifteen order statuses and what they say about the money."""

from typing import NamedTuple

INCOMPLETE, SHIPPED, REFUNDED, COMPLETED, PARTIALLY_REFUNDED = 0, 2, 4, 10, 14


class Status(NamedTuple):
    """An order status: its names, and the ``payment_status`` of a card order in it."""

    name: str
    description: str
    payment: str


STATUSES: dict[int, Status] = {
    0: Status("Incomplete", "Reached the payment page without paying", ""),
    1: Status("Pending", "Checkout started, not confirmed", "pending"),
    2: Status("Shipped", "Shipped, receipt not confirmed", "captured"),
    3: Status("Partially Shipped", "Some of the items have been shipped", "captured"),
    4: Status("Refunded", "Refunded in full", "refunded"),
    5: Status("Cancelled", "Cancelled by the merchant or the shopper", "void"),
    6: Status("Declined", "Rejected by the merchant", "declined"),
    7: Status("Awaiting Payment", "Placed, payment not yet confirmed", "authorized"),
    8: Status("Awaiting Pickup", "Packed, waiting to be picked up", "captured"),
    9: Status("Awaiting Shipment", "Packed, waiting for the carrier", "captured"),
    10: Status("Completed", "Shipped and received", "captured"),
    11: Status("Awaiting Fulfillment", "Paid, to be packed", "captured"),
    12: Status("Manual Verification Required", "Held for a manual check", "held for review"),
    13: Status("Disputed", "The shopper disputes the payment", "captured"),
    14: Status("Partially Refunded", "Refunded in part", "partially refunded"),
}
