"""A finished run whose tables lie in a folder, and the least that reading it takes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3

from benchmarks.database import connect
from benchmarks.report_files import LAST_DAY
from benchmarks.slow_aws import SlowRuns
from headwater.adapters.s3.facts import S3Facts
from headwater.domain.manifests import History, Manifest
from headwater.domain.models import MODELS
from headwater.domain.settings import AccountSettings
from headwater.usecases.published_runs import PublishedRun
from headwater.usecases.reports.roi import ROI

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from headwater.domain.manifests import Objects
    from headwater.usecases.reports.roi import RoiQuery

ACCOUNT = "acme"
_MANIFEST = "manifests/run.json"


def warm_facts(folder: Path) -> S3Facts:
    """Return the real adapter with every object in its folder already: it calls nothing."""
    return S3Facts(
        boto3.client("s3", region_name="us-east-1"), "no-bucket", folder, cache_bytes=2**40
    )


def published_run(objects: Objects, reports: dict[RoiQuery, str] | None = None) -> PublishedRun:
    """Return a finished run of these tables, which has stored these ROI reports."""
    settings = AccountSettings()
    manifest = Manifest(
        ACCOUNT,
        LAST_DAY,
        settings.document(),
        tables=objects,
        reports={ROI.key(query): key for query, key in (reports or {}).items()},
        histories={"shop": History(1, 1, is_complete=True)},
    )
    return PublishedRun(manifest, manifest.data_version, datetime(2026, 11, 1, tzinfo=UTC))


def publish(account: str, published: PublishedRun, folder: Path) -> SlowRuns:
    """Write a run's manifest below a bucket's folder; return the pointer to it."""
    write(folder / _MANIFEST, json.dumps(published.manifest.document()).encode())
    now, runs = published.generated_at, SlowRuns()
    runs.acquire(account, "run", now, now)
    runs.publish(account, "run", _MANIFEST, published.data_version, now, as_of=now)
    return runs


def write(path: Path, content: bytes) -> None:
    """Write an object where a bucket's folder has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def group_by_campaign(folder: Path, credits_keys: Iterable[str]) -> Sequence[Any]:
    """Sum every model by campaign, once through the files: the least that a report reads."""
    sums = ", ".join(f"sum({model}_{money})" for model in MODELS for money in ("gross", "net"))
    paths = [str(folder / key) for key in credits_keys]
    with connect() as db:
        return db.execute(
            f"SELECT campaign, count(*), {sums} FROM read_parquet(?) GROUP BY campaign", [paths]
        ).fetchall()
