"""Sends what saved views show to those who want it for each day, week or month."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.observability import count, logger, observed
from headwater.runtime.sending import send_ports
from headwater.usecases.deliver_views import deliver_views

# What one account's messages may still take.
_LEAST_MILLISECONDS = 60_000


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Send what is due of {account}, or of all accounts."""
    account = event.get("account")
    accounts = [account] if account else bootstrap.accounts().active()
    done: dict[str, Any] = {}
    for each in accounts:
        if context.get_remaining_time_in_millis() < _LEAST_MILLISECONDS:
            logger.warning("deliveries left for the next hour", extra={"done": len(done)})
            break
        result = deliver_views(each, ports=send_ports(context))
        done[each] = asdict(result)
        count(ViewsSent=result.sent, DeliveriesFailed=result.failed, DeliveriesOff=result.off)
        if result.sent or result.failed:
            logger.info("views delivered", extra={"account": each, **asdict(result)})
    return {"accounts": done}
