"""A queue feeds its function in batches of the size and after the wait that the mapping names.

Symptom: ministack hands over at most ten messages at once whatever `BatchSize` says, and ignores
`MaximumBatchingWindowInSeconds`, so that a busy queue is drained one message at a time by as many
workers as the mapping allows.

Remedy: hold messages back until a batch is full or its oldest message has waited for the window,
then receive repeatedly up to the batch size.
"""

import time

from ministack.services import lambda_svc, sqs

# Lambda takes at most 6 MB per synchronous invocation, batches included.
_MOST_BYTES = 6_000_000


def apply() -> None:
    """Honor batch size and batching window of queue mappings."""
    receive_some = sqs._receive_messages_for_esm

    def receive(queue_url, batch_size):
        wanted = _ready_count(queue_url, int(batch_size or 1), _batching_window(queue_url))
        received = []
        while len(received) < wanted:
            more = receive_some(queue_url, wanted - len(received))
            if not more:
                break
            received += more
        return received

    sqs._receive_messages_for_esm = receive


def _batching_window(queue_url):
    for _account, _region, mapping in lambda_svc._iter_all_esms():
        queue_name = mapping.get("EventSourceArn", "").rsplit(":", 1)[-1]
        if sqs._queue_url(queue_name) == queue_url:
            return mapping.get("MaximumBatchingWindowInSeconds") or 0
    return 0


def _ready_count(queue_url, batch_size, window):
    """Return how many messages to hand over now: 0 while a batch may still fill up."""
    now = time.time()
    with sqs._queues_lock:
        queue = sqs._get_q(queue_url)
        ready = [m for m in queue["messages"] if m.get("visible_at", 0) <= now]
    fitting, size = 0, 0
    for message in ready[:batch_size]:
        size += len(message["body"])
        if fitting and size > _MOST_BYTES:
            return fitting
        fitting += 1
    if fitting == batch_size or not ready:
        return fitting
    waiting_since = min(max(m["sent_at"], m.get("visible_at", 0)) for m in ready)
    return fitting if now - waiting_since >= window else 0
