from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.domain.settings import AccountSettings
from headwater.errors import CredentialsRejectedError, LeaseLostError, StoreUnavailableError
from headwater.usecases.ports import Source
from tests.lambda_side import RUN, logged, sample
from tests.workshop import ACCOUNT, Workshop

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide


@pytest.fixture
def connected(side: LambdaSide) -> LambdaSide:
    """An account with a store of one order."""
    source = Source("bigcommerce", "bigcommerce", "abc123", "arn:secret")
    side.workshop.accounts.save_source(ACCOUNT, source)
    side.stores.store.stored = (Workshop(clock=side.workshop.clock).order(7, "2026-11-20 15:00"),)
    return side


def test_the_schedule_pulls_every_account(side: LambdaSide) -> None:
    side.workshop.accounts.create("beta", AccountSettings(), side.workshop.clock.now())
    assert side.invoke("pull_orders", {}) == {"invoked": 2}
    assert side.workshop.pipeline.pulled == ["acme", "beta"]


def test_a_pull_that_could_not_be_invoked_fails_after_the_others(
    side: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    side.workshop.accounts.create("beta", AccountSettings(), side.workshop.clock.now())
    pull = side.workshop.pipeline.pull

    def pull_unless_acme(account: str) -> None:
        if account == "acme":
            message = "throttled"
            raise StoreUnavailableError(message)
        pull(account)

    monkeypatch.setattr(side.workshop.pipeline, "pull", pull_unless_acme)
    with pytest.raises(StoreUnavailableError, match="acme"):
        side.invoke("pull_orders", {})
    assert side.workshop.pipeline.pulled == ["beta"]


def test_an_accounts_pull_begins_a_run_and_hands_it_to_the_machine(connected: LambdaSide) -> None:
    answer = connected.invoke("pull_orders", sample("pull_orders"))
    assert (answer["account"], answer["more"], answer["orders_changed"]) == ("acme", False, 1)
    assert connected.workshop.pipeline.started == [("acme", answer["run"], False)]
    assert connected.workshop.orders.get(ACCOUNT, "bigcommerce", "7")


def test_an_account_that_is_being_pulled_is_left_alone(connected: LambdaSide) -> None:
    connected.workshop.begin()
    answer = connected.invoke("pull_orders", sample("pull_orders"))
    assert (answer["run"], answer["orders_seen"]) == (None, 0)
    assert connected.workshop.pipeline.started == []
    assert connected.workshop.runs.head(ACCOUNT).again


def test_a_run_under_way_goes_on_and_answers_the_next_states_input(
    connected: LambdaSide,
) -> None:
    connected.workshop.begin(RUN)
    answer = connected.invoke("pull_orders", {"account": "acme", "run": RUN})
    assert answer == {
        "account": "acme",
        "run": RUN,
        "more": False,
        "orders_seen": 1,
        "orders_changed": 1,
        "rejected": 0,
        "contacts_changed": 0,
        "products_changed": 1,
    }
    assert connected.workshop.pipeline.started == []


@pytest.mark.parametrize(("left", "minutes"), [(900, 10), (300, 3), (60, 0)])
def test_a_pull_ends_before_its_invocation_does(
    connected: LambdaSide, left: float, minutes: float
) -> None:
    connected.workshop.begin(RUN)
    connected.invoke("pull_orders", {"account": "acme", "run": RUN}, seconds=left)
    now = connected.workshop.clock.now()
    assert connected.stores.deadlines == [now + timedelta(minutes=minutes)]


def test_a_pull_without_time_says_that_there_is_more(connected: LambdaSide) -> None:
    connected.workshop.begin(RUN)
    answer = connected.invoke("pull_orders", {"account": "acme", "run": RUN}, seconds=60)
    assert answer["more"] is True


def test_a_lost_lease_leaves_the_handler_under_its_own_name(connected: LambdaSide) -> None:
    with pytest.raises(LeaseLostError):
        connected.invoke("pull_orders", {"account": "acme", "run": RUN})


def test_a_store_that_fails_is_logged_without_its_words(
    connected: LambdaSide, caplog: pytest.LogCaptureFixture
) -> None:
    connected.stores.store.refusal = CredentialsRejectedError("the token of ann@example.com")
    connected.invoke("pull_orders", sample("pull_orders"))
    [source] = connected.workshop.accounts.sources(ACCOUNT)
    assert source == replace(source, status="reauthorize")
    assert "'status': 'reauthorize'" in logged(caplog)
    assert "ann@example.com" not in logged(caplog)


def test_a_refresh_pulls_the_accounts_that_want_it_and_have_changes(side: LambdaSide) -> None:
    shop = side.workshop
    assert side.invoke("pull_orders", {"refresh": True}) == {"invoked": 0}
    settings = replace(shop.accounts.settings("acme"), refresh="15min")
    shop.accounts.save_settings("acme", settings, shop.clock.now())
    shop.order(7, "2026-11-20 15:00", "10.00")
    assert side.invoke("pull_orders", {"refresh": True}) == {"invoked": 1}
    assert shop.pipeline.pulled == ["acme"]
