"""Webhooks in V3: which scopes are told to which address. An account sees its own alone."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from local.storefront import access
from local.storefront.call import Call
from local.storefront.dates import to_epoch
from local.storefront.exchange import Refusal, Response, json_response
from local.storefront.render_lines import Json
from local.storefront.selection_v3 import pagination

_MOST_PER_SCOPE = 10
_HTTPS_PORTS = frozenset({None, 443})
_CHANGEABLE = frozenset({"scope", "destination", "headers", "is_active"})


def hooks(call: Call) -> Response:
    """List the account's webhooks, or make one."""
    if call.request.method == "POST":
        return _create(call)
    query = call.query
    found = [
        hook
        for hook in (_render(row, call) for row in _own(call))
        if query.get("scope", hook["scope"]) == hook["scope"]
        and query.get("destination", hook["destination"]) == hook["destination"]
        and query.get("is_active", str(hook["is_active"]).lower()) == str(hook["is_active"]).lower()
    ]
    window = call.window()
    page = found[window.offset : window.offset + window.limit]
    meta = pagination(len(found), len(page), window.limit, window.offset // window.limit + 1)
    return json_response({"data": page, "meta": meta})


def hook(call: Call) -> Response:
    """Return, change or delete a webhook."""
    row = next((row for row in _own(call) if row["id"] == call.ids[0]), None)
    if row is None:
        message = "The requested resource was not found."
        raise Refusal(404, message)
    if call.request.method == "DELETE":
        call.connection.execute("DELETE FROM hooks WHERE id = ?", (row["id"],))
    elif call.request.method == "PUT":
        changed = {**_fields(row), **_body(call)}
        _check(call, changed, other_than=row["id"])
        call.connection.execute(
            "UPDATE hooks SET scope = :scope, destination = :destination, headers = :headers,"
            " is_active = :is_active, updated_at = :now WHERE id = :id",
            {**_columns(changed), "now": to_epoch(call.now), "id": row["id"]},
        )
        row = call.connection.execute("SELECT * FROM hooks WHERE id = ?", call.ids).fetchone()
    return json_response({"data": _render(row, call), "meta": {}})


def _create(call: Call) -> Response:
    asked = {"headers": None, "is_active": True, **_body(call)}
    _check(call, asked)
    row = call.connection.execute(
        "INSERT INTO hooks (token, scope, destination, headers, is_active, created_at, updated_at)"
        " VALUES (:token, :scope, :destination, :headers, :is_active, :now, :now) RETURNING *",
        {**_columns(asked), "token": _token(call), "now": to_epoch(call.now)},
    ).fetchone()
    return json_response({"data": _render(row, call), "meta": {}})


def _body(call: Call) -> dict[str, Any]:
    try:
        content = json.loads(call.request.body)
        unknown = content.keys() - _CHANGEABLE
    except (AttributeError, ValueError):
        message = "The body is no JSON object."
        raise Refusal(400, message) from None
    if unknown:
        message = f"Unknown fields: {', '.join(sorted(unknown))}"
        raise Refusal(422, message)
    return dict(content)


def _check(call: Call, asked: Mapping[str, Any], other_than: int = 0) -> None:
    scope, destination = asked.get("scope") or "", asked.get("destination") or ""
    parts = urlsplit(str(destination))
    if not str(scope).startswith("store/"):
        message = "The scope is not valid."
        raise Refusal(422, message, {"scope": "invalid value"})
    if parts.scheme != "https" or not parts.hostname or parts.port not in _HTTPS_PORTS:
        message = "The destination has to be an address of https on port 443."
        raise Refusal(422, message, {"destination": "invalid value"})
    others = [row for row in _own(call) if row["id"] != other_than and row["scope"] == scope]
    if len(others) >= _MOST_PER_SCOPE or any(row["destination"] == destination for row in others):
        message = "There is such a webhook already, or there are too many of this scope."
        raise Refusal(422, message)


def _own(call: Call) -> list[sqlite3.Row]:
    return call.connection.execute(
        "SELECT * FROM hooks WHERE token = ? ORDER BY id", (_token(call),)
    ).fetchall()


def _token(call: Call) -> str:
    return call.request.headers.get("x-auth-token", "")


def _fields(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "scope": row["scope"],
        "destination": row["destination"],
        "headers": json.loads(row["headers"]),
        "is_active": bool(row["is_active"]),
    }


def _columns(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {**asked, "headers": json.dumps(asked["headers"]), "is_active": bool(asked["is_active"])}


def _render(row: sqlite3.Row, call: Call) -> Json:
    return {
        "id": row["id"],
        "client_id": access.client_id(row["token"]),
        "store_hash": call.settings.store_hash,
        **_fields(row),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
