"""Sales that stand in two sources."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import etag_of, json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_duplicates import DuplicateList
from headwater.runtime.api.reading import published_run, unless_known
from headwater.runtime.api.routing import account_of, new_router


def duplicate_routes(list_duplicates: Callable[..., dict[str, Any]]) -> Router:
    """Return the route that lists suspected pairs.

    Args:
        list_duplicates: the use case behind it.
    """
    router = new_router()

    @router.get(
        "/v1/duplicates",
        operation_id="list_duplicates",
        summary="Sales that stand in two sources",
        description="Pairs of orders that the last run suspects to be one sale. An open pair "
        "counts twice until the account says which source owns such sales.",
        tags=["reports"],
        responses=answers(DuplicateList, 404, 413, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_duplicates(
        state: Annotated[
            Literal["open", "settled"] | None, Query(description="Only these pairs.")
        ] = None,
    ) -> Response[str]:
        account, run = account_of(router), published_run(router)
        etag = etag_of("duplicates", run.data_version, state)

        def make() -> Response[str]:
            found = list_duplicates(account, run, facts=bootstrap.facts(), state=state)
            return json_answer(found, etag=etag)

        return unless_known(router, etag, make)

    return router
