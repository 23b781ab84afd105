"""Holds our orders against the stores' own, and repairs what differs."""

from datetime import date
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.deadlines import pull_deadline
from headwater.runtime.observability import observed
from headwater.runtime.reconciliation_report import report_reconciliation
from headwater.usecases.reconcile_orders import reconcile_range, reconcile_run


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Reconcile a run's last days ({account, run}), or a range ({account, from, to})."""
    account, deadline = event["account"], pull_deadline(bootstrap.clock().now(), context)
    ports = bootstrap.reconcile_ports(deadline)
    if "run" in event:
        done = reconcile_run(account, event["run"], deadline, ports=ports)
        return report_reconciliation(account, done)
    first, last = date.fromisoformat(event["from"]), date.fromisoformat(event["to"])
    done = reconcile_range(account, first, last, deadline, ports=ports)
    if done.more:
        bootstrap.reconciliations().start(account, first, last)
    elif done.has_repairs:
        # A run of its own brings what was repaired into the reports.
        bootstrap.pipeline().pull(account)
    return report_reconciliation(account, done)
