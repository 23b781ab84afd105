"""Pulls contacts with their opt-ins and clicks, from every CRM that an account has connected."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.deadlines import pull_deadline
from headwater.runtime.observability import observed
from headwater.runtime.pull_report import report_leads
from headwater.usecases.pull_leads import pull_leads


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Pull the CRMs of a run ({account, run}); the answer's ``more`` asks for another."""
    account, run = event["account"], event["run"]
    deadline = pull_deadline(bootstrap.clock().now(), context)
    pulled = pull_leads(account, run, deadline, ports=bootstrap.lead_ports(deadline))
    return report_leads(account, run, pulled)
