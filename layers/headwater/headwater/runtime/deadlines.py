"""When an invocation must stop beginning new work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# A pull of more than ten minutes goes on in the next state, so that the lease is renewed in time.
LONGEST_PULL = timedelta(minutes=10)
# What the page at hand may still take: a slow answer of the store, and the writing of its orders.
_LAST_PAGE = timedelta(minutes=2)

# What a worker needs after a store's last answer: to write some orders.
_OWN_WRITES = timedelta(seconds=20)


def pull_deadline(now: datetime, context: LambdaContext) -> datetime:
    """Return when a pull begins no further page."""
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    return now + max(min(LONGEST_PULL, left - _LAST_PAGE), timedelta(0))


def webhook_deadline(now: datetime, context: LambdaContext) -> datetime:
    """Return until when a store may be waited for while a batch of webhooks is recorded."""
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    return now + max(left - _OWN_WRITES, timedelta(0))
