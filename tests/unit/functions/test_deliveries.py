"""Links to views: whoever has one sees that view, masked, until it is revoked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.view_deliveries import MOST_DELIVERIES
from headwater.usecases.manage_deliveries import hash_of_link
from headwater.usecases.ports import ApiKey
from tests.lambda_side import OWNER, logged
from tests.unit.usecases.views import a_link, a_view
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from tests.lambda_side import Json, LambdaSide

CREATE, LIST = "POST /v1/deliveries", "GET /v1/deliveries"
END, SHARED = "DELETE /v1/deliveries/{delivery}", "GET /v1/shared/{link}"
RIVAL = ApiKey("rival", "owner", "k")


@pytest.fixture
def shared(reported: LambdaSide) -> LambdaSide:
    reported.workshop.views.save(ACCOUNT, a_view(range="last_7_days", by="campaign"))
    return reported


def new_link(side: LambdaSide) -> tuple[str, str]:
    answer = side.call(CREATE, caller=OWNER, body={"view": a_view().view_id, "by": "link"})
    assert answer["statusCode"] == 201
    return answer["json"]["delivery"], answer["json"]["path"].removeprefix("/v1/shared/")


def opened(side: LambdaSide, link: str, **more: Any) -> Json:  # noqa: ANN401
    return side.call(SHARED, link=link, **more)


def test_a_link_shows_what_its_view_shows_without_a_key(shared: LambdaSide) -> None:
    _, link = new_link(shared)
    view = a_view().view_id
    own = shared.call("GET /v1/views/{view}/report", caller=OWNER, view=view)
    answer = opened(shared, link)
    assert answer["statusCode"] == 200
    assert answer["json"] == own["json"]
    assert answer["json"]["rows"]
    headers = answer["headers"]
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    tag = {"if-none-match": headers["ETag"]}
    assert opened(shared, link, headers=tag)["statusCode"] == 304


def test_a_browser_gets_csv_by_asking_for_it_in_the_address(shared: LambdaSide) -> None:
    _, link = new_link(shared)
    answer = opened(shared, link, query="format=csv", headers={"accept": "text/html"})
    assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    assert "'=brand" in answer["body"]
    assert opened(shared, link, query="format=xls")["statusCode"] == 400
    assert opened(shared, link, query="by=source")["statusCode"] == 400


def test_a_revoked_link_shows_nothing_at_once(shared: LambdaSide) -> None:
    delivery, link = new_link(shared)
    _, other = new_link(shared)
    assert opened(shared, link)["statusCode"] == 200
    assert shared.call(END, caller=OWNER, delivery=delivery)["statusCode"] == 200
    revoked, unknown = opened(shared, link), opened(shared, "f" * 64)
    assert revoked["statusCode"] == unknown["statusCode"] == 404
    assert revoked["body"] == unknown["body"]
    assert opened(shared, other)["statusCode"] == 200
    assert shared.call(END, caller=OWNER, delivery=delivery)["statusCode"] == 404


def test_only_the_hash_of_a_link_is_kept_and_nothing_of_it_logged(
    shared: LambdaSide, caplog: pytest.LogCaptureFixture
) -> None:
    _, link = new_link(shared)
    assert len(link) == 64
    [delivery] = shared.workshop.deliveries.all(ACCOUNT)
    assert delivery.link_sha256 == hash_of_link(link)
    assert link not in repr(delivery)
    opened(shared, link)
    assert link not in logged(caplog)
    [row] = shared.call(LIST, caller=OWNER)["json"]["rows"]
    assert row["delivery"] == delivery.delivery_id
    assert link not in str(row)


def test_a_link_follows_the_view_and_the_runs(shared: LambdaSide) -> None:
    _, link = new_link(shared)
    shared.workshop.clock.advance(timedelta(days=1))
    shared.run_pipeline()
    assert opened(shared, link)["json"]["parameters"]["to"] == "2026-11-21"
    shared.workshop.views.save(ACCOUNT, a_view("journeys", range="yesterday"))
    assert opened(shared, link)["json"]["report"] == "journeys"


def test_emails_are_masked_for_whoever_has_a_link(shared: LambdaSide) -> None:
    shared.workshop.click("2026-11-19 09:00", campaign="ann@example.com")
    shared.run_pipeline()
    _, link = new_link(shared)
    assert "ann@example.com" not in opened(shared, link)["body"]


def test_a_view_that_is_delivered_is_not_removed(shared: LambdaSide) -> None:
    delivery, _ = new_link(shared)
    remove = "DELETE /v1/views/{view}"
    answer = shared.call(remove, caller=OWNER, view=a_view().view_id)
    assert answer["statusCode"] == 400
    assert "deliveries send it" in answer["json"]["detail"]
    shared.call(END, caller=OWNER, delivery=delivery)
    assert shared.call(remove, caller=OWNER, view=a_view().view_id)["statusCode"] == 200


def test_nobody_delivers_or_ends_what_is_anothers(shared: LambdaSide) -> None:
    delivery, link = new_link(shared)
    body = {"view": a_view().view_id, "by": "link"}
    assert shared.call(CREATE, caller=RIVAL, body=body)["statusCode"] == 404
    assert shared.call(END, caller=RIVAL, delivery=delivery)["statusCode"] == 404
    assert shared.call(LIST, caller=RIVAL)["json"]["rows"] == []
    assert opened(shared, link)["statusCode"] == 200


@pytest.mark.parametrize("body", [{}, {"view": "v", "by": "fax"}, {"view": 7, "by": "link"}])
def test_what_is_no_delivery_is_refused(shared: LambdaSide, body: Json) -> None:
    assert shared.call(CREATE, caller=OWNER, body=body)["statusCode"] == 400
    assert shared.workshop.deliveries.all(ACCOUNT) == []


def test_an_account_has_so_many_deliveries_and_no_more(shared: LambdaSide) -> None:
    for number in range(MOST_DELIVERIES):
        link = replace(a_link(str(number)), delivery_id=f"d{number}")
        shared.workshop.deliveries.add(ACCOUNT, link)
    body = {"view": a_view().view_id, "by": "link"}
    assert shared.call(CREATE, caller=OWNER, body=body)["statusCode"] == 400
