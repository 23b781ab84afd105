"""Removes from the lake what no manifest names that anybody may still read."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.errors import InvalidParameterError
from headwater.runtime import sweeping
from headwater.runtime.observability import logger, observed
from headwater.usecases.sweep_objects import sweep_now, sweep_objects


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Sweep what is due of all accounts ({}) or of {account}; or one at once, with {keep_days}."""
    ports, accounts = sweeping.sweep_ports(), sweeping.accounts().active()
    if "account" in event:
        accounts = [event["account"]]
    keep_days = event.get("keep_days")
    if keep_days is not None and ("account" not in event or keep_days not in range(8)):
        message = "keep_days: a number from 0 to 7, for one account"
        raise InvalidParameterError(message)
    done: dict[str, Any] = {}
    for account in accounts:
        deadline = sweeping.sweep_deadline(context)
        if deadline is None:
            logger.warning("sweeps left for the next hour", extra={"done": len(done)})
            break
        if keep_days is None:
            result = sweep_objects(account, deadline, ports=ports)
        else:
            result = sweep_now(account, timedelta(days=keep_days), deadline, ports=ports)
        done[account] = sweeping.report_sweep(account, result)
    return {"accounts": done}
