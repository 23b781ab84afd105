"""Pulls the orders that a store created or changed, refunds included."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.deadlines import pull_deadline
from headwater.runtime.observability import observed
from headwater.runtime.pull_report import report_pull, report_pulls
from headwater.usecases.pull_orders import pull_account, pull_every_account, pull_orders
from headwater.usecases.refresh_accounts import refresh_accounts


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Pull all accounts ({}), those with changes ({refresh}), or one ({account}, or with {run})."""
    pipeline = bootstrap.pipeline()
    if "refresh" in event:
        refreshed = refresh_accounts(
            accounts=bootstrap.accounts(),
            runs=bootstrap.runs(),
            marks=bootstrap.marks(),
            pipeline=pipeline,
            clock=bootstrap.clock(),
        )
        return report_pulls(refreshed)
    if "account" not in event:
        invoked = pull_every_account(accounts=bootstrap.accounts(), pipeline=pipeline)
        return report_pulls(invoked)
    account, deadline = event["account"], pull_deadline(bootstrap.clock().now(), context)
    ports = bootstrap.pull_ports(deadline)
    if "run" in event:
        pulled = pull_orders(account, event["run"], deadline, ports=ports)
        return report_pull(account, event["run"], pulled)
    begun = pull_account(
        account, deadline, ports=ports, pipeline=pipeline, token_hex=bootstrap.token_hex
    )
    return report_pull(account, begun.run, begun.pulled)
