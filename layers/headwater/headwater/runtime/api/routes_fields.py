"""What the custom fields of a CRM stand for."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_fields import FieldPreview, FieldsBody, FieldsTrial, SavedFields
from headwater.runtime.api.routes_sources import deadline_of
from headwater.runtime.api.routing import account_of, new_router
from headwater.usecases.map_fields import map_fields, preview_fields


def field_routes() -> Router:
    """Return the routes of a CRM's custom fields."""
    router = new_router()
    _add_preview(router)
    _add_map(router)
    return router


def _add_preview(router: Router) -> None:
    """Add the route that reads some contacts without keeping them."""

    @router.post(
        "/v1/sources/<source>/fields/preview",
        operation_id="preview_fields",
        summary="Read contacts as other custom fields would be read",
        description="Looks at a page of contacts that changed in the last thirty days: which "
        "custom fields they have, and which clicks come of them. Nothing is kept.",
        tags=["sources"],
        responses=answers(FieldPreview, 404),
        security=NEEDS_KEY,
        openapi_extensions=takes(FieldsTrial),
    )
    def preview(source: str) -> Response[str]:
        account = account_of(router)
        asked = read_model(router.current_event.raw_event, FieldsTrial)
        found = preview_fields(
            account,
            source,
            asked.fields,
            accounts=bootstrap.accounts(),
            connectors=bootstrap.connectors(deadline_of(router)),
            now=bootstrap.clock().now(),
        )
        told: dict[str, Any] = asdict(found)
        for row in told["rows"]:
            row["created_at"] = row["created_at"] and row["created_at"].isoformat()
        return json_answer({"account": account, **told})


def _add_map(router: Router) -> None:
    """Add the route that saves them."""

    @router.put(
        "/v1/sources/<source>/fields",
        operation_id="map_fields",
        summary="Say what custom fields of a CRM stand for",
        description="The next pull, which starts at once, brings all contacts again. Clicks that "
        "were read by other fields stay.",
        tags=["sources"],
        responses=answers(SavedFields, 404),
        security=NEEDS_KEY,
        openapi_extensions=takes(FieldsBody),
    )
    def save(source: str) -> Response[str]:
        account = account_of(router)
        asked = read_model(router.current_event.raw_event, FieldsBody)
        saved = map_fields(
            account,
            source,
            asked.fields,
            accounts=bootstrap.accounts(),
            pipeline=bootstrap.pipeline(),
        )
        fields = {one.name: one.target for one in saved.lead_fields}
        return json_answer({"account": account, "source": source, "fields": fields})
