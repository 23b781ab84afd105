"""`make replay-rejected`, on mocked AWS."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.s3.lake import S3Lake
from headwater.usecases.ports import RejectedRow
from local import replay_rejected
from local.replay_rejected import main

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = "2026-11-20"
GOOD = {"type": "page", "id": "e1", "session": "s1", "url": "https://shop.example/"}
ROW = {"source": "shop", "received_at": f"{DAY}T12:00:00+00:00", "sent": 1.5, "visitor": "v1"}


@pytest.fixture
def stack(aws: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Put a stack with a lake and a queue in the place of the one that is named."""
    bucket = f"lake-{uuid.uuid4().hex}"
    aws("s3").create_bucket(Bucket=bucket)
    url = aws("sqs").create_queue(QueueName=f"hits-{uuid.uuid4().hex}")["QueueUrl"]
    outputs = {"LakeBucketName": bucket, "HitQueueUrl": url}

    class OneStack:
        def __init__(self, name: str) -> None:
            assert name == "headwater"
            self.outputs = outputs

        def client(self, service: str) -> Any:  # noqa: ANN401 - a boto3 client
            return aws(service)

    monkeypatch.setattr(replay_rejected, "NamedStack", OneStack)
    return outputs


def test_refused_hits_are_queued_again_and_the_rest_is_told(
    stack: dict[str, str], aws: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{**ROW, "event": event} for event in (GOOD, GOOD | {"type": "scroll"})]
    lake = S3Lake(aws("s3"), stack["LakeBucketName"])
    lake.keep_rejected("acme", date.fromisoformat(DAY), [RejectedRow("type", row) for row in rows])
    main(["--stack", "headwater", "--name", "acme", "--from", DAY])
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "1 hits sent to the worker again"
    assert told[1].startswith("1 refused still: type")
    received = aws("sqs").receive_message(QueueUrl=stack["HitQueueUrl"])["Messages"]
    assert ['"id":"e1"' in message["Body"] for message in received] == [True]


def test_a_stack_of_somebody_else_is_refused(stack: dict[str, str]) -> None:
    stack.clear()
    with pytest.raises(SystemExit, match="is it a stack of Headwater"):
        main(["--stack", "headwater", "--name", "acme", "--from", DAY])


def test_a_day_that_is_none_is_refused(stack: dict[str, str]) -> None:
    assert stack
    with pytest.raises(SystemExit):
        main(["--stack", "headwater", "--name", "acme", "--from", "yesterday"])
