"""Scripts in V3: what an account has put into the shop's pages. An account sees its own alone."""

import json
import re
import sqlite3
import uuid
from collections.abc import Mapping
from typing import Any

from local.storefront import access
from local.storefront.call import Call
from local.storefront.database import Row
from local.storefront.dates import iso_8601, to_epoch
from local.storefront.exchange import Refusal, Response, json_response
from local.storefront.render_lines import Json
from local.storefront.selection_v3 import pagination

_MOST_PER_ACCOUNT, _MOST_PER_CHANNEL = 10, 50
_MOST_TAGS, _LONGEST_HTML, _MOST_HASHES, _LONGEST_NAME = 5, 65_536, 5, 255
_DEFAULTS: Json = {
    "name": "",
    "description": "",
    "html": "",
    "src": "",
    "auto_uninstall": False,
    "load_method": "default",
    "location": "head",
    "visibility": "storefront",
    "kind": "src",
    "consent_category": "unknown",
    "enabled": True,
    "channel_id": 1,
    "integrity_hashes": [],
}
_CHOICES = {
    "load_method": {"default", "async", "defer"},
    "location": {"head", "footer"},
    "visibility": {"storefront", "all_pages", "checkout", "order_confirmation"},
    "kind": {"src", "script_tag"},
    "consent_category": {"essential", "functional", "analytics", "targeting", "unknown"},
}
_OF_CHECKOUT = {"all_pages", "checkout"}
_SORTS = {"name": "name", "description": "description"} | {
    f"date_{what}": f"{what}_at" for what in ("created", "modified")
}
_TAG = re.compile(r"<script[\s>]", re.IGNORECASE)


def scripts(call: Call) -> Response:
    """List the account's scripts, or make one."""
    if call.request.method == "POST":
        return _create(call)
    wanted = call.query.get("channel_id:in", "")
    channels = {int(number) for number in wanted.split(",") if number.strip().isdecimal()}
    rows = [row for row in _own(call) if not channels or row["channel_id"] in channels]
    if sort := _SORTS.get(call.query.get("sort", "")):
        is_falling = call.query.get("direction") == "desc"
        rows.sort(key=lambda row: (row[sort], row["id"]), reverse=is_falling)
    window = call.window()
    page = [_render(row) for row in rows[window.offset : window.offset + window.limit]]
    meta = pagination(len(rows), len(page), window.limit, window.offset // window.limit + 1)
    return json_response({"data": page, "meta": meta})


def script(call: Call) -> Response:
    """Return, change or delete a script."""
    name = call.request.path.rpartition("/")[2]
    row = next((row for row in _own(call) if row["uuid"] == name), None)
    if row is None:
        message = "The requested resource was not found."
        raise Refusal(404, message)
    if call.request.method == "DELETE":
        _refuse_without_scope(call, row)
        call.connection.execute("DELETE FROM scripts WHERE id = ?", (row["id"],))
        return Response(204)
    if call.request.method == "PUT":
        _refuse_without_scope(call, row)
        changed = {**_fields(row), **_body(call)}
        _check(call, changed)
        columns = {**_columns(changed), "modified_at": to_epoch(call.now)}
        settings = ", ".join(f"{column} = :{column}" for column in columns)
        call.connection.execute(
            f"UPDATE scripts SET {settings} WHERE id = :id", {**columns, "id": row["id"]}
        )
        row = next(row for row in _own(call) if row["uuid"] == name)
    return json_response({"data": _render(row), "meta": {}})


def _create(call: Call) -> Response:
    asked = {**_DEFAULTS, **_body(call)}
    _check(call, asked)
    own = _own(call)
    in_channel = call.connection.execute(
        "SELECT count(*) FROM scripts WHERE channel_id = ?", (asked["channel_id"],)
    ).fetchone()[0]
    if len(own) >= _MOST_PER_ACCOUNT or in_channel >= _MOST_PER_CHANNEL:
        message = "The maximum number of scripts has been reached."
        raise Refusal(422, message)
    row: Row = {
        **_columns(asked),
        "uuid": str(uuid.uuid4()),
        "token": _token(call),
        "created_at": to_epoch(call.now),
        "modified_at": to_epoch(call.now),
    }
    marks = ", ".join(f":{column}" for column in row)
    made = call.connection.execute(
        f"INSERT INTO scripts ({', '.join(row)}) VALUES ({marks}) RETURNING *", row
    ).fetchone()
    return json_response({"data": _render(made), "meta": {}})


def _body(call: Call) -> Json:
    try:
        content = json.loads(call.request.body)
        unknown = content.keys() - _DEFAULTS.keys()
    except (AttributeError, ValueError):
        message = "The body is no JSON object."
        raise Refusal(400, message) from None
    if unknown:
        message = f"Unknown fields: {', '.join(sorted(unknown))}"
        raise Refusal(422, message)
    return dict(content)


def _check(call: Call, asked: Mapping[str, Any]) -> None:
    wrong = {
        name: f"one of {', '.join(sorted(choices))}"
        for name, choices in _CHOICES.items()
        if asked[name] not in choices
    }
    if not 1 <= len(str(asked["name"])) <= _LONGEST_NAME:
        wrong["name"] = "required"
    known = call.connection.execute(
        "SELECT 1 FROM channels WHERE id = ? AND kind = 'storefront'", (asked["channel_id"],)
    ).fetchone()
    if not known:
        wrong["channel_id"] = "no storefront"
    if len(asked["integrity_hashes"]) > _MOST_HASHES:
        wrong["integrity_hashes"] = f"at most {_MOST_HASHES}"
    wrong |= _check_content(asked)
    if wrong:
        message = "The request body is not valid."
        raise Refusal(422, message, wrong)
    _refuse_without_scope(call, asked)


def _check_content(asked: Mapping[str, Any]) -> dict[str, str]:
    if asked["kind"] == "src":
        is_alone = asked["src"] and not asked["html"]
        return {} if is_alone else {"src": "required for src, which has no html"}
    wrong: dict[str, str] = {}
    html = str(asked["html"])
    if not 1 <= len(_TAG.findall(html)) <= _MOST_TAGS or len(html) > _LONGEST_HTML:
        wrong["html"] = "one to five script tags"
    if asked["src"]:
        wrong["src"] = "a script_tag has none"
    if asked["load_method"] != "default":
        wrong["load_method"] = "default for a script_tag"
    return wrong


def _refuse_without_scope(call: Call, row: Mapping[str, Any] | sqlite3.Row) -> None:
    granted = access.scopes_of(call.connection, _token(call)) or frozenset()
    needed = access.CHECKOUT_CONTENT if row["visibility"] in _OF_CHECKOUT else access.CONTENT
    if needed not in granted:
        message = "You don't have a required scope to access the endpoint"
        raise Refusal(403, message)


def _own(call: Call) -> list[sqlite3.Row]:
    return call.connection.execute(
        "SELECT * FROM scripts WHERE token = ? ORDER BY id", (_token(call),)
    ).fetchall()


def _token(call: Call) -> str:
    return call.request.headers.get("x-auth-token", "")


def _fields(row: sqlite3.Row) -> Json:
    fields = {name: row[name] for name in _DEFAULTS}
    for name in ("auto_uninstall", "enabled"):
        fields[name] = bool(fields[name])
    return fields | {"integrity_hashes": json.loads(row["integrity_hashes"])}


def _columns(asked: Mapping[str, Any]) -> Row:
    return {**asked, "integrity_hashes": json.dumps(asked["integrity_hashes"])}


def _render(row: sqlite3.Row) -> Json:
    fields = _fields(row)
    del fields["html" if fields["kind"] == "src" else "src"]
    return {
        "uuid": row["uuid"],
        **fields,
        "api_client_id": access.client_id(row["token"]),
        "date_created": iso_8601(row["created_at"]),
        "date_modified": iso_8601(row["modified_at"]),
    }
