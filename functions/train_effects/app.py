"""Trains the effects that the model markov splits revenue by."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import bootstrap
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.train_effects import train_effects


@observed
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Train what is missing, or was asked for again, of one run."""
    run = {"account": event["account"], "run": event["run"]}
    result = train_effects(**run, desk=bootstrap.desk(), facts=bootstrap.facts())
    count(EffectsTrained=result.trained)
    logger.info("effects trained", extra={**run, **asdict(result)})
    return {**run, **asdict(result)}
