"""The queue between the collector's edge and its worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.adapters.aws_errors import translated
from headwater.errors import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_sqs import SQSClient

# What one SendMessageBatch takes.
_MESSAGES, _BYTES = 10, 256 * 1024


class SqsHitQueue:
    """The port ``HitQueue`` on one standard queue."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, messages: Sequence[str]) -> None:
        """Queue messages.

        Raises:
            StoreUnavailableError: the queue did not take all of them. Those it took stay; every
                hit is idempotent, so the whole lot may be sent again.
            RateLimitedError: the queue asks us to slow down.
        """
        for batch in _batches(messages):
            with translated():
                answer = self._client.send_message_batch(
                    QueueUrl=self._queue_url,
                    Entries=[
                        {"Id": str(number), "MessageBody": body}
                        for number, body in enumerate(batch)
                    ],
                )
            if failed := answer.get("Failed"):
                message = f"the queue refused {len(failed)} of {len(batch)} messages"
                raise StoreUnavailableError(message)


def _batches(messages: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for message in messages:
        length = len(message.encode())
        if batch and (len(batch) == _MESSAGES or size + length > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += length
    if batch:
        yield batch
