"""Requests: bounded before they are parsed, and bodies parsed without losing a digit."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from headwater.runtime.api.problems import invalid_body, invalid_fields, too_large

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

# Lambda takes 6 MB, in which the rest of the event and the escapes of the body have to fit.
LARGEST_BODY = 5_000_000
# What a parameter can hold, in characters; a route may take less.
LONGEST_VALUES = {"query": 2_000, "path": 128}


def refuse_large(event: Mapping[str, Any]) -> None:
    """Raise ProblemError if a request's body is over 5 MB."""
    body = event.get("body") or ""
    # Base64 writes three bytes as four characters.
    size = len(body) * 3 // 4 if event.get("isBase64Encoded") else len(body)
    if size > LARGEST_BODY:
        message = f"The body has more than {LARGEST_BODY:,} bytes; send it in parts."
        raise too_large(message)


def refuse_long(event: Mapping[str, Any]) -> None:
    """Raise ProblemError if a request's address holds more than any route asks for."""
    query = (event.get("queryStringParameters") or {}).items()
    given = [("query", name, value) for name, value in query]
    given += [("path", "address", part) for part in event["rawPath"].split("/")]
    long = [
        {"loc": (place, name[:64]), "msg": f"at most {LONGEST_VALUES[place]:,} characters"}
        for place, name, value in given
        if len(value) > LONGEST_VALUES[place]
    ]
    if long:
        raise invalid_fields(long)


def read_json(event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value of a request's body, its fractions as Decimals.

    Raises:
        ProblemError: there is none.
    """
    text = read_text(event)
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (RecursionError, ValueError):
        message = "The body is not JSON."
        raise invalid_body(message) from None


def read_model[M: BaseModel](event: Mapping[str, Any], model: type[M]) -> M:
    """Return a request's body as a model.

    Raises:
        ProblemError: naming each wrong field, never its value, which may be a secret.
    """
    try:
        return model.model_validate(read_json(event))
    except ValidationError as error:
        raise invalid_fields(
            [{"loc": e["loc"] or ("body",), "msg": e["msg"]} for e in error.errors()]
        ) from None


def read_text(event: Mapping[str, Any]) -> str:
    """Return a request's body as text.

    Raises:
        ProblemError: it is not UTF-8.
    """
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body, validate=True).decode()
    except ValueError:
        message = "The body is not UTF-8."
        raise invalid_body(message) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
