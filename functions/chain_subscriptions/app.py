"""Finds contacts, and the chains of initial orders and their rebills."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.chain_subscriptions import chain_subscriptions


@observed
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Chain the subscriptions of one run."""
    run = {"account": event["account"], "run": event["run"]}
    result = chain_subscriptions(**run, desk=bootstrap.desk(), facts=bootstrap.facts())
    count(ContactsFound=result.contacts, RebillsChained=result.rebills)
    logger.info("subscriptions chained", extra={**run, **asdict(result)})
    return {**run, **asdict(result)}
