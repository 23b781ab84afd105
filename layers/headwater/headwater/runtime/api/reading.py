"""What all routes that read a finished run begin and end with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import is_known, not_modified
from headwater.runtime.api.routing import account_of
from headwater.usecases.published_runs import open_published_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.event_handler import Response
    from aws_lambda_powertools.event_handler.api_gateway import Router

    from headwater.usecases.published_runs import PublishedRun


def published_run(router: Router) -> PublishedRun:
    """Return the account's last finished run; raises UnknownResourceError before the first."""
    return open_published_run(account_of(router), runs=bootstrap.runs(), lake=bootstrap.lake())


def unless_known(router: Router, etag: str, make: Callable[[], Response[str]]) -> Response[str]:
    """Return what ``make`` answers, or a 304 if the caller has the answer of this ETag."""
    given = router.current_event.headers.get("if-none-match") or ""
    return not_modified(etag) if is_known(etag, given) else make()
