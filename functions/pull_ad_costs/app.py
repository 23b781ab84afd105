"""Pulls what ads cost, from every ad platform that an account has connected."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.deadlines import pull_deadline
from headwater.runtime.observability import observed
from headwater.runtime.pull_report import report_costs
from headwater.usecases.pull_ad_costs import pull_ad_costs


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Pull the ad platforms of a run ({account, run}); the answer's ``more`` asks for another."""
    account, run = event["account"], event["run"]
    deadline = pull_deadline(bootstrap.clock().now(), context)
    pulled = pull_ad_costs(account, run, deadline, ports=bootstrap.cost_ports(deadline))
    return report_costs(account, run, pulled)
