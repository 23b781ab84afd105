"""Deliveries of views: make one, list them, end one."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from headwater.domain.view_deliveries import EMAIL, LINK, WEBHOOK, Delivery
from headwater.errors import InvalidParameterError
from headwater.runtime import delivering, storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_deliveries import (
    DeliveryBody,
    DeliveryList,
    DeliveryRemoved,
    NewDelivery,
)
from headwater.runtime.api.routing import account_of, new_router, note
from headwater.runtime.observability import logger
from headwater.usecases.manage_deliveries import (
    list_deliveries,
    mail_view,
    remove_delivery,
    send_view,
)

DeliveryId = Annotated[str, Path(max_length=64)]
# What each way needs besides the view, and nothing else.
_TAKES: dict[str, set[str]] = {LINK: set(), WEBHOOK: {"every", "url"}, EMAIL: {"every", "to"}}
_CONTRACT: dict[str, Any] = {"tags": ["views"], "security": NEEDS_KEY}


def delivery_routes(share_view: Callable[..., tuple[Delivery, str]]) -> Router:
    """Return the routes of deliveries.

    Args:
        share_view: the use case that makes a link.
    """
    router = new_router()
    _add_create(router, share_view)
    _add_others(router)
    return router


def _add_create(router: Router, share_view: Callable[..., tuple[Delivery, str]]) -> None:
    @router.post(
        "/v1/deliveries",
        operation_id="create_delivery",
        summary="Deliver a view",
        description="A link shows the view to whoever has it, without a key; emails are masked. It "
        "ends with its delivery, at once. A webhook posts what the view shows after the first run "
        "of each day, week or month, signed as Standard Webhooks has it, until it is taken. An "
        "email brings the rows as CSV, where the deployment has a sender.",
        responses=answers(NewDelivery, 404, status=201, description="The delivery is made."),
        openapi_extensions=takes(DeliveryBody),
        **_CONTRACT,
    )
    def create() -> Response[str]:
        account = account_of(router)
        asked = read_model(router.current_event.raw_event, DeliveryBody)
        delivery, shown = _made(account, asked, share_view)
        told = {"delivery": delivery.delivery_id, "view": delivery.view_id, "by": delivery.by}
        note(router, **told)
        logger.info("delivery made", extra=told)
        return json_answer(
            {"account": account, **_row(delivery), **shown}, status=HTTPStatus.CREATED
        )


def _add_others(router: Router) -> None:
    @router.get(
        "/v1/deliveries",
        operation_id="list_deliveries",
        summary="The deliveries",
        responses=answers(DeliveryList),
        **_CONTRACT,
    )
    def list_all() -> Response[str]:
        account = account_of(router)
        found = list_deliveries(account, deliveries=storage.deliveries())
        return json_answer({"account": account, "rows": [_row(one) for one in found]})

    @router.delete(
        "/v1/deliveries/<delivery>",
        operation_id="remove_delivery",
        summary="End a delivery",
        description="A link shows nothing from now on.",
        responses=answers(DeliveryRemoved, 404),
        **_CONTRACT,
    )
    def remove(delivery: DeliveryId) -> Response[str]:
        account = account_of(router)
        remove_delivery(account, delivery, ports=delivering.delivery_ports())
        return json_answer({"account": account, "delivery": delivery})


def _made(
    account: str, asked: DeliveryBody, share_view: Callable[..., tuple[Delivery, str]]
) -> tuple[Delivery, dict[str, str | None]]:
    """Make a delivery; return it, and what is shown of it this once."""
    ports = delivering.delivery_ports()
    given = {name for name in ("every", "url", "to") if getattr(asked, name)}
    if given != _TAKES[asked.by]:
        wanted = " and ".join(sorted(_TAKES[asked.by])) or "no more"
        message = f"by: a delivery by {asked.by} takes {wanted}"
        raise InvalidParameterError(message)
    every, url, to = asked.every or "", asked.url or "", asked.to or ""
    if asked.by == LINK:
        delivery, secret = share_view(account, asked.view, ports=ports)
        return delivery, {"path": f"/v1/shared/{secret}", "secret": None}
    if asked.by == EMAIL:
        delivery = mail_view(account, asked.view, to, every, ports=ports)
        return delivery, {"path": None, "secret": None}
    delivery, secret = send_view(account, asked.view, url, every, ports=ports)
    return delivery, {"path": None, "secret": secret}


def _row(delivery: Delivery) -> dict[str, Any]:
    state = "off" if delivery.is_off else "failing" if delivery.failures else "on"
    return {
        "delivery": delivery.delivery_id,
        "view": delivery.view_id,
        "by": delivery.by,
        "every": delivery.every or None,
        "url": delivery.url or None,
        "to": delivery.to or None,
        "created_at": delivery.created_at.isoformat(),
        "state": state,
        "reason": delivery.reason,
        "sent_at": delivery.sent_at and delivery.sent_at.isoformat(),
        "sent_period": delivery.sent_period,
        "next_try_at": delivery.next_try_at and delivery.next_try_at.isoformat(),
    }
