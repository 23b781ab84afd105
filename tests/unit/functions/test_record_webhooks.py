from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.errors import RateLimitedError
from headwater.usecases.ports import Source
from tests.lambda_side import logged, sample
from tests.workshop import ACCOUNT, STORE, Workshop

if TYPE_CHECKING:
    import pytest

    from tests.lambda_side import LambdaSide


def connect(side: LambdaSide) -> None:
    side.workshop.accounts.save_source(ACCOUNT, Source(STORE, "bigcommerce", "abc123", "arn"))
    order = Workshop().order(250, "2026-11-20 15:00", "10.00", email="ann@example.com")
    side.stores.store.stored = (order,)


def test_an_order_that_a_webhook_names_is_fetched(
    side: LambdaSide, caplog: pytest.LogCaptureFixture
) -> None:
    connect(side)
    answer = side.invoke("record_webhooks", sample("record_webhooks"), seconds=120)
    assert answer == {"batchItemFailures": []}
    assert side.workshop.orders.get(ACCOUNT, STORE, "250") is not None
    assert "'WebhookOrdersChanged': 1" in logged(caplog)
    assert "ann@example.com" not in logged(caplog)


def test_a_store_is_waited_for_no_longer_than_the_invocation_lasts(side: LambdaSide) -> None:
    connect(side)
    side.invoke("record_webhooks", sample("record_webhooks"), seconds=120)
    [deadline] = side.stores.deadlines
    assert (deadline - side.workshop.clock.now()).total_seconds() == 100


def test_webhooks_of_a_busy_store_come_again(
    side: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(side)

    def busy(_order_ids: object) -> None:
        message = "busy"
        raise RateLimitedError(message)

    monkeypatch.setattr(side.stores.store, "orders", busy)
    event = sample("record_webhooks")
    answer = side.invoke("record_webhooks", event, seconds=120)
    [message] = event["Records"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": message["messageId"]}]}
