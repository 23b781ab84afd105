"""Takes a store's webhooks: sees whose they are, and queues them."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import storage
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.receive_webhook import SECRET_HEADER, WebhookCall, receive_webhook


@observed
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer a store at once, without a body; the order itself is fetched later."""
    call = WebhookCall(
        public_key=(event.get("pathParameters") or {}).get("key", ""),
        secret=(event.get("headers") or {}).get(SECRET_HEADER, ""),
        body=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
    )
    received = receive_webhook(
        call, hooks=storage.hooks(), queue=storage.webhook_queue(), clock=storage.clock()
    )
    count(WebhooksQueued=int(received.is_queued), WebhooksRefused=int(not received.account))
    extra = {"account": received.account, "status": int(received.status)}
    logger.info("webhook received", extra=extra)
    return {"statusCode": int(received.status)}
