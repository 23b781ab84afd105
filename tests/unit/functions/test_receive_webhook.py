from __future__ import annotations

import json
from typing import TYPE_CHECKING

from headwater.domain.webhooks import HookAddress, read_notice
from headwater.usecases.receive_webhook import SECRET_HEADER, hash_of_secret
from tests.lambda_side import imported_by, logged, sample

if TYPE_CHECKING:
    import pytest

    from tests.lambda_side import LambdaSide


def let_in(side: LambdaSide) -> str:
    event = sample("receive_webhook")
    secret = event["headers"][SECRET_HEADER]
    address = HookAddress("acme", "bigcommerce", event["pathParameters"]["key"])
    side.hooks.add(hash_of_secret(secret), address)
    return str(secret)


def test_a_stores_webhook_is_queued_and_answered_without_a_body(side: LambdaSide) -> None:
    let_in(side)
    assert side.invoke("receive_webhook", sample("receive_webhook")) == {"statusCode": 204}
    [message] = side.webhook_queue.messages
    notice = read_notice(message)
    assert (notice.account, notice.source, notice.order_id) == ("acme", "bigcommerce", "250")


def test_a_strangers_webhook_is_refused_without_a_word(side: LambdaSide) -> None:
    assert side.invoke("receive_webhook", sample("receive_webhook")) == {"statusCode": 401}
    bare = sample("receive_webhook") | {"headers": {}, "pathParameters": None, "body": None}
    assert side.invoke("receive_webhook", bare) == {"statusCode": 401}
    assert side.webhook_queue.messages == []


def test_the_secret_is_not_logged(side: LambdaSide, caplog: pytest.LogCaptureFixture) -> None:
    secret = let_in(side)
    side.invoke("receive_webhook", sample("receive_webhook"))
    assert "webhook received" in logged(caplog)
    assert secret not in logged(caplog)
    assert secret not in json.dumps(side.webhook_queue.messages)


def test_it_starts_without_what_reports_need() -> None:
    assert not {"duckdb", "numpy", "requests", "pydantic"} & imported_by("receive_webhook")
