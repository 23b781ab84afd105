"""Views are sent once for each period, whatever dies, and given up where nobody takes them."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.signatures import signed_headers, signing_secret
from headwater.domain.view_deliveries import GIVEN_UP_AFTER, WEBHOOK, Delivery
from headwater.errors import StoreUnavailableError
from headwater.usecases.deliver_views import DeliverResult, SendPorts, deliver_views
from tests.fakes import FakeSecrets
from tests.unit.usecases.views import SAVED_AT, a_view
from tests.workshop import ACCOUNT, Workshop

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from headwater.domain.views import View

SECRET = signing_secret(b"k" * 32)
URL = "https://hooks.example/in"


class DiedError(Exception):
    """A function that is no more."""


@dataclass
class Receiver:
    """Somebody who takes messages, and knows those that he has by their ids."""

    status: int = 200
    taken: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    dies: bool = False

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        assert url == URL
        self.taken.append((headers, body))
        if self.dies:
            raise DiedError
        return self.status, "" if self.status else "unreachable"

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.taken]


@dataclass
class Sending:
    shop: Workshop
    receiver: Receiver
    ports: SendPorts

    def deliver(self) -> DeliverResult:
        return deliver_views(ACCOUNT, ports=self.ports)

    @property
    def delivery(self) -> Delivery:
        [delivery] = self.shop.deliveries.all(ACCOUNT)
        return delivery

    def run(self, later: timedelta) -> None:
        self.shop.clock.advance(later)
        self.shop.run(reported=False)


def report(account: str, view: View) -> tuple[int, str]:
    return 200, json.dumps({"account": account, "report": view.report, "rows": []})


@pytest.fixture(scope="module")
def finished() -> Workshop:
    shop = Workshop()
    shop.run(reported=False)
    return shop


@pytest.fixture
def sending(finished: Workshop) -> Sending:
    shop, receiver, secrets = copy.deepcopy(finished), Receiver(), FakeSecrets()
    shop.views.save(ACCOUNT, a_view())
    arn = secrets.put(ACCOUNT, "d1", SECRET)
    delivery = Delivery(
        "d1", a_view().view_id, WEBHOOK, SAVED_AT, every="day", url=URL, secret_arn=arn
    )
    shop.deliveries.add(ACCOUNT, delivery)
    ports = SendPorts(
        shop.views,
        shop.deliveries,
        secrets,
        shop.runs,
        shop.lake,
        receiver,
        shop.audit_log,
        shop.clock,
        report,
    )
    return Sending(shop, receiver, ports)


def test_a_message_says_what_the_view_shows_and_is_signed(sending: Sending) -> None:
    assert sending.deliver() == DeliverResult(sent=1)
    [(headers, body)] = sending.receiver.taken
    now = sending.shop.clock.now()
    assert headers == signed_headers(SECRET, "d1.2026-11-21", now, body)
    message = json.loads(body)
    assert message["type"] == "view.delivered"
    assert message["data"] == {
        "delivery": "d1",
        "view": a_view().view_id,
        "name": "Last week",
        "period": "2026-11-21",
        "report": {"account": ACCOUNT, "report": "roi", "rows": []},
    }
    assert (sending.delivery.sent_period, sending.delivery.sent_at) == ("2026-11-21", now)


def test_each_day_is_sent_once_however_often_somebody_calls(sending: Sending) -> None:
    for _ in range(3):
        sending.deliver()
    assert sending.receiver.ids == ["d1.2026-11-21"]
    sending.run(timedelta(days=1))
    sending.deliver()
    assert sending.receiver.ids == ["d1.2026-11-21", "d1.2026-11-22"]


@pytest.mark.parametrize(
    ("every", "days", "ids"),
    [
        # 2026-11-21 is a Saturday.
        ("week", (1, 1, 2), ["d1.week-2026-11-16", "d1.week-2026-11-23"]),
        ("month", (9, 1), ["d1.2026-11", "d1.2026-12"]),
    ],
)
def test_a_week_or_month_is_sent_with_its_first_run(
    sending: Sending, every: str, days: tuple[int, ...], ids: list[str]
) -> None:
    sending.shop.deliveries.change(
        ACCOUNT, sending.delivery, replace(sending.delivery, every=every)
    )
    sending.deliver()
    for later in days:
        sending.run(timedelta(days=later))
        sending.deliver()
    assert sending.receiver.ids == ids


def test_a_message_whose_sender_died_is_sent_again_under_the_same_id(sending: Sending) -> None:
    sending.receiver.dies = True
    with pytest.raises(DiedError):
        sending.deliver()
    sending.receiver.dies = False
    assert sending.deliver() == DeliverResult()
    sending.shop.clock.advance(timedelta(minutes=11))
    assert sending.deliver() == DeliverResult(sent=1)
    assert sending.receiver.ids == ["d1.2026-11-21"] * 2
    assert sending.deliver() == DeliverResult()


def test_a_sender_that_died_before_it_sent_costs_nothing(sending: Sending) -> None:
    def down(_account: str, _view: View) -> tuple[int, str]:
        raise StoreUnavailableError

    ports = replace(sending.ports, read_report=down)
    with pytest.raises(StoreUnavailableError):
        deliver_views(ACCOUNT, ports=ports)
    sending.shop.clock.advance(timedelta(minutes=11))
    assert sending.deliver() == DeliverResult(sent=1)
    assert sending.receiver.ids == ["d1.2026-11-21"]


def test_two_senders_at_once_send_once(sending: Sending) -> None:
    inner: list[DeliverResult] = []

    def meanwhile(account: str, view: View) -> tuple[int, str]:
        inner.append(sending.deliver())
        return report(account, view)

    outer = deliver_views(ACCOUNT, ports=replace(sending.ports, read_report=meanwhile))
    assert (outer, inner) == (DeliverResult(sent=1), [DeliverResult()])
    assert sending.receiver.ids == ["d1.2026-11-21"]


def attempts(sending: Sending, step: timedelta, until: datetime) -> int:
    while sending.shop.clock.now() < until:
        sending.deliver()
        sending.shop.clock.advance(step)
    return len(sending.receiver.taken)


def test_a_refused_message_is_tried_again_ever_more_rarely(sending: Sending) -> None:
    sending.receiver.status = 503
    assert sending.deliver() == DeliverResult(failed=1)
    assert sending.delivery.reason == "answered 503"
    assert sending.deliver() == DeliverResult()
    until = sending.shop.clock.now() + timedelta(days=1)
    assert 6 <= attempts(sending, timedelta(minutes=5), until) <= 10
    sending.receiver.status = 200
    sending.shop.clock.advance(timedelta(days=1))
    assert sending.deliver() == DeliverResult(sent=1)
    healed = sending.delivery
    assert (healed.failures, healed.failing_since, healed.reason) == (0, None, "")
    assert set(sending.receiver.ids) == {"d1.2026-11-21"}


def test_what_fails_for_days_is_switched_off_with_its_reason(sending: Sending) -> None:
    sending.receiver.status = 0
    sending.deliver()
    sending.shop.clock.advance(GIVEN_UP_AFTER)
    assert sending.deliver() == DeliverResult(failed=1, off=1)
    assert (sending.delivery.is_off, sending.delivery.reason) == (True, "unreachable")
    sending.run(timedelta(days=1))
    assert sending.deliver() == DeliverResult()


def test_who_says_that_he_is_gone_is_not_asked_again(sending: Sending) -> None:
    sending.receiver.status = 410
    assert sending.deliver() == DeliverResult(failed=1, off=1)


def test_a_view_that_cannot_be_read_fails_and_says_so(sending: Sending) -> None:
    ports = replace(sending.ports, read_report=lambda _account, _view: (413, "{}"))
    assert deliver_views(ACCOUNT, ports=ports) == DeliverResult(failed=1)
    assert sending.delivery.reason == "the report is refused with 413"


def test_too_large_a_report_is_not_sent(sending: Sending) -> None:
    large: Any = lambda _account, _view: (200, json.dumps({"rows": "x" * 1_000_000}))  # noqa: E731
    assert deliver_views(ACCOUNT, ports=replace(sending.ports, read_report=large)).failed == 1
    assert sending.delivery.reason.startswith("the message has more than 1,000,000 bytes")
    assert sending.receiver.taken == []


def test_a_delivery_that_ended_meanwhile_stays_ended(sending: Sending) -> None:
    def ending(account: str, view: View) -> tuple[int, str]:
        sending.shop.deliveries.remove(ACCOUNT, sending.delivery)
        return report(account, view)

    deliver_views(ACCOUNT, ports=replace(sending.ports, read_report=ending))
    assert sending.shop.deliveries.all(ACCOUNT) == []


def test_before_the_first_run_nothing_is_sent() -> None:
    shop = Workshop()
    shop.views.save(ACCOUNT, a_view())
    delivery = Delivery("d1", a_view().view_id, WEBHOOK, SAVED_AT, every="day", url=URL)
    shop.deliveries.add(ACCOUNT, delivery)
    receiver = Receiver()
    ports = SendPorts(
        shop.views, shop.deliveries, FakeSecrets(), shop.runs, shop.lake, receiver,
        shop.audit_log, shop.clock, report,
    )  # fmt: skip
    assert deliver_views(ACCOUNT, ports=ports) == DeliverResult()
    assert receiver.taken == []


def test_what_is_sent_stands_in_the_audit_log(sending: Sending) -> None:
    sending.deliver()
    now = sending.shop.clock.now()
    day = timedelta(days=1)
    [entry] = sending.shop.audit_log.entries(ACCOUNT, now - day, now + day, after="", limit=9)
    assert (entry.action, entry.actor.kind) == ("deliver view", "schedule")
    assert "delivery=d1" in entry.subject
