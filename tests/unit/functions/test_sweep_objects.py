"""The schedule sweeps all accounts; somebody who has to may sweep one at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError, StoreUnavailableError
from tests.lambda_side import OWNER, logged, sample
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide


@pytest.fixture
def superseded(reported: LambdaSide) -> LambdaSide:
    """An account with a version that was followed by another one eight days ago."""
    shop = reported.workshop
    shop.order(99, "2026-11-20 15:00", "10.00")
    shop.run(reported=False)
    shop.clock.advance(timedelta(days=8))
    return reported


def test_all_accounts_are_swept_and_what_was_removed_is_counted(
    superseded: LambdaSide, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    superseded.workshop.accounts.create("new", AccountSettings(), superseded.workshop.clock.now())
    done = superseded.invoke("sweep_objects", {})["accounts"]
    assert list(done) == [ACCOUNT, "new"]
    removed = done[ACCOUNT]["removed"]
    assert removed > 0
    assert done["new"]["looked_at"] == 0
    assert f'"ObjectsSwept":[{removed}.0,0.0]' in capsys.readouterr().out
    assert "account swept" in logged(caplog)
    assert superseded.call("GET /v1/reports/coverage", caller=OWNER)["statusCode"] == 200


def test_the_sample_event_sweeps_its_account(superseded: LambdaSide) -> None:
    done = superseded.invoke("sweep_objects", sample("sweep_objects"))["accounts"]
    assert done[ACCOUNT]["removed"] > 0
    assert superseded.invoke("sweep_objects", {})["accounts"][ACCOUNT]["looked_at"] == 0


def test_one_account_is_swept_at_once_by_whoever_says_how_long_to_keep(
    reported: LambdaSide,
) -> None:
    shop = reported.workshop
    shop.order(99, "2026-11-20 15:00", "10.00")
    shop.run(reported=False)
    kept = [
        reported.invoke("sweep_objects", {"account": ACCOUNT, "keep_days": days})["accounts"]
        for days in (7, 0)
    ]
    assert kept[0][ACCOUNT]["removed"] == 0 < kept[1][ACCOUNT]["removed"]
    for event in ({"keep_days": 0}, {"account": ACCOUNT, "keep_days": -1}):
        with pytest.raises(InvalidParameterError, match="keep_days"):
            reported.invoke("sweep_objects", event)


def test_one_that_fails_stops_no_other_and_is_alarmed_after_three_days(
    superseded: LambdaSide,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: object) -> None:
        message = "S3 does not answer"
        raise StoreUnavailableError(message)

    shop = superseded.workshop
    shop.accounts.create("new", AccountSettings(), shop.clock.now())
    monkeypatch.setattr(shop.swept_objects, "remove", fail)
    done = superseded.invoke("sweep_objects", {})["accounts"]
    assert (done[ACCOUNT]["failure"], done["new"]["failure"]) == ("StoreUnavailableError", "")
    shop.clock.advance(timedelta(days=3, hours=1))
    capsys.readouterr()
    superseded.invoke("sweep_objects", {})
    assert '"SweepsLate":[1.0,0.0]' in capsys.readouterr().out
    assert "account not swept" in logged(caplog)


def test_what_there_is_no_time_for_waits_for_the_next_hour(superseded: LambdaSide) -> None:
    assert superseded.invoke("sweep_objects", {}, seconds=179)["accounts"] == {}
