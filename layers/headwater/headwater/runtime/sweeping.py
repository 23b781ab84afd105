"""Wires the sweep, and tells of it; it needs no engine."""

from __future__ import annotations

import secrets as random_secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb.sweeps import DynamoSweeps
from headwater.adapters.s3.swept_objects import S3SweptObjects
from headwater.runtime.observability import count, logger
from headwater.runtime.pipelines import pipeline
from headwater.runtime.settings import settings
from headwater.runtime.storage import accounts, clock, lake, runs, s3, table
from headwater.usecases.sweep_objects import SweepPorts, SweepResult

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from headwater.usecases.ports.sweeps import Sweeps, SweptObjects

# Handed on, so that the step finds all of its ports here.
__all__ = ["accounts"]

# An account's runs wait for its sweep, and other accounts wait for theirs.
_LONGEST = timedelta(minutes=4)
# What one account's manifests and its last removal may take.
_LEAST = timedelta(minutes=3)


def swept_objects() -> SweptObjects:
    """Return what runs leave behind in the lake."""
    return S3SweptObjects(s3(), settings().required("lake_bucket"))


def sweeps() -> Sweeps:
    """Return how far the sweeps are."""
    return DynamoSweeps(table("accounts_table"))


def sweep_ports() -> SweepPorts:
    """Return what the sweep works with."""
    return SweepPorts(
        clock=clock(),
        runs=runs(),
        lake=lake(),
        objects=swept_objects(),
        sweeps=sweeps(),
        pipeline=pipeline(),
        token_hex=random_secrets.token_hex,
    )


def sweep_deadline(context: LambdaContext) -> datetime | None:
    """Return when an account's sweep ends at the latest; None where no time is left for one."""
    left = timedelta(milliseconds=context.get_remaining_time_in_millis()) - _LEAST
    return clock().now() + min(left, _LONGEST) if left > timedelta(0) else None


def report_sweep(account: str, result: SweepResult) -> dict[str, object]:
    """Count and log what a sweep did; return it."""
    count(ObjectsSwept=result.removed, SweepsLate=int(result.is_late))
    told = asdict(result)
    if result.failure or result.is_late:
        logger.error("account not swept", extra={"account": account, **told})
    elif result.looked_at or result.is_held:
        logger.info("account swept", extra={"account": account, **told})
    return told
