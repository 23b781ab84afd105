"""How a route says in the contract what it takes and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.runtime.api.answers import CSV, JSON
from headwater.runtime.api.models_sources import ProblemDocument
from headwater.runtime.api.problems import CONTENT_TYPE

if TYPE_CHECKING:
    from pydantic import BaseModel

SECURITY_SCHEME, COOKIE_SCHEME = "bearer", "session"
# The contract adds the cookie to the routes that marketers may call.
NEEDS_KEY: list[dict[str, list[str]]] = [{SECURITY_SCHEME: []}]
SCHEMAS = "#/components/schemas/"
# Every model that a route has named so far: the contract, which is made of all routes, needs them.
NAMED: dict[str, type[BaseModel]] = {}
_REASONS = {
    400: "A parameter or the body is wrong; the detail says which and why.",
    401: "The request names no caller.",
    403: "The key is unknown (the gateway answers then), or its role does not open this route.",
    404: "The account has no such thing, or no finished run yet.",
    413: "The body, or the answer, is too large.",
    429: "Too many requests: wait for Retry-After seconds.",
    500: "A defect of ours.",
    503: "Something does not answer now: wait for Retry-After seconds.",
}
_ALWAYS = (400, 401, 403, 429, 500, 503)


def reference(*models: type[BaseModel]) -> dict[str, Any]:
    """Return a reference to a model's schema, or to one of several; they are in ``NAMED`` then."""
    NAMED.update({model.__name__: model for model in models})
    references = [{"$ref": SCHEMAS + model.__name__} for model in models]
    return references[0] if len(references) == 1 else {"anyOf": references}


def answers(
    model: type[BaseModel],
    *errors: int,
    status: int = 200,
    description: str = "The answer.",
    also: type[BaseModel] | None = None,
    as_csv: bool = False,
    is_cached: bool = False,
) -> dict[int, Any]:
    """Return what a route answers, for the contract.

    Args:
        model: the shape of its JSON.
        *errors: statuses of problems besides those that every route has.
        status: of the good answer.
        description: of the good answer.
        also: another shape that its JSON may have.
        as_csv: the rows also come as CSV.
        is_cached: the answer has an ETag.
    """
    content: dict[str, Any] = {JSON: {"schema": reference(model, *([also] if also else []))}}
    if as_csv:
        content[CSV] = {"schema": {"type": "string"}}
    told: dict[int, Any] = {status: {"description": description, "content": content}}
    if is_cached:
        told[status]["headers"] = {"ETag": {"schema": {"type": "string"}}}
        told[304] = {"description": "The caller has it already (If-None-Match).", "content": {}}
    problem = {CONTENT_TYPE: {"schema": reference(ProblemDocument)}}
    for error in sorted({*_ALWAYS, *errors}):
        told[error] = {"description": _REASONS[error], "content": problem}
    return told


def takes(*models: type[BaseModel], or_csv: bool = False) -> dict[str, Any]:
    """Return what a route's body has to be, for the contract: one of some models.

    Bodies are read by ``runtime.api.bodies``, which keeps every digit of an amount.
    """
    content: dict[str, Any] = {JSON: {"schema": reference(*models)}}
    if or_csv:
        content[CSV] = {"schema": {"type": "string"}}
    return {"requestBody": {"required": True, "content": content}}
