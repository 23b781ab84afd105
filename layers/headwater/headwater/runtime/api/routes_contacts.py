"""What people say of contacts: two are one person, or are not."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_contacts import ContactLinks, LinkRequest
from headwater.runtime.api.reading import published_run
from headwater.runtime.api.routing import account_of, new_router, note
from headwater.usecases.link_contacts import LinkPorts, read_links, remove_link

type ContactId = Annotated[str, Path(max_length=128)]

_CONTRACT: dict[str, Any] = {
    "tags": ["contacts"],
    "responses": answers(ContactLinks, 404),
    "security": NEEDS_KEY,
}


def contact_routes(link_contacts: Callable[..., dict[str, Any]]) -> Router:
    """Return the routes of a contact's links.

    Args:
        link_contacts: the use case behind the one that says something.
    """
    router = new_router()

    @router.get(
        "/v1/contacts/<contact>/links",
        operation_id="read_links",
        summary="What was said of a contact by hand",
        description="An id that the contact had before leads to the present one.",
        **_CONTRACT,
    )
    def read(contact: ContactId) -> Response[str]:
        return json_answer(read_links(account_of(router), contact, ports=_ports(router)))

    @router.post(
        "/v1/contacts/<contact>/links",
        operation_id="link_contacts",
        summary="Say that two contacts are one person, or are not",
        description="The next run merges or parts their journeys and orders.",
        openapi_extensions=takes(LinkRequest),
        **_CONTRACT,
    )
    def say(contact: ContactId) -> Response[str]:
        asked = read_model(router.current_event.raw_event, LinkRequest)
        ports = _ports(router)
        note(router, kind=asked.kind)
        return json_answer(
            link_contacts(account_of(router), contact, asked.other, asked.kind, ports=ports)
        )

    @router.delete(
        "/v1/contacts/<contact>/links/<other>",
        operation_id="remove_link",
        summary="Take back what was said of two contacts",
        description="The next run is as if it had never been said.",
        **_CONTRACT,
    )
    def take_back(contact: ContactId, other: ContactId) -> Response[str]:
        account, ports = account_of(router), _ports(router)
        return json_answer(remove_link(account, contact, other, ports=ports))

    return router


def _ports(router: Router) -> LinkPorts:
    return LinkPorts(published_run(router), bootstrap.facts(), bootstrap.edges(), bootstrap.clock())
