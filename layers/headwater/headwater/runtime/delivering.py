"""Wires what making deliveries and starting them works with; neither needs the engine."""

from __future__ import annotations

import secrets as random_secrets
from functools import cache
from typing import TYPE_CHECKING

from headwater.adapters.aws_session import shared_session
from headwater.adapters.awslambda.deliverer import LambdaDeliverer
from headwater.adapters.secretsmanager.secrets import SecretsManagerSecrets
from headwater.runtime.observability import count, logger
from headwater.runtime.settings import settings
from headwater.runtime.storage import CLIENT, clock, deliveries, views
from headwater.usecases.manage_deliveries import DeliveryPorts

if TYPE_CHECKING:
    from headwater.usecases.ports import Secrets


@cache
def secrets() -> Secrets:
    """Return the signing secrets of webhooks."""
    client = shared_session().client("secretsmanager", config=CLIENT)
    return SecretsManagerSecrets(client, settings().secrets_prefix)


def delivery_ports() -> DeliveryPorts:
    """Return what making a delivery works with."""
    return DeliveryPorts(
        views=views(),
        deliveries=deliveries(),
        clock=clock(),
        token_hex=random_secrets.token_hex,
        secrets=secrets(),
        loopback=settings().loopback_pages == "true",
        sends_mail=bool(settings().delivery_sender),
    )


@cache
def deliverer() -> LambdaDeliverer:
    """Return what starts the deliveries of an account."""
    function = settings().required("deliver_views_function")
    return LambdaDeliverer(shared_session().client("lambda", config=CLIENT), function)


def start_deliveries(account: str) -> None:
    """Start what a finished run lets go out; whatever goes wrong, the run is finished.

    What is not started here is started within the hour, by the schedule.
    """
    try:
        if any(each.every for each in deliveries().all(account)):
            deliverer().start(account)
    except Exception as error:  # noqa: BLE001 - a delivery never fails a run
        count(DeliveriesNotStarted=1)
        logger.error("deliveries not started", extra={"error": type(error).__name__})
