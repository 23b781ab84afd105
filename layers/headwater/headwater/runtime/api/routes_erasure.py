"""The erasure of a contact."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.errors import UnknownResourceError
from headwater.runtime import bootstrap
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_contacts import Erasure
from headwater.runtime.api.reading import published_run
from headwater.runtime.api.routes_contacts import ContactId
from headwater.runtime.api.routing import account_of, new_router, note
from headwater.usecases.erase_contact import ErasePorts
from headwater.usecases.published_runs import PublishedRun


def erasure_routes(erase_contact: Callable[..., dict[str, Any]]) -> Router:
    """Return the route that erases a contact.

    Args:
        erase_contact: the use case behind it.
    """
    router = new_router()

    @router.delete(
        "/v1/contacts/<contact>",
        operation_id="erase_contact",
        summary="Erase a person",
        description=(
            "Removes the profile, opt-ins, links, touchpoints and claims of a contact, and who he "
            "is from his orders, whose amounts stay. Neither the next pull nor an import brings "
            "him back. Starts the run after which no report knows him. It cannot be undone. "
            "May be repeated."
        ),
        tags=["contacts"],
        responses=answers(Erasure, 404),
        security=NEEDS_KEY,
    )
    def erase(contact: ContactId) -> Response[str]:
        answer = erase_contact(account_of(router), contact, ports=_ports(router))
        note(router, orders_blanked=answer["orders_blanked"])
        return json_answer(answer)

    return router


def _ports(router: Router) -> ErasePorts:
    return bootstrap.erase_ports(_last_run(router))


def _last_run(router: Router) -> PublishedRun | None:
    try:
        return published_run(router)
    except UnknownResourceError:
        return None
