"""Validates queued hits and stores touchpoints, identifications, opt-ins and claims."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import storage
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.record_hits import QueuedMessage, record_hits


@observed
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Record a batch of messages; name those that have to come again."""
    messages = [QueuedMessage(record["messageId"], record["body"]) for record in event["Records"]]
    result = record_hits(
        messages,
        journeys=storage.journeys(),
        lake=storage.lake(),
        marks=storage.marks(),
        tests=storage.validations(),
        clock=storage.clock(),
    )
    counts = {
        "HitsRecorded": result.recorded,
        "HitsRejected": result.rejected,
        "HitsWithheld": result.withheld,
        "HitsOfBots": result.bots,
        "MessagesFailed": len(result.failed),
    }
    count(**counts)
    logger.info("hits recorded", extra={"messages": len(messages), **counts})
    return {"batchItemFailures": [{"itemIdentifier": name} for name in result.failed]}
