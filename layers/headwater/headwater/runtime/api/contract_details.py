"""What the contract has to say beyond what the routes say: the gateway's answers, exact bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.row_views import MOST_ROWS
from headwater.runtime.api.answers import JSON
from headwater.runtime.api.asked_figures import FigureAsked
from headwater.runtime.api.bodies import LONGEST_VALUES
from headwater.runtime.api.contract import SCHEMAS
from headwater.runtime.api.report_answers import ReportAsked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

type Json = dict[str, Any]

# What the gateway answers by itself, before any function is asked or after none has answered.
_OF_GATEWAY = ("403", "413", "429", "500", "503")
_REFUSAL = {
    "type": "object",
    "title": "GatewayRefusal",
    "description": "The gateway's own words, where it answers itself.",
    "properties": {"message": {"type": "string"}},
    "required": ["message"],
    "examples": [{"message": "Forbidden"}],
}
# The route that reads its parameters into ``FigureAsked``, and what Powertools tells of a field.
_FIGURES = "/v1/reports/{report}/rows"
_PLAIN = ({"type": "string"}, {"type": "integer"})
_TOO_LARGE = "The body, or the answer, is too large."


def complete(document: Json) -> None:
    """Write into a contract what Powertools leaves out of it.

    Parameters that a model reads together come without their bounds there, optional ones allow a
    null that no address can hold, and nothing is known of the gateway.
    """
    of_rows, of_figures = _fields_of(ReportAsked), _fields_of(FigureAsked)
    for path, operation in _operations(document):
        fields = of_figures if path == _FIGURES else of_rows
        for parameter in operation.get("parameters", ()):
            asked = fields.get(parameter["name"])
            schema = asked if asked and parameter["schema"] in _PLAIN else None
            schema = _never_null(schema or parameter["schema"])
            parameter["schema"] = _bounded(schema, parameter["in"])
        responses = operation["responses"]
        if "requestBody" in operation and "400" in responses:
            responses.setdefault("413", responses["400"] | {"description": _TOO_LARGE})
        if "security" in operation:
            refusal = {"schema": {"$ref": f"{SCHEMAS}GatewayRefusal"}}
            for status in responses.keys() & set(_OF_GATEWAY):
                content = {**responses[status]["content"], JSON: refusal}
                responses[status] = responses[status] | {"content": content}
    document["components"]["schemas"]["GatewayRefusal"] = _REFUSAL


def _operations(document: Json) -> Iterator[tuple[str, Json]]:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            yield path, operation


def _fields_of(model: type[BaseModel]) -> Mapping[str, Json]:
    """Return the schemas of the parameters that a model reads together, by name."""
    fields: dict[str, Json] = model.model_json_schema()["properties"]
    fields["limit"] |= {"minimum": 1, "maximum": MOST_ROWS}
    return fields


def _bounded(schema: Json, place: str) -> Json:
    """Return the schema of a parameter, of which no route takes more than fits its place."""
    is_bounded = schema.keys() & {"$ref", "enum", "maxLength"} or schema.get("type") != "string"
    return schema if is_bounded else {**schema, "maxLength": LONGEST_VALUES[place]}


def _never_null(schema: Json) -> Json:
    """Return the schema of a parameter without the null that stands for its absence."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    bounds = {name: rest.pop(name) for name in ("minimum", "maximum") if name in rest}
    return {**kinds[0], **bounds, **rest}
