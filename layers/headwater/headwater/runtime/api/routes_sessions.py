"""Who is signed in, and links that let people in: the owner's side of it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from headwater.domain.access import SignIn
from headwater.runtime.accessing import session_ports
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_access import ClosedSession, LinkForm, SessionList, SignInLink
from headwater.runtime.api.routing import account_of, maker_of, new_router, note
from headwater.usecases.manage_sessions import close_session, list_sessions

_CONTRACT: dict[str, Any] = {"tags": ["access"], "security": NEEDS_KEY}


def session_routes(invite: Callable[..., tuple[str, SignIn]]) -> Router:
    """Return the routes of links and sessions.

    Args:
        invite: the use case that makes a link.
    """
    router = new_router()

    @router.post(
        "/v1/sign-in-links",
        operation_id="make_sign_in_link",
        summary="Invite a marketer",
        description="The link is told this once, and lets one person in once.",
        responses=answers(SignInLink, status=201, description="The link."),
        openapi_extensions=takes(LinkForm),
        **_CONTRACT,
    )
    def make_link() -> Response[str]:
        account, made_by = account_of(router), maker_of(router)
        asked = read_model(router.current_event.raw_event, LinkForm)
        token, link = invite(
            account,
            asked.label,
            days=asked.days,
            hours=asked.hours,
            created_by=made_by,
            ports=session_ports(),
        )
        note(router, session=link.session_id, label=link.label)
        path = f"/v1/sign-in/{token}"
        document = {"account": account, "session": spelled_session(link), "path": path}
        answer = json_answer(document, status=HTTPStatus.CREATED)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @router.get(
        "/v1/sessions",
        operation_id="list_sessions",
        summary="Who is signed in",
        description="Open sessions, and links that can still be used.",
        responses=answers(SessionList),
        **_CONTRACT,
    )
    def list_all() -> Response[str]:
        account = account_of(router)
        rows = [spelled_session(each) for each in list_sessions(account, ports=session_ports())]
        return json_answer({"account": account, "rows": rows})

    @router.delete(
        "/v1/sessions/<session>",
        operation_id="close_session",
        summary="Shut a person out",
        description="Ends a session, or withdraws a link; it stops at once.",
        responses=answers(ClosedSession, 404),
        **_CONTRACT,
    )
    def close(session: Annotated[str, Path(max_length=64)]) -> Response[str]:
        account = account_of(router)
        close_session(account, session, ports=session_ports())
        return json_answer({"account": account, "closed": session})

    return router


def spelled_session(sign_in: SignIn) -> dict[str, Any]:
    """Return a sign-in as answers show it."""
    return {
        "id": sign_in.session_id,
        "state": "open" if sign_in.opened_at else "invited",
        "role": sign_in.role,
        "label": sign_in.label,
        "created_at": sign_in.created_at.isoformat(),
        "created_by": sign_in.created_by,
        "opened_at": sign_in.opened_at and sign_in.opened_at.isoformat(),
        "ends_at": sign_in.ends_at.isoformat(),
    }
