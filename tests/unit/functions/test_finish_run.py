from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headwater.errors import LeaseLostError
from tests.lambda_side import RUN, logged, sample
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide


def test_a_finished_run_is_published(side: LambdaSide) -> None:
    side.workshop.order(7, "2026-11-20 15:00")
    side.workshop.begin(RUN)
    side.workshop.export(RUN)
    side.workshop.compute(RUN)
    answer = side.invoke("finish_run", {"account": ACCOUNT, "run": RUN})
    head = side.workshop.runs.head(ACCOUNT)
    assert (answer["data_version"], answer["again"]) == (head.data_version, False)
    assert (head.manifest is not None, head.lease_run) == (True, "")


def test_a_failed_run_is_recorded_counted_and_let_go(
    side: LambdaSide, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    side.workshop.begin(RUN)
    answer = side.invoke("finish_run", sample("finish_run"))
    assert (answer["account"], answer["run"], answer["data_version"]) == (ACCOUNT, RUN, "")
    recorded = side.workshop.runs.recorded(ACCOUNT, RUN)
    assert (recorded["status"], recorded["failure"]) == ("failed", "StoreUnavailableError")
    assert side.workshop.runs.head(ACCOUNT).lease_run == ""
    assert '"RunsFailed":[1.0]' in capsys.readouterr().out
    assert "'error': 'StoreUnavailableError'" in logged(caplog)
    assert "ReadTimeoutError" not in logged(caplog)


def test_a_failure_without_a_name_is_recorded_too(side: LambdaSide) -> None:
    side.workshop.begin(RUN)
    side.invoke("finish_run", {"account": ACCOUNT, "run": RUN, "failure": {"Cause": "?"}})
    assert side.workshop.runs.recorded(ACCOUNT, RUN)["failure"] == "Unknown"


def test_changes_that_came_meanwhile_start_another_pull(side: LambdaSide) -> None:
    side.workshop.begin(RUN)
    now = side.workshop.clock.now()
    assert not side.workshop.runs.acquire(ACCOUNT, "another", now, now)
    assert side.invoke("finish_run", sample("finish_run"))["again"] is True
    assert side.workshop.pipeline.pulled == [ACCOUNT]


def test_a_lost_lease_leaves_the_handler_under_its_own_name(side: LambdaSide) -> None:
    with pytest.raises(LeaseLostError):
        side.invoke("finish_run", {"account": ACCOUNT, "run": RUN})
