"""Fetches the orders that webhooks name from their stores, and keeps them."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.deadlines import webhook_deadline
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.record_hits import QueuedMessage
from headwater.usecases.record_webhooks import record_webhooks


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Record a batch of webhooks; name those that have to come again."""
    messages = [QueuedMessage(record["messageId"], record["body"]) for record in event["Records"]]
    deadline = webhook_deadline(bootstrap.clock().now(), context)
    result = record_webhooks(messages, ports=bootstrap.webhook_ports(deadline))
    counts = {
        "WebhookOrdersFetched": result.fetched,
        "WebhookOrdersChanged": result.changed,
        "WebhookOrdersRetracted": result.retracted,
        "WebhooksKnown": result.known,
        "WebhooksDropped": result.dropped,
        "WebhooksFailed": len(result.failed),
    }
    count(**counts)
    logger.info("webhooks recorded", extra={"messages": len(messages), **counts})
    return {"batchItemFailures": [{"itemIdentifier": name} for name in result.failed]}
