from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from headwater.errors import RateLimitedError
from tests.lambda_side import logged, sample

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pytest

    from headwater.domain.journeys import Touchpoint
    from tests.lambda_side import LambdaSide

DAY = date(2026, 11, 21)


def test_queued_hits_become_journeys(side: LambdaSide) -> None:
    assert side.invoke("record_hits", sample("record_hits")) == {"batchItemFailures": []}
    journeys = side.workshop.journeys
    [touch] = journeys.touchpoints_on("acme", DAY)
    assert (touch.visitor, touch.campaign.campaign) == ("v-01JD3T8Q", "brand")
    assert [link.visitor for link in journeys.identifications_on("acme", DAY)] == ["v-01JD3T8Q"]


def test_only_the_message_that_failed_comes_again(
    side: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = sample("record_hits")
    good = event["Records"][0]
    throttled = {**good, "messageId": "throttled", "body": good["body"].replace("acme", "busy")}
    add = side.workshop.journeys.add_touchpoints

    def add_unless_busy(
        account: str, touchpoints: Sequence[Touchpoint], received_at: datetime
    ) -> int:
        if account == "busy":
            message = "throttled"
            raise RateLimitedError(message)
        return add(account, touchpoints, received_at)

    monkeypatch.setattr(side.workshop.journeys, "add_touchpoints", add_unless_busy)
    answer = side.invoke("record_hits", {"Records": [throttled, good]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "throttled"}]}
    assert len(list(side.workshop.journeys.touchpoints_on("acme", DAY))) == 1


def test_what_was_recorded_is_counted_without_the_person(
    side: LambdaSide, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    side.invoke("record_hits", sample("record_hits"))
    assert '"HitsRecorded":[3.0]' in capsys.readouterr().out
    assert "'HitsRecorded': 3" in logged(caplog)
    assert "ann@example.com" not in logged(caplog)
