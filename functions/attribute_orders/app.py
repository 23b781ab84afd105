"""Gives every order's revenue to touchpoints, under every model."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.attribute_orders import attribute_orders


@observed
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Attribute the orders of one run."""
    run = {"account": event["account"], "run": event["run"]}
    result = attribute_orders(**run, desk=bootstrap.desk(), facts=bootstrap.facts())
    count(OrdersAttributed=result.orders, OrdersCredited=result.credited)
    logger.info("orders attributed", extra={**run, **asdict(result)})
    return {**run, **asdict(result)}
