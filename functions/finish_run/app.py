"""Publishes a run's manifest, or records why there is none, and gives the lease back."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.delivering import start_deliveries
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.finish_run import finish_run, record_failure


@observed
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Finish a run ({account, run}), or record its failure ({account, run, failure})."""
    run = {"account": event["account"], "run": event["run"]}
    desk, pipeline = bootstrap.desk(), bootstrap.pipeline()
    if failure := event.get("failure"):
        # The error's name says enough; its cause may quote what we were given.
        error = failure.get("Error", "Unknown")
        count(RunsFailed=1)
        logger.error("run failed", extra={**run, "error": error})
        result = record_failure(**run, failure=error, desk=desk, pipeline=pipeline)
    else:
        accounts, marks = bootstrap.accounts(), bootstrap.marks()
        result = finish_run(**run, desk=desk, accounts=accounts, marks=marks, pipeline=pipeline)
        count(RunsFinished=1)
        logger.info("run finished", extra={**run, **asdict(result)})
        start_deliveries(run["account"])
    return {**run, **asdict(result)}
