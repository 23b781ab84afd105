"""Signing in by a link, signing out, and the page that one lands on."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from headwater.errors import InvalidParameterError
from headwater.runtime.accessing import session_ports
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.callers import require_own_origin
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_access import ClosedSession, OpenedSession
from headwater.runtime.api.pages import page_answer
from headwater.runtime.api.routes_sessions import spelled_session
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.observability import logger
from headwater.usecases.authorize_request import COOKIE
from headwater.usecases.manage_sessions import close_session
from headwater.usecases.open_session import OpenSession

type Token = Annotated[str, Path(max_length=128)]
_PAGE: dict[int, Any] = {
    200: {"description": "The page.", "content": {"text/html": {"schema": {"type": "string"}}}}
}
# What is wrong with an address that is no link.
_NO_PAGE = {status: answers(OpenedSession, 404)[status] for status in (400, 404)}


def sign_in_routes(open_session: Callable[..., OpenSession]) -> Router:
    """Return the routes of whoever signs in.

    Args:
        open_session: the use case that takes a link.
    """
    router = new_router()
    _add_pages(router)
    _add_open(router, open_session)
    _add_sign_out(router)
    return router


def _add_pages(router: Router) -> None:
    @router.get(
        "/v1/sign-in/<token>",
        operation_id="open_sign_in_page",
        summary="The page behind a sign-in link",
        description="Has a button, and uses nothing up: programs that look at mails open links.",
        tags=["access"],
        responses=_PAGE | _NO_PAGE,
    )
    def sign_in_page(token: Token) -> Response[str]:  # noqa: ARG001 - the page reads its address
        return page_answer("sign_in")

    @router.get(
        "/v1/home",
        operation_id="open_home_page",
        summary="The page of a signed-in marketer",
        description="Lists the reports, each as JSON and CSV.",
        tags=["access"],
        responses=_PAGE,
    )
    def home_page() -> Response[str]:
        return page_answer("home")


def _add_open(router: Router, open_session: Callable[..., OpenSession]) -> None:
    @router.post(
        "/v1/sign-in/<token>",
        operation_id="sign_in",
        summary="Sign in",
        description="Uses the link, once, and sets a cookie that lets this browser in. Taken from "
        "the link's own page alone (`Origin`).",
        tags=["access"],
        responses=answers(OpenedSession, 404, status=201, description="The session."),
    )
    def sign_in(token: Token) -> Response[str]:
        event = router.current_event.raw_event
        require_own_origin(event)
        request = event["requestContext"]["requestId"]
        opened = open_session(token, request, ports=session_ports())
        session = opened.sign_in
        logger.info("signed in", extra={"account": opened.account, "session": session.session_id})
        document = {"account": opened.account, "session": spelled_session(session)}
        return with_cookie(document, HTTPStatus.CREATED, opened.secret, session.days * 86_400)


def _add_sign_out(router: Router) -> None:
    @router.post(
        "/v1/sign-out",
        operation_id="sign_out",
        summary="Sign out",
        description="Ends the session of the cookie, at once.",
        tags=["access"],
        responses=answers(ClosedSession),
        security=NEEDS_KEY,
    )
    def sign_out() -> Response[str]:
        caller = router.context["caller"]
        if caller.kind != "session":
            message = "a key signs out of nothing; DELETE /v1/keys/{key} removes it"
            raise InvalidParameterError(message)
        account = account_of(router)
        close_session(account, caller.key_id, ports=session_ports())
        document = {"account": account, "closed": caller.key_id}
        return with_cookie(document, HTTPStatus.OK, "", 0)


def with_cookie(document: dict[str, Any], status: int, secret: str, seconds: int) -> Response[str]:
    """Return an answer that sets the session's cookie, or with no seconds removes it.

    Lax, so that a link to a report in a mail opens it; what changes anything needs our ``Origin``.
    """
    answer = json_answer(document, status=status)
    answer.headers["Cache-Control"] = "no-store"
    answer.cookies = [
        Cookie(COOKIE, secret, "/", http_only=True, max_age=seconds, same_site=SameSite.LAX_MODE)
    ]
    return answer
