"""Lists the months with changed days, and writes months of a table as Parquet."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.export_facts import export_facts, list_marked_days
from headwater.usecases.merge_buckets import list_buckets


@observed
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """List what there is to export ({account, run, list}), or export one item of that list."""
    run = {"account": event["account"], "run": event["run"]}
    if event.get("list"):
        listed = list_marked_days(
            event["account"],
            event["run"],
            desk=bootstrap.desk(),
            accounts=bootstrap.accounts(),
            marks=bootstrap.marks(),
        )
        count(MonthsListed=listed.months)
        logger.info("marked days listed", extra={**run, "months": listed.months})
        buckets = list_buckets(**run, desk=bootstrap.desk())
        work = {"exports": listed.exports, "months": listed.months}
        return {**run, **work, "buckets": buckets, "bucket_count": len(buckets)}
    exported = export_facts(
        event, desk=bootstrap.desk(), tables=bootstrap.tables(), facts=bootstrap.facts()
    )
    count(FactsExported=exported.rows)
    made = {"rows": exported.rows, "objects": exported.objects}
    logger.info("facts exported", extra={**run, "table": event["table"], **made})
    return {**run, **made}
