"""A run lets its deliveries go out, and none of them can fail it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.errors import StoreUnavailableError
from headwater.runtime.settings import settings
from headwater.usecases.ports import ApiKey
from tests.lambda_side import OWNER, RUN, logged, sample
from tests.unit.usecases.views import a_view
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.lambda_side import Json, LambdaSide

URL = "https://hooks.example/in"
BODY: dict[str, Any] = {"view": a_view().view_id, "by": "webhook", "every": "day", "url": URL}


@pytest.fixture
def sharing(reported: LambdaSide) -> LambdaSide:
    reported.workshop.views.save(ACCOUNT, a_view())
    return reported


def made(side: LambdaSide, **more: object) -> Json:
    answer = side.call("POST /v1/deliveries", caller=OWNER, body={**BODY, **more})
    assert answer["statusCode"] == 201, answer["body"]
    told: Json = answer["json"]
    return told


def row(side: LambdaSide) -> Json:
    [told] = side.call("GET /v1/deliveries", caller=OWNER)["json"]["rows"]
    found: Json = told
    return found


def test_a_webhook_is_sent_with_the_report_and_signed_with_the_secret_that_was_shown(
    sharing: LambdaSide,
) -> None:
    secret = made(sharing)["secret"]
    answer = sharing.invoke("deliver_views", sample("deliver_views"))
    assert answer["accounts"] == {ACCOUNT: {"sent": 1, "failed": 0, "off": 0}}
    [(url, headers, body)] = sharing.web_hooks.posted
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert (url, headers["webhook-signature"]) == (URL, f"v1,{digest}")
    shown = sharing.call("GET /v1/views/{view}/report", caller=OWNER, view=a_view().view_id)
    assert json.loads(body)["data"]["report"] == shown["json"]
    told = row(sharing)
    assert (told["state"], told["sent_period"]) == ("on", "2026-11-21")
    assert secret not in json.dumps(told)
    sharing.invoke("deliver_views", {})
    assert len(sharing.web_hooks.posted) == 1


def test_a_failure_is_shown_with_its_reason_and_counted(
    sharing: LambdaSide, capsys: pytest.CaptureFixture[str]
) -> None:
    made(sharing)
    sharing.web_hooks.status = 500
    answer = sharing.invoke("deliver_views", {})
    assert answer["accounts"][ACCOUNT] == {"sent": 0, "failed": 1, "off": 0}
    told = row(sharing)
    assert (told["state"], told["reason"]) == ("failing", "answered 500")
    assert told["next_try_at"] == "2026-11-21T14:05:00+00:00"
    assert '"DeliveriesFailed":[1.0]' in capsys.readouterr().out


def test_the_secret_of_a_delivery_that_ends_is_deleted(sharing: LambdaSide) -> None:
    delivery = made(sharing)["delivery"]
    assert len(sharing.secrets.tokens) == 1
    sharing.call("DELETE /v1/deliveries/{delivery}", caller=OWNER, delivery=delivery)
    assert sharing.secrets.tokens == {}
    sharing.invoke("deliver_views", {})
    assert sharing.web_hooks.posted == []


def test_a_finished_run_starts_the_deliveries_of_its_account(sharing: LambdaSide) -> None:
    sharing.run_pipeline()
    assert sharing.deliverer.started == []
    made(sharing)
    sharing.run_pipeline()
    assert sharing.deliverer.started == [ACCOUNT]


@pytest.mark.parametrize("failure", [StoreUnavailableError("down"), ValueError("a defect")])
def test_deliveries_that_cannot_be_started_do_not_fail_a_run(
    sharing: LambdaSide, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    made(sharing)
    sharing.deliverer.failure = failure
    assert sharing.run_pipeline()
    head = sharing.workshop.runs.head(ACCOUNT)
    assert head.lease_run == ""
    assert "deliveries not started" in logged(caplog)


def test_a_failed_run_delivers_nothing(sharing: LambdaSide) -> None:
    made(sharing)
    sharing.workshop.begin(RUN)
    sharing.invoke("finish_run", sample("finish_run"))
    assert sharing.deliverer.started == []


def test_what_time_is_too_short_for_waits_for_the_next_hour(sharing: LambdaSide) -> None:
    made(sharing)
    assert sharing.invoke("deliver_views", {}, seconds=59)["accounts"] == {}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"url": None}, "takes every and url"),
        ({"every": None}, "takes every and url"),
        ({"every": "hour"}, "every: "),
        ({"by": "link"}, "by link takes no more"),
        ({"by": "email"}, "by email takes every and to"),
        ({"by": "fax"}, "by: "),
        ({"to": "ann@shop.example"}, "by webhook takes every and url"),
        ({"url": "http://hooks.example/in"}, "url: https"),
        ({"url": "ftp://hooks.example/in"}, "url: not_a_url"),
        ({"url": "https://me:secret@hooks.example/"}, "url: credentials"),
        ({"url": "https://hooks.example:8443/"}, "url: port"),
        ({"url": "https://10.0.0.7/in"}, "url: foreign_host"),
        ({"url": "https://127.0.0.1/in"}, "url: foreign_host"),
        ({"url": "https://[::1]/in"}, "url: foreign_host"),
        ({"url": "https://hooks.example/" + "x" * 2_048}, "url: "),
    ],
)
def test_what_is_no_webhook_is_refused(sharing: LambdaSide, body: Json, reason: str) -> None:
    answer = sharing.call("POST /v1/deliveries", caller=OWNER, body={**BODY, **body})
    assert answer["statusCode"] == 400
    assert reason in answer["json"]["detail"]
    assert "secret@" not in answer["body"]
    assert (sharing.workshop.deliveries.all(ACCOUNT), sharing.secrets.tokens) == ([], {})


MAIL: dict[str, Any] = {
    "view": a_view().view_id, "by": "email", "every": "week", "to": "ann@shop.example",
}  # fmt: skip


@pytest.fixture
def mailing(sharing: LambdaSide, monkeypatch: pytest.MonkeyPatch) -> Iterator[LambdaSide]:
    monkeypatch.setenv("DELIVERY_SENDER", "reports@shop.example")
    settings.cache_clear()
    yield sharing
    settings.cache_clear()


def test_an_email_brings_the_rows_as_csv_and_stands_in_no_log(
    mailing: LambdaSide, caplog: pytest.LogCaptureFixture
) -> None:
    answer = mailing.call("POST /v1/deliveries", caller=OWNER, body=MAIL)
    assert answer["statusCode"] == 201, answer["body"]
    assert answer["json"]["to"] == "ann@shop.example"
    mailing.invoke("deliver_views", {})
    mailing.invoke("deliver_views", {})
    [mail] = mailing.mailer.sent
    assert (mail.to, mail.subject) == ("ann@shop.example", "Last week: week-2026-11-16")
    assert mail.file_name == "roi-week-2026-11-16.csv"
    shown = mailing.call(
        "GET /v1/views/{view}/report",
        caller=OWNER,
        view=a_view().view_id,
        headers={"accept": "text/csv"},
    )
    assert mail.attachment.decode() == shown["body"]
    assert "'=brand" in shown["body"]
    assert "ann@shop.example" not in logged(caplog)
    # Who is no owner sees that somebody gets it, not who.
    marketer = ApiKey(ACCOUNT, "marketer", "k")
    told = mailing.call("GET /v1/deliveries", caller=marketer)["body"]
    assert "ann@shop.example" not in told


def test_a_refused_email_is_tried_again_and_says_why(mailing: LambdaSide) -> None:
    mailing.call("POST /v1/deliveries", caller=OWNER, body=MAIL)
    mailing.mailer.refusal = "refused by SES: MessageRejected"
    mailing.invoke("deliver_views", {})
    told = row(mailing)
    assert (told["state"], told["reason"]) == ("failing", "refused by SES: MessageRejected")
    assert told["sent_period"] == ""
    mailing.mailer.refusal = ""
    mailing.workshop.clock.advance(timedelta(minutes=6))
    mailing.invoke("deliver_views", {})
    assert len(mailing.mailer.sent) == 1


def test_a_mail_whose_sender_died_is_not_sent_twice(
    mailing: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing.call("POST /v1/deliveries", caller=OWNER, body=MAIL)
    with monkeypatch.context() as patch:
        patch.setattr(mailing.workshop.deliveries, "change", _dying(mailing, 2))
        with pytest.raises(MemoryError):
            mailing.invoke("deliver_views", {})
    assert len(mailing.mailer.sent) == 1
    mailing.workshop.clock.advance(timedelta(hours=1))
    mailing.invoke("deliver_views", {})
    assert len(mailing.mailer.sent) == 1


def _dying(side: LambdaSide, at: int) -> Callable[..., bool]:
    """Return a write that works until its n-th call, which nobody survives."""
    write, calls = side.workshop.deliveries.change, iter(range(1, at + 1))

    def change(*arguments: Any) -> bool:  # noqa: ANN401
        if next(calls) == at:
            raise MemoryError
        return write(*arguments)

    return change


def test_a_deployment_without_a_sender_says_what_it_needs(sharing: LambdaSide) -> None:
    answer = sharing.call("POST /v1/deliveries", caller=OWNER, body=MAIL)
    assert answer["statusCode"] == 400
    assert "it needs the parameter DeliverySender" in answer["json"]["detail"]


@pytest.mark.parametrize(
    "to", ["ann", "ann@shop", "a b@shop.example", "a@b@shop.example", "a@shop.example, b@c.example",
           "a@shop.example\r\nBcc: b@c.example", "Ann <ann@shop.example>"]
)  # fmt: skip
def test_what_is_no_address_is_refused(mailing: LambdaSide, to: str) -> None:
    answer = mailing.call("POST /v1/deliveries", caller=OWNER, body={**MAIL, "to": to})
    assert answer["statusCode"] == 400
    assert mailing.workshop.deliveries.all(ACCOUNT) == []
