"""Gives every order's revenue to touchpoints, under every model."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.attribute_orders import attribute_orders
from headwater.usecases.merge_buckets import merge_buckets


@observed
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Attribute one bucket of a run ({account, run, bucket, of}), or merge them ({…, merge})."""
    run = {"account": event["account"], "run": event["run"]}
    desk, facts = bootstrap.desk(), bootstrap.facts()
    if event.get("merge"):
        result = merge_buckets(**run, desk=desk, facts=facts)
        logger.info("buckets merged", extra={**run, **asdict(result)})
    else:
        part = {"bucket": event.get("bucket", 0), "of": event.get("of", 1)}
        result = attribute_orders(**run, **part, desk=desk, facts=facts)
        count(OrdersAttributed=result.orders, OrdersCredited=result.credited)
        logger.info("orders attributed", extra={**run, **part, **asdict(result)})
    return {**run, **asdict(result)}
