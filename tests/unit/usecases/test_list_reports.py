from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from headwater.domain.manifests import Manifest
from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError
from headwater.usecases.list_reports import RANGE_NAMES, list_reports, named_range
from headwater.usecases.materialize_reports import usual_ranges
from headwater.usecases.published_runs import PublishedRun
from headwater.usecases.reports.report import Span
from headwater.usecases.reports.roi import ROI, RoiQuery

TODAY = date(2026, 11, 21)


def published(first_day: date) -> PublishedRun:
    """Return a run that has materialized the usual ranges of an account."""
    ranges = usual_ranges(TODAY, first_day).values()
    reports = {ROI.key(RoiQuery(Span(*days), ("channel",))): "reports/x.json" for days in ranges}
    manifest = Manifest("acme", TODAY, AccountSettings().document(), reports=reports)
    return PublishedRun(manifest, "v1", datetime(2026, 11, 21, 14, tzinfo=UTC))


@pytest.mark.parametrize(
    "first_day", [date(2021, 3, 4), date(2026, 10, 22), date(2026, 8, 23), date(2026, 8, 1)]
)
def test_the_ranges_are_those_that_the_run_materialized(first_day: date) -> None:
    ranges = list_reports("acme", published(first_day))["ranges"]
    assert {name: (days["from"], days["to"]) for name, days in ranges.items()} == {
        name: (first.isoformat(), last.isoformat())
        for name, (first, last) in usual_ranges(TODAY, min(first_day, date(2026, 8, 23))).items()
    }


def test_all_time_of_a_young_account_is_a_range_that_holds_all_of_it() -> None:
    run = published(date(2026, 11, 18))
    first, last = named_range("all_time", run)
    assert first <= date(2026, 11, 18)
    assert ROI.key(RoiQuery(Span(first, last), ("channel",))) in run.manifest.reports


def test_every_usual_range_has_a_name_to_ask_for() -> None:
    run = published(date(2021, 3, 4))
    assert list(list_reports("acme", run)["ranges"]) == list(RANGE_NAMES)
    assert named_range("yesterday", run) == (date(2026, 11, 20), date(2026, 11, 20))


def test_another_name_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="range: choose among yesterday"):
        named_range("fortnight", published(TODAY))
