"""What an owner does with a connected source: test it, pause and resume it, remove it."""

from dataclasses import asdict
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.connector_answers import answer_test
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_connecting import OptionsRequest
from headwater.runtime.api.models_setup import SnippetList
from headwater.runtime.api.models_sources import OneSource, TriedSource
from headwater.runtime.api.routes_sources import (
    deadline_of,
    options_of,
    source_answer,
    switch_options,
)
from headwater.runtime.api.routing import account_of, new_router, note
from headwater.runtime.api.source_progress import details_of, scopes_of
from headwater.runtime.observability import logger
from headwater.usecases.connectors import KINDS
from headwater.usecases.keep_script import list_source_snippets
from headwater.usecases.manage_connectors import choose_ad_accounts
from headwater.usecases.manage_sources import (
    known_source,
    pause_source,
    remove_source,
    resume_source,
    try_source,
)

_ACCEPTED = 202


def manage_routes() -> Router:
    """Return the routes of a connected store."""
    router = new_router()
    for add in (_add_test, _add_pause, _add_resume, _add_options, _add_snippets, _add_removal):
        add(router)
    return router


def _add_test(router: Router) -> None:
    """Add the route that tries a store."""

    @router.post(
        "/v1/sources/<source>/test",
        operation_id="test_source",
        summary="Try a connected source now",
        description="Tries every scope of its token and writes down how it is.",
        tags=["sources"],
        responses=answers(TriedSource, 404),
        security=NEEDS_KEY,
    )
    def test(source: str) -> Response[str]:
        account = account_of(router)
        if known_source(bootstrap.accounts(), account, source).kind in KINDS:
            return answer_test(account, source, deadline_of(router))
        tried = try_source(account, source, ports=bootstrap.connect_ports(deadline_of(router)))
        details = details_of(tried.source, bootstrap.clock().now())
        scopes = scopes_of(tried.findings)
        answer = {"account": account, "source": details, "scopes": scopes, "ad_accounts": []}
        return json_answer(answer)


def _add_pause(router: Router) -> None:
    """Add the route that stops its pulls."""

    @router.post(
        "/v1/sources/<source>/pause",
        operation_id="pause_source",
        summary="Stop pulling a source",
        description="A pull under way stops after its page. Everything that is in stays.",
        tags=["sources"],
        responses=answers(OneSource, 404),
        security=NEEDS_KEY,
    )
    def pause(source: str) -> Response[str]:
        account = account_of(router)
        return source_answer(account, pause_source(account, source, accounts=bootstrap.accounts()))


def _add_resume(router: Router) -> None:
    """Add the route that starts them again."""

    @router.post(
        "/v1/sources/<source>/resume",
        operation_id="resume_source",
        summary="Pull a source again",
        description="At once, from where it stopped, and then as scheduled.",
        tags=["sources"],
        responses=answers(OneSource, 404),
        security=NEEDS_KEY,
    )
    def resume(source: str) -> Response[str]:
        account = account_of(router)
        resumed = resume_source(
            account, source, accounts=bootstrap.accounts(), pipeline=bootstrap.pipeline()
        )
        return source_answer(account, resumed)


def _add_options(router: Router) -> None:
    """Add the route of its options."""

    @router.put(
        "/v1/sources/<source>/options",
        operation_id="set_source_options",
        summary="Switch webhooks, transactions and the script on or off, choose ad accounts",
        description="Puts webhooks and the script into the store, or takes them out, at once. "
        "Where that fails the source's `off` says why, and the next pull tries again. The ad "
        "accounts of an ad platform are those that are pulled from now on.",
        tags=["sources"],
        responses=answers(OneSource, 404),
        security=NEEDS_KEY,
        openapi_extensions=takes(OptionsRequest),
    )
    def set_source_options(source: str) -> Response[str]:
        account = account_of(router)
        asked = read_model(router.current_event.raw_event, OptionsRequest)
        if asked.ad_accounts is not None:
            changed = choose_ad_accounts(
                account,
                source,
                tuple(asked.ad_accounts),
                ports=bootstrap.connector_ports(deadline_of(router)),
            )
            return source_answer(account, changed)
        return source_answer(account, switch_options(router, account, source, options_of(asked)))


def _add_snippets(router: Router) -> None:
    """Add the route that gives what to paste by hand."""

    @router.get(
        "/v1/sources/<source>/snippets",
        operation_id="list_snippets",
        summary="What to paste where the tracking script is put in by hand",
        description="For a theme, Google Tag Manager, Catalyst and the order page; pinned ones "
        "name the present version by its integrity.",
        tags=["sources"],
        responses=answers(SnippetList, 404),
        security=NEEDS_KEY,
    )
    def read_snippets(source: str) -> Response[str]:
        account = account_of(router)
        ports = bootstrap.script_ports(deadline_of(router))
        rows = [asdict(one) for one in list_source_snippets(account, source, ports=ports)]
        return json_answer({"account": account, "source": source, "rows": rows})


def _add_removal(router: Router) -> None:
    """Add the route that removes it."""

    @router.delete(
        "/v1/sources/<source>",
        operation_id="remove_source",
        summary="Remove a source",
        description="Its token and its public key go at once. With data=delete its orders, or its "
        "cost, are deleted by the pull that this starts, and leave the reports with the run behind "
        "it; the source is gone then. With data=keep they stay, and the name stays this source's.",
        tags=["sources"],
        responses=answers(OneSource, 404, status=202, description="It is being removed."),
        security=NEEDS_KEY,
    )
    def remove(
        source: str,
        data: Annotated[
            Literal["keep", "delete"], Query(description="What becomes of its data.")
        ] = "keep",
    ) -> Response[str]:
        account = account_of(router)
        removed = remove_source(
            account,
            source,
            with_orders=data == "delete",
            ports=bootstrap.remove_ports(deadline_of(router)),
            now=bootstrap.clock().now(),
        )
        note(router, data=data)
        logger.info("source removed", extra={"source": source, "data": data})
        return source_answer(account, removed, _ACCEPTED)
