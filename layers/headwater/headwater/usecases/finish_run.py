"""Finish a run: one manifest, one move of the pointer, and the marks that are done with.

Until the pointer moves, every reader sees the run before; after it, all of this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.manifests import History, Manifest
from headwater.usecases.connectors import KINDS
from headwater.usecases.describe_source import script_rows
from headwater.usecases.ports import Mark
from headwater.usecases.pulled_sources import UNFINISHED, unfinished_in
from headwater.usecases.run_files import open_frame, prefix_of, present_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headwater.usecases.ports import Accounts, Lake, Marks, Pipeline, Runs, Source
    from headwater.usecases.run_files import Desk, RunFrame

# A mark is raised before its write and may stand a minute without being raised again; a writer may
# take its time after that. Twenty minutes outlast every Lambda that writes.
_SETTLED = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class FinishResult:
    """What a run ended with. ``again``: changes arrived meanwhile, so one more run was started."""

    data_version: str
    marks_cleared: int
    again: bool


def finish_run(
    account: str,
    run: str,
    *,
    desk: Desk,
    accounts: Accounts,
    marks: Marks,
    pipeline: Pipeline,
) -> FinishResult:
    """Publish a run and let go of the account.

    Raises:
        LeaseLostError: another run has taken the account over; nothing is published.
    """
    head = desk.runs.head(account)
    if head.released_run == run:
        # The step is tried again after its very end: what is left to do is to start the next run.
        return FinishResult(head.data_version, 0, _let_go(account, run, desk.runs, pipeline))
    frame = open_frame(desk, account, run)
    manifest = _manifest(frame, accounts, desk)
    version = manifest.data_version
    key = desk.lake.put_manifest(manifest)
    desk.runs.publish(account, run, key, version, desk.clock.now(), as_of=frame.as_of)
    cleared = sum(marks.clear(account, mark) for mark in _settled_marks(desk.lake, frame))
    desk.runs.record(account, run, desk.clock.now(), status="done", data_version=version)
    again = _let_go(account, run, desk.runs, pipeline)
    return FinishResult(version, cleared, again)


def record_failure(
    account: str, run: str, failure: str, *, desk: Desk, pipeline: Pipeline
) -> FinishResult:
    """Record why a run failed and let go of the account, so that the next one can start."""
    desk.runs.record(account, run, desk.clock.now(), status="failed", failure=failure)
    return FinishResult("", 0, _let_go(account, run, desk.runs, pipeline))


def _let_go(account: str, run: str, runs: Runs, pipeline: Pipeline) -> bool:
    again = runs.release(account, run)
    if again:
        pipeline.pull(account)
    return again


def _manifest(frame: RunFrame, accounts: Accounts, desk: Desk) -> Manifest:
    sources = [one for one in accounts.sources(frame.account) if not one.is_removed]
    prefix = prefix_of(frame.account, frame.run)
    return Manifest(
        frame.account,
        frame.as_of_day,
        frame.settings.document(),
        tables=present_objects(desk.lake, frame),
        reports=desk.lake.get_json(f"{prefix}reports.json"),
        histories={
            source.source: History(
                source.orders_done,
                max(source.orders_total, source.orders_done),
                source.is_history_complete,
            )
            for source in sources
            # An ad platform or a CRM has no orders whose history could be missing.
            if source.kind not in KINDS
        },
        models=frame.settings.models,
        scripts=tuple(row for source in sources for row in script_rows(source)),
        gaps=_gaps(sources, desk.runs.recorded(frame.account, frame.run)),
    )


def _gaps(sources: Sequence[Source], record: Mapping[str, str | int]) -> dict[str, str]:
    """Return the platforms and CRMs whose word the run lacks: failed, or died while pulled."""
    pulled = [one for one in sources if one.kind in KINDS and not one.is_paused]
    failed = {one.source: one.status for one in pulled if one.status != "ok"}
    unfinished = unfinished_in(record)
    return {one.source: UNFINISHED for one in pulled if one.source in unfinished} | failed


def _settled_marks(lake: Lake, frame: RunFrame) -> Iterator[Mark]:
    """Yield the marks that this run exported and that no writer can still be busy with.

    Any other day stays marked and is exported once more by the next run.
    """
    for made in lake.list_json(f"{prefix_of(frame.account, frame.run)}objects/"):
        for exported in made.get("marks", []):
            queried_at = datetime.fromisoformat(exported["queried_at"])
            for read in exported["read"]:
                mark = _mark(exported["table"], read)
                if mark.raised_at <= queried_at - _SETTLED:
                    yield mark


def _mark(table: str, read: dict[str, Any]) -> Mark:
    return Mark(
        table,
        date.fromisoformat(read["day"]),
        read["version"],
        datetime.fromisoformat(read["raised_at"]),
    )
