from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headwater.runtime.observability import count, observed
from tests.lambda_side import Invocation

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> str:
    """Count as the event says, then fail as it says."""
    count(**event["counts"])
    if event.get("fails"):
        message = "no"
        raise ValueError(message)
    return "done"


def metrics(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if "_aws" in line]


def test_what_is_counted_leaves_with_the_invocation(capsys: pytest.CaptureFixture[str]) -> None:
    assert handler({"counts": {"OrdersSeen": 3}}, Invocation()) == "done"
    [emitted] = metrics(capsys)
    assert emitted["OrdersSeen"] == [3.0]
    assert emitted["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Headwater"


def test_what_was_counted_before_a_failure_is_not_lost(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="no"):
        handler({"counts": {"RunsFailed": 1}, "fails": True}, Invocation())
    assert metrics(capsys)[0]["RunsFailed"] == [1.0]


def test_an_invocation_that_counts_nothing_says_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ValueError, match="no"):
        handler({"counts": {}, "fails": True}, Invocation())
    assert metrics(capsys) == []
