"""The reports API's gateway in this process: a WSGI application over the functions' handlers."""

from __future__ import annotations

import base64
import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from headwater.runtime.api.callers import OPEN_ROUTES, ROLES_OF_ROUTE
from tests.lambda_side import http_event, step_of_route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from headwater.usecases.ports import ApiKey
    from tests.lambda_side import LambdaSide

type Json = dict[str, Any]


def _pattern(route: str) -> re.Pattern[str]:
    named = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(route))
    return re.compile(named)


# A literal step of a path counts more than a variable one, as at the gateway.
_ROUTES = {
    route: _pattern(route)
    for route in sorted(
        {*ROLES_OF_ROUTE, *OPEN_ROUTES}, key=lambda route: (route.count("{"), route)
    )
}


class Gateway:
    """Finds a request's route and caller, and lets the route's function answer.

    Under ``/lake/`` it hands out the facts themselves, to whom knows their address.

    Attributes:
        side: the functions, wired to whatever the test has filled.
        keys: the text of each key, and whose it is.
    """

    def __init__(self, side: LambdaSide, keys: Mapping[str, ApiKey]) -> None:
        self.side = side
        self.keys = keys

    def __call__(self, environ: Json, start_response: Callable[..., object]) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        answer = self._answer(environ)
        status = HTTPStatus(answer["statusCode"])
        start_response(f"{status.value} {status.phrase}", list(answer["headers"].items()))
        body = answer["body"] or ""
        return [base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()]

    def _answer(self, environ: Json) -> Json:
        # WSGI gives a path as bytes read as Latin-1.
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        if path.startswith("/lake/"):
            return self._file(path.removeprefix("/lake/"))
        asked = f"{environ['REQUEST_METHOD']} {path}"
        found = ((route, pattern.fullmatch(asked)) for route, pattern in _ROUTES.items())
        route, match = next(((route, match) for route, match in found if match), ("", None))
        if match is None:
            return _refusal(HTTPStatus.NOT_FOUND)
        scheme, _, key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        caller = self.keys.get(key) if scheme == "Bearer" else None
        if caller is None and route not in OPEN_ROUTES:
            return _refusal(HTTPStatus.FORBIDDEN)
        event = http_event(route, caller, headers=_headers(environ), **match.groupdict())
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        event |= _query(environ["QUERY_STRING"]) | _body(environ)
        return self.side.invoke(step_of_route(route), event, seconds=30)

    def _file(self, key: str) -> Json:
        content = self.side.workshop.facts.objects[key]
        body = base64.b64encode(content).decode()
        headers = {"Content-Type": "application/octet-stream"}
        return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": True}


def _refusal(status: HTTPStatus) -> Json:
    headers = {"Content-Type": "application/json"}
    return {
        "statusCode": status,
        "headers": headers,
        "body": json.dumps({"message": status.phrase}),
    }


def _headers(environ: Json) -> dict[str, str]:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    return {"content-type": environ.get("CONTENT_TYPE", ""), **headers}


def _query(raw: str) -> Json:
    """Return a query as the gateway states it: equal names become one, with commas between."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    joined = {name: ",".join(given) for name, given in values.items()}
    return {"rawQueryString": raw, "queryStringParameters": joined}


def _body(environ: Json) -> Json:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if not body:
        return {}
    try:
        return {"body": body.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
