"""Stores that are connected to an account."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import ValidationError

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_json
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_sources import ConnectedSource, SourceList, SourceRequest
from headwater.runtime.api.problems import invalid_fields
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.api.source_progress import progress_of
from headwater.runtime.observability import count, logger
from headwater.usecases.connect_source import ConnectedSource as Connected
from headwater.usecases.connect_source import ConnectRequest
from headwater.usecases.open_site import SiteRequest, check_site, open_site

# What is left of the invocation after the store has answered: for our own tables.
_OWN_WORK = timedelta(seconds=8)
_HINT = (
    "Browsers send hits to the collector (the stack's output CollectorUrl) with this public_key, "
    "from pages of these origins."
)


def connect_routes(connect_source: Callable[..., Connected]) -> Router:
    """Return the route that connects a store.

    Args:
        connect_source: the use case behind it.
    """
    router = new_router()

    @router.post(
        "/v1/sources",
        operation_id="connect_source",
        summary="Connect a store",
        description="Tries the credentials, keeps them, lets the shop's pages send hits, and "
        "starts the first pull. The same call again replaces the token. A 400 whose type ends in "
        "credentials-rejected, missing-scope or store-not-found is the store's own answer.",
        tags=["sources"],
        responses=answers(ConnectedSource, status=201, description="The store is connected."),
        security=NEEDS_KEY,
        openapi_extensions=takes(SourceRequest),
    )
    def connect() -> Response[str]:
        account = account_of(router)
        asked = _asked(read_json(router.current_event.raw_event))
        site = SiteRequest(tuple(asked.domains), asked.currency, asked.time_zone)
        check_site(account, asked.source, site, accounts=bootstrap.accounts())
        connected = connect_source(
            account,
            ConnectRequest(asked.store, asked.access_token, asked.source, asked.api_url),
            ports=bootstrap.connect_ports(_deadline(router)),
            other_api_urls=bootstrap.other_api_urls(),
        )
        source = connected.source
        opened = open_site(
            account, source, site, ports=bootstrap.site_ports(), pull_now=asked.pull_now
        )
        count(SourcesConnected=1)
        logger.info(
            "source connected", extra={"source": source.source, "orders": connected.orders_total}
        )
        answer = {
            "source": source.source,
            "status": source.status,
            "orders_total": connected.orders_total,
            "public_key": source.public_key,
            "origins": sorted(opened.origins),
            "pull_started": asked.pull_now,
            "hint": _HINT,
        }
        return json_answer(answer, status=201)

    return router


def source_routes() -> Router:
    """Return the route that lists the stores."""
    router = new_router()

    @router.get(
        "/v1/sources",
        operation_id="list_sources",
        summary="The connected stores",
        tags=["sources"],
        responses=answers(SourceList),
        security=NEEDS_KEY,
    )
    def read_sources() -> Response[str]:
        account = account_of(router)
        sources = [
            {
                **progress_of(source),
                "store_hash": source.store_hash,
                "public_key": source.public_key,
            }
            for source in bootstrap.accounts().sources(account)
        ]
        return json_answer({"account": account, "sources": sources})

    return router


def _asked(body: Any) -> SourceRequest:  # noqa: ANN401 - any JSON value
    """Read a request to connect; raises ProblemError naming each wrong field, never its value."""
    try:
        return SourceRequest.model_validate(body)
    except ValidationError as error:
        raise invalid_fields(
            [{"loc": e["loc"] or ("body",), "msg": e["msg"]} for e in error.errors()]
        ) from None


def _deadline(router: Router) -> datetime:
    left = timedelta(milliseconds=router.lambda_context.get_remaining_time_in_millis())
    return bootstrap.clock().now() + left - _OWN_WORK
