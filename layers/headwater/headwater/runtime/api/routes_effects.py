"""What the model ``markov`` rests on."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import etag_of, json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_effects import EffectsDetail, EffectsList
from headwater.runtime.api.reading import published_run, unless_known
from headwater.runtime.api.routing import account_of, new_router


def effect_routes(
    list_effects: Callable[..., dict[str, Any]], serve_effects: Callable[..., dict[str, Any]]
) -> Router:
    """Return the routes that show effects.

    Args:
        list_effects: the use case that lists versions.
        serve_effects: the one that shows one of them whole.
    """
    router = new_router()

    @router.get(
        "/v1/effects",
        operation_id="list_effects",
        summary="The versions that markov splits by",
        description="One per month, the latest first: its method, why, and on how many paths it "
        "rests. A version never changes unless the owner restates it.",
        tags=["reports"],
        responses=answers(EffectsList, 404, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_list() -> Response[str]:
        account, run = account_of(router), published_run(router)
        etag = etag_of("effects", run.data_version)

        def make() -> Response[str]:
            return json_answer(list_effects(account, run, facts=bootstrap.facts()), etag=etag)

        return unless_known(router, etag, make)

    @router.get(
        "/v1/effects/<month>",
        operation_id="read_effects",
        summary="One version of markov's effects",
        description="Its removal effects, global shares and transition counts.",
        tags=["reports"],
        responses=answers(EffectsDetail, 404, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_version(month: Annotated[str, Path(max_length=16)]) -> Response[str]:
        account, run = account_of(router), published_run(router)
        etag = etag_of("effects", run.data_version, month)

        def make() -> Response[str]:
            found = serve_effects(account, month, run, facts=bootstrap.facts())
            return json_answer(found, etag=etag)

        return unless_known(router, etag, make)

    return router
