"""Sources that are connected to an account: trying, connecting and listing them."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.connector_answers import (
    answer_check,
    answer_connect,
    answer_reconnect,
    names_another_kind,
)
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_connecting import (
    ConnectedSource,
    CredentialsRequest,
    SourceOptions,
    SourceRequest,
    StoreCheck,
    TokenRequest,
)
from headwater.runtime.api.models_connectors import (
    ConnectedConnector,
    ConnectorBody,
    ConnectorCheck,
    ConnectorRenewal,
    ConnectorTrial,
)
from headwater.runtime.api.models_sources import OneSource, SourceList
from headwater.runtime.api.routing import account_of, actor_of, new_router, note
from headwater.runtime.api.source_progress import details_of, scopes_of
from headwater.runtime.observability import count, logger
from headwater.usecases.connect_source import ConnectedSource as Connected
from headwater.usecases.connect_source import ConnectRequest, parse_store_hash, try_store
from headwater.usecases.connectors import KINDS
from headwater.usecases.manage_sources import Options, known_source, set_options
from headwater.usecases.open_site import SiteRequest, check_site, is_only_source, open_site
from headwater.usecases.ports import Source

# What is left of the invocation after the store has answered: for our own tables.
_OWN_WORK = timedelta(seconds=8)
_HINT = (
    "Browsers send hits to the collector (the stack's output CollectorUrl) with this public_key, "
    "from pages of these origins."
)


def connect_routes(connect_source: Callable[..., Connected]) -> Router:
    """Return the routes that connect a source.

    Args:
        connect_source: the use case behind it.
    """
    router = new_router()
    connect = partial(_connect, router, connect_source)
    _add_connect(router, connect)
    _add_reconnect(router, connect)
    return router


def _add_connect(router: Router, connect: Callable[..., Response[str]]) -> None:
    @router.post(
        "/v1/sources",
        operation_id="connect_source",
        summary="Connect a store, an ad platform or a CRM",
        description="Tries every scope of the token, keeps it, lets the shop's pages send hits, "
        "switches on what is optional, and starts the first pull. The same call again replaces the "
        "token. A 400 whose type ends in "
        "credentials-rejected, missing-scope or store-not-found is the store's own answer. With a "
        "kind, an ad platform or a CRM is connected likewise.",
        tags=["sources"],
        responses=answers(
            ConnectedSource, status=201, description="It is connected.", also=ConnectedConnector
        ),
        security=NEEDS_KEY,
        openapi_extensions=takes(SourceRequest, ConnectorBody),
    )
    def connect_store() -> Response[str]:
        account = account_of(router)
        if names_another_kind(router.current_event.raw_event):
            answer = answer_connect(account, router.current_event.raw_event, deadline_of(router))
            note(router, source=json.loads(answer.body or "{}")["source"])
            return answer
        asked = read_model(router.current_event.raw_event, SourceRequest)
        site = SiteRequest(tuple(asked.domains), asked.currency, asked.time_zone)
        check_site(account, asked.source, site, accounts=bootstrap.accounts())
        request = ConnectRequest(asked.store, asked.access_token, asked.source, asked.api_url)
        return connect(account, request, site, asked, pull_now=asked.pull_now)


def _add_reconnect(router: Router, connect: Callable[..., Response[str]]) -> None:
    @router.post(
        "/v1/sources/<source>/reconnect",
        operation_id="reconnect_source",
        summary="Give a connected source a new token",
        description="As connecting it again: bookmark, public key, domains and ad accounts stay.",
        tags=["sources"],
        responses=answers(
            ConnectedSource,
            404,
            status=201,
            description="It is connected.",
            also=ConnectedConnector,
        ),
        security=NEEDS_KEY,
        openapi_extensions=takes(TokenRequest, ConnectorRenewal),
    )
    def reconnect_store(source: str) -> Response[str]:
        account = account_of(router)
        known = known_source(bootstrap.accounts(), account, source)
        event = router.current_event.raw_event
        if known.kind in KINDS:
            return answer_reconnect(account, source, event, deadline_of(router))
        asked = read_model(event, TokenRequest)
        request = ConnectRequest(known.store_hash, asked.access_token, source, known.api_url)
        return connect(account, request, SiteRequest(), SourceOptions(), pull_now=asked.pull_now)


def check_routes() -> Router:
    """Return the route that tries credentials and keeps nothing."""
    router = new_router()

    @router.post(
        "/v1/sources/check",
        operation_id="check_store",
        summary="Try the credentials of a source",
        description="Tries every scope and keeps nothing. Of an ad platform the answer lists the "
        "ad accounts to choose from.",
        tags=["sources"],
        responses=answers(StoreCheck, also=ConnectorCheck),
        security=NEEDS_KEY,
        openapi_extensions=takes(CredentialsRequest, ConnectorTrial),
    )
    def check_credentials() -> Response[str]:
        if names_another_kind(router.current_event.raw_event):
            return answer_check(router.current_event.raw_event, deadline_of(router))
        asked = read_model(router.current_event.raw_event, CredentialsRequest)
        check = try_store(
            ConnectRequest(asked.store, asked.access_token, api_url=asked.api_url),
            sources=bootstrap.order_sources(deadline_of(router)),
            other_api_urls=bootstrap.other_api_urls(),
        )
        answer = {
            "store_hash": parse_store_hash(asked.store),
            "can_connect": check.refusal is None,
            "reason": str(check.refusal or ""),
            "orders_total": check.orders_total,
            "scopes": scopes_of(check.findings),
            "store": asdict(check.description),
        }
        return json_answer(answer)

    return router


def _connect(
    router: Router,
    connect_source: Callable[..., Connected],
    account: str,
    request: ConnectRequest,
    site: SiteRequest,
    options: SourceOptions,
    *,
    pull_now: bool,
) -> Response[str]:
    """Connect a store, let its pages send hits, and tell how its token was tried.

    What is optional is switched before the first pull, which brings payments where they are wanted,
    and once the collector knows the shop's pages, which the script names.
    """
    connected = connect_source(
        account,
        request,
        ports=bootstrap.connect_ports(deadline_of(router)),
        other_api_urls=bootstrap.other_api_urls(),
    )
    source = connected.source
    if connected.is_new and is_only_source(account, source.source, bootstrap.accounts()):
        site = site.with_currency(source.store_currency)
    ports = bootstrap.site_ports(actor_of(router))
    opened = open_site(account, source, site, ports=ports, pull_now=False)
    wanted = options_of(options)
    if wanted != Options():
        source = switch_options(router, account, source.source, wanted)
    if pull_now:
        bootstrap.pipeline().pull(account)
    note(router, source=source.source, kind=source.kind)
    count(SourcesConnected=1)
    logger.info(
        "source connected", extra={"source": source.source, "orders": connected.orders_total}
    )
    details = details_of(source, bootstrap.clock().now())
    answer = {
        "source": source.source,
        "status": details["status"],
        "orders_total": connected.orders_total,
        "public_key": source.public_key,
        "origins": sorted(opened.origins),
        "pull_started": pull_now,
        "hint": _HINT,
        "webhooks": details["webhooks"],
        "with_transactions": details["with_transactions"],
        "script": details["script"],
        "scopes": scopes_of(connected.check.findings),
        "store": details["store"],
    }
    return json_answer(answer, status=201)


def options_of(asked: SourceOptions) -> Options:
    """Return what a body says of what is optional."""
    return Options(
        asked.webhooks,
        asked.transactions,
        asked.script,
        asked.script_consent,
        asked.hits_per_second,
    )


def switch_options(router: Router, account: str, source: str, options: Options) -> Source:
    """Switch what is optional of a source; return the source."""
    deadline = deadline_of(router)
    return set_options(
        account,
        source,
        options,
        hooks=bootstrap.hook_ports(deadline),
        script=bootstrap.script_ports(deadline),
    )


def source_routes() -> Router:
    """Return the routes that list the stores."""
    router = new_router()

    @router.get(
        "/v1/sources",
        operation_id="list_sources",
        summary="The connected sources",
        tags=["sources"],
        responses=answers(SourceList),
        security=NEEDS_KEY,
    )
    def read_sources() -> Response[str]:
        account, now = account_of(router), bootstrap.clock().now()
        sources = [details_of(one, now) for one in bootstrap.accounts().sources(account)]
        return json_answer({"account": account, "sources": sources})

    @router.get(
        "/v1/sources/<source>",
        operation_id="read_source",
        summary="One connected source",
        description="How it is, what to do about it, and how far its history is.",
        tags=["sources"],
        responses=answers(OneSource, 404),
        security=NEEDS_KEY,
    )
    def read_source(source: str) -> Response[str]:
        account = account_of(router)
        return source_answer(account, known_source(bootstrap.accounts(), account, source))

    return router


def source_answer(account: str, source: Any, status: int = 200) -> Response[str]:  # noqa: ANN401
    """Return a source as its owner sees it."""
    details = details_of(source, bootstrap.clock().now())
    return json_answer({"account": account, "source": details}, status=status)


def deadline_of(router: Router) -> datetime:
    """Return until when a store may be asked, so that there is time left for our own tables."""
    left = timedelta(milliseconds=router.lambda_context.get_remaining_time_in_millis())
    return bootstrap.clock().now() + left - _OWN_WORK
