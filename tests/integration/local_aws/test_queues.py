"""A queue and the function it feeds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_aws.deploying import Functions, wait_for

type AwsClient = Callable[[str], Any]

# Notes each batch in a file; asks for a message again the first time if it says so.
NOTING = """
    import json, os

    def handle(event, context):
        records = event["Records"]
        with open(os.environ["NOTES"], "a") as notes:
            notes.write(json.dumps([record["body"] for record in records]) + "\\n")
        again = [
            record["messageId"]
            for record in records
            if record["body"] == "again" and record["attributes"]["ApproximateReceiveCount"] == "1"
        ]
        return {"batchItemFailures": [{"itemIdentifier": item} for item in again]}
"""


class FedFunction:
    """A queue, a function that notes its batches, and the mapping between them."""

    def __init__(self, aws_client: AwsClient, functions: Functions, name: str, notes: Path) -> None:
        self._lambda, self._sqs = aws_client("lambda"), aws_client("sqs")
        self._name, self._notes = name, notes
        functions.create(name, NOTING, Environment={"Variables": {"NOTES": str(notes)}})
        queue = self._sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "1"})
        self._url = queue["QueueUrl"]

    def feed(self, batch_size: int, window: int) -> None:
        self._lambda.create_event_source_mapping(
            FunctionName=self._name,
            EventSourceArn=f"arn:aws:sqs:us-east-1:000000000000:{self._name}",
            BatchSize=batch_size,
            MaximumBatchingWindowInSeconds=window,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )

    def send(self, bodies: list[str]) -> None:
        for start in range(0, len(bodies), 10):
            entries = [
                {"Id": str(n), "MessageBody": body}
                for n, body in enumerate(bodies[start : start + 10])
            ]
            self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)

    def left(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return sum(int(counts["Attributes"][name]) for name in names)

    def batches_when_empty(self) -> list[list[str]]:
        wait_for(lambda: self.left() == 0 or None)
        return [json.loads(line) for line in self._notes.read_text().splitlines()]


@pytest.fixture
def fed(
    aws_client: AwsClient, functions: Functions, unique_name: str, tmp_path: Path
) -> FedFunction:
    return FedFunction(aws_client, functions, unique_name, tmp_path / "notes")


def test_a_batch_may_hold_a_hundred_messages(fed: FedFunction) -> None:
    fed.send([str(n) for n in range(103)])

    fed.feed(batch_size=100, window=1)

    assert sorted(len(batch) for batch in fed.batches_when_empty()) == [3, 100]


def test_a_batching_window_gathers_what_arrives_one_by_one(fed: FedFunction) -> None:
    fed.feed(batch_size=50, window=1)

    for n in range(5):
        fed.send([str(n)])

    assert fed.batches_when_empty() == [["0", "1", "2", "3", "4"]]


def test_of_a_large_batch_only_the_reported_messages_come_again(fed: FedFunction) -> None:
    bodies = [*(str(n) for n in range(11)), "again"]
    fed.send(bodies)

    fed.feed(batch_size=len(bodies), window=1)

    assert fed.batches_when_empty() == [bodies, ["again"]]


def test_a_batch_stays_below_what_one_invocation_may_carry(fed: FedFunction) -> None:
    bodies = [letter * 250_000 for letter in "abcdefghijklmnopqrstuvwxyz"]
    for body in bodies:
        fed.send([body])

    fed.feed(batch_size=100, window=1)

    assert sorted(len(batch) for batch in fed.batches_when_empty()) == [2, 24]
