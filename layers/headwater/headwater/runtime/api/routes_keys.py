"""The keys of an account."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from headwater.domain.access import KeyRecord
from headwater.runtime.accessing import key_ports
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_access import (
    KeyList,
    KeyRequest,
    NewKey,
    RemovedKey,
    RotationRequest,
)
from headwater.runtime.api.routing import account_of, maker_of, new_router, note
from headwater.usecases.manage_keys import list_keys, remove_key, rotate_key

type KeyId = Annotated[str, Path(max_length=64)]
_CONTRACT: dict[str, Any] = {"tags": ["access"], "security": NEEDS_KEY}


def key_routes(make_key: Callable[..., tuple[str, KeyRecord]]) -> Router:
    """Return the routes of the keys.

    Args:
        make_key: the use case that makes one.
    """
    router = new_router()
    _add_list(router)
    _add_make(router, make_key)
    _add_rotate(router)
    _add_remove(router)
    return router


def _add_list(router: Router) -> None:
    @router.get(
        "/v1/keys",
        operation_id="list_keys",
        summary="Who may call",
        description="Without the secrets, of which only hashes are stored.",
        responses=answers(KeyList),
        **_CONTRACT,
    )
    def list_all() -> Response[str]:
        account, ports = account_of(router), key_ports()
        rows = [_row(record, ports.clock.now()) for record in list_keys(account, ports=ports)]
        return json_answer({"account": account, "rows": rows})


def _add_make(router: Router, make_key: Callable[..., tuple[str, KeyRecord]]) -> None:
    @router.post(
        "/v1/keys",
        operation_id="make_key",
        summary="Make a key",
        description="Its secret is told this once. A request that is repeated makes another key.",
        responses=answers(NewKey, status=201, description="The key."),
        openapi_extensions=takes(KeyRequest),
        **_CONTRACT,
    )
    def make() -> Response[str]:
        asked = read_model(router.current_event.raw_event, KeyRequest)
        made_by = maker_of(router)
        secret, record = make_key(
            account_of(router), asked.role, asked.label, created_by=made_by, ports=key_ports()
        )
        note(router, key=record.key_id, role=record.role, label=record.label)
        return _told(router, secret, record, HTTPStatus.CREATED)


def _add_rotate(router: Router) -> None:
    @router.post(
        "/v1/keys/<key>/rotate",
        operation_id="rotate_key",
        summary="Replace a key's secret",
        description="The secret before stops at once, or after a grace of up to 24 hours.",
        responses=answers(NewKey, 404),
        openapi_extensions=takes(RotationRequest),
        **_CONTRACT,
    )
    def rotate(key: KeyId) -> Response[str]:
        asked = read_model(router.current_event.raw_event, RotationRequest)
        grace = timedelta(hours=asked.grace_hours)
        secret, record = rotate_key(account_of(router), key, grace, ports=key_ports())
        note(router, grace_hours=asked.grace_hours)
        return _told(router, secret, record, HTTPStatus.OK)


def _add_remove(router: Router) -> None:
    @router.delete(
        "/v1/keys/<key>",
        operation_id="remove_key",
        summary="Remove a key",
        description="It stops at once. The last owner key stays.",
        responses=answers(RemovedKey, 404),
        **_CONTRACT,
    )
    def remove(key: KeyId) -> Response[str]:
        account = account_of(router)
        record = remove_key(account, key, ports=key_ports())
        note(router, role=record.role, label=record.label)
        return json_answer({"account": account, "removed": record.key_id})


def _told(router: Router, secret: str, record: KeyRecord, status: int) -> Response[str]:
    row = _row(record, key_ports().clock.now())
    document = {"account": account_of(router), "key": row, "secret": secret}
    answer = json_answer(document, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _row(record: KeyRecord, now: datetime) -> dict[str, Any]:
    old_ends_at = record.old_ends_at if record.old_ends_at and now < record.old_ends_at else None
    return {
        "id": record.key_id,
        "role": record.role,
        "label": record.label,
        "created_at": record.created_at.isoformat(),
        "created_by": record.created_by,
        "rotated_at": record.rotated_at and record.rotated_at.isoformat(),
        "old_secret_ends_at": old_ends_at and old_ends_at.isoformat(),
    }
