"""Rows that other systems post: touchpoints, leads, ad cost and clicks on ads."""

from collections.abc import Callable
from dataclasses import asdict

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import BaseModel

from headwater.runtime import storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_json
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_imports import (
    AdClicksPost,
    CostsPost,
    ImportResult,
    LeadsPost,
    TouchpointsPost,
)
from headwater.runtime.api.routing import account_of, new_router, note
from headwater.runtime.observability import count, logger
from headwater.usecases.import_rows import ImportRowsResult

_KINDS: dict[str, tuple[type[BaseModel], str]] = {
    "touchpoints": (TouchpointsPost, "Import clicks"),
    "leads": (LeadsPost, "Import contacts of a CRM"),
    "costs": (CostsPost, "Import ad cost"),
    "ad_clicks": (AdClicksPost, "Import which ads click ids belong to"),
}


def import_routes(import_rows: Callable[..., ImportRowsResult]) -> Router:
    """Return the routes that take rows.

    Args:
        import_rows: the use case behind them.
    """
    router = new_router()

    def take(kind: str) -> Response[str]:
        result = import_rows(
            kind,
            account_of(router),
            read_json(router.current_event.raw_event),
            journeys=storage.journeys(),
            costs=storage.costs(),
            lake=storage.lake(),
            clock=storage.clock(),
        )
        rejected = len(result.rejected)
        logger.info(
            "rows imported",
            extra={"kind": kind, "accepted": result.accepted, "rejected": rejected},
        )
        note(router, accepted=result.accepted, rejected=rejected)
        count(RowsImported=result.accepted, RowsRejected=rejected)
        return json_answer(asdict(result))

    def add(kind: str, body: type[BaseModel], summary: str) -> None:
        @router.post(
            f"/v1/{kind.replace('_', '-')}",
            operation_id=f"import_{kind}",
            summary=summary,
            description="Good rows are kept, bad ones are answered one by one.",
            tags=["imports"],
            responses=answers(ImportResult, 413),
            security=NEEDS_KEY,
            openapi_extensions=takes(body),
        )
        def import_kind() -> Response[str]:
            return take(kind)

    for kind, (body, summary) in _KINDS.items():
        add(kind, body, summary)
    return router
