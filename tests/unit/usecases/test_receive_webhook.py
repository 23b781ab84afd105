"""Whose webhooks are let in, and what is made of them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from headwater.domain.webhooks import HOOK_SCOPES, HookAddress, Notice, read_notice
from headwater.errors import InvalidRowError, StoreUnavailableError
from headwater.usecases.receive_webhook import (
    ReceivedWebhook,
    WebhookCall,
    hash_of_secret,
    receive_webhook,
)
from tests.fakes import FakeClock, FakeHitQueue, FakeHooks

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET, KEY = "s3cr3t", "5f0c9ae1"


def body(scope: str = HOOK_SCOPES[0], **data: Any) -> str:  # noqa: ANN401 - any JSON value
    said = {
        "scope": scope,
        "data": {"type": "order", "id": 250} | data,
        "created_at": 1,
        "hash": "h",
    }
    return json.dumps(said)


CALL = WebhookCall(KEY, SECRET, body())


class Door:
    def __init__(self) -> None:
        self.hooks = FakeHooks()
        self.queue = FakeHitQueue()
        self.hooks.add(hash_of_secret(SECRET), HookAddress("acme", "shop", KEY))

    def receive(self, call: WebhookCall) -> ReceivedWebhook:
        return receive_webhook(call, hooks=self.hooks, queue=self.queue, clock=FakeClock(NOON))

    def notices(self) -> list[Notice]:
        return [read_notice(message) for message in self.queue.messages]


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.mark.parametrize("scope", HOOK_SCOPES)
def test_a_webhook_of_an_order_is_queued_for_its_source(door: Door, scope: str) -> None:
    assert door.receive(replace(CALL, body=body(scope))).status == 204
    [notice] = door.notices()
    assert (notice.account, notice.source, notice.order_id) == ("acme", "shop", "250")
    assert notice.received_at == NOON


@pytest.mark.parametrize(
    "call",
    [
        replace(CALL, secret="another"),
        replace(CALL, secret=""),
        replace(CALL, secret="s" * 5_000),
        replace(CALL, public_key="another"),
        replace(CALL, public_key=""),
        replace(CALL, public_key="é"),
        replace(CALL, secret="another", body="x" * 100_000),
    ],
)
def test_whoever_knows_no_secret_is_told_nothing(door: Door, call: WebhookCall) -> None:
    assert door.receive(call) == ReceivedWebhook(401)  # type: ignore[arg-type]
    assert door.queue.messages == []


def test_a_body_that_is_too_long_is_not_parsed(door: Door) -> None:
    assert door.receive(replace(CALL, body=body(note="x" * 20_000))).status == 413
    assert door.queue.messages == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "[" * 10_000,
        body("store/cart/created"),
        body(id=None),
        body(id="a"),
        body(id=-1),
        body(id="²"),
        body(id=10**30),
        json.dumps({"scope": HOOK_SCOPES[0], "data": 7}),
    ],
)
def test_what_is_not_about_an_order_is_let_in_and_forgotten(door: Door, text: str) -> None:
    assert door.receive(replace(CALL, body=text)) == ReceivedWebhook(204, "acme")  # type: ignore[arg-type]
    assert door.queue.messages == []


def test_a_body_in_base64_is_read(door: Door) -> None:
    encoded = base64.b64encode(CALL.body.encode()).decode()
    door.receive(replace(CALL, body=encoded, is_base64=True))
    door.receive(replace(CALL, body="é", is_base64=True))
    assert [notice.order_id for notice in door.notices()] == ["250"]


def test_the_same_webhook_is_the_same_event_and_another_is_another(door: Door) -> None:
    for text in (body(), body(), body(id=251), body(HOOK_SCOPES[1])):
        door.receive(replace(CALL, body=text))
    first, again, *others = [notice.event for notice in door.notices()]
    assert first == again
    assert len({first, *others}) == 3


def test_a_webhook_that_cannot_be_queued_is_not_answered_well(door: Door) -> None:
    door.queue.is_down = True
    with pytest.raises(StoreUnavailableError):
        door.receive(CALL)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"account": 1}', '{"received_at": "never"}'])
def test_a_message_that_is_no_notice_is_refused(text: str) -> None:
    with pytest.raises(InvalidRowError):
        read_notice(text)
