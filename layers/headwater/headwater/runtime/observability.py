"""Logs and metrics. Both hold ids and counts: no names, no addresses, no tokens."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.typing import LambdaContext

    type Handler[Event, Answer] = Callable[[Event, LambdaContext], Answer]

logger = Logger()
_metrics = Metrics(namespace="Headwater")
_counted: set[str] = set()


def count(**counts: int) -> None:
    """Add to metrics of these names; they leave with the end of the invocation."""
    for name, value in counts.items():
        _metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
        _counted.add(name)


def observed[Event, Answer](handler: Handler[Event, Answer]) -> Handler[Event, Answer]:
    """Put the invocation's id into each log line, and write the metrics down when it ends."""
    with_context: Any = logger.inject_lambda_context(handler)

    @wraps(handler)
    def observe(event: Event, context: LambdaContext) -> Answer:
        try:
            answer: Answer = with_context(event, context)
        finally:
            # Powertools warns of an invocation that ends before it has counted anything.
            if _counted:
                _counted.clear()
                _metrics.flush_metrics()
        return answer

    return observe
