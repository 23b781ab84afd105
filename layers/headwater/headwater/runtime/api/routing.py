"""What all routes begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.domain.audit import Actor

if TYPE_CHECKING:
    from headwater.runtime.api.callers import Caller


def new_router() -> Router:
    """Return an empty router."""
    # Powertools' Router has an untyped constructor.
    make: Any = Router
    router: Router = make()
    return router


def account_of(router: Router) -> str:
    """Return the account of the request's key: the only one that an answer may be about."""
    account: str = router.context["caller"].account
    return account


def actor_of(router: Router) -> Actor:
    """Return who makes the request, as the audit log and the history of settings name him."""
    caller: Caller = router.context["caller"]
    return Actor(caller.kind, caller.key_id, caller.label, caller.role)


def maker_of(router: Router) -> str:
    """Return who makes the request, as lists of what he makes name him: ``key 9f2c41d0``."""
    actor = actor_of(router)
    return f"{actor.kind} {actor.actor_id}"


def note(router: Router, **values: object) -> None:
    """Add to what the audit log says of this request: counts and kinds, no secret and no name."""
    router.context["note"].update(values)
