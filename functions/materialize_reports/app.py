"""Computes the reports that are read again and again."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.materialize_reports import materialize_reports


@observed
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Materialize the reports of one run."""
    run = {"account": event["account"], "run": event["run"]}
    result = materialize_reports(**run, desk=bootstrap.desk(), facts=bootstrap.facts())
    count(ReportsMaterialized=result.reports, ReportsAlarming=result.alarming)
    logger.info("reports materialized", extra={**run, **asdict(result)})
    return {**run, **asdict(result)}
