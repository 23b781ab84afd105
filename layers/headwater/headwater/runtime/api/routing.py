"""What all routes begin with."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Router


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


def note(router: Router, **values: object) -> None:
    """Add to what the audit log says of this request: counts and kinds, no secret and no name."""
    router.context["note"].update(values)
