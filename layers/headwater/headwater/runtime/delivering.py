"""Wires what deliveries of views work with; it needs no engine."""

from __future__ import annotations

import secrets as random_secrets

from headwater.runtime.storage import clock, deliveries, views
from headwater.usecases.manage_deliveries import DeliveryPorts


def delivery_ports() -> DeliveryPorts:
    """Return what making a delivery works with."""
    return DeliveryPorts(views(), deliveries(), clock(), random_secrets.token_hex)
