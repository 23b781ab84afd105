"""List reports: what can be asked of an account's last finished run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.relative_ranges import relative_range
from headwater.domain.report_dimensions import REPORT_DIMENSIONS
from headwater.errors import InvalidParameterError
from headwater.usecases.materialize_reports import usual_ranges
from headwater.usecases.reports.registry import REPORTS

if TYPE_CHECKING:
    from headwater.domain.manifests import Manifest
    from headwater.usecases.published_runs import PublishedRun

# The names of the usual ranges, in the order in which they are listed; any day will do for them.
RANGE_NAMES = tuple(usual_ranges(date(2000, 2, 1), date(2000, 1, 1)))
_MORE_RANGES = (
    "today, last_<n>_days, last_week, last_quarter, last_year, week_to_date, quarter_to_date, "
    "year_to_date, and all but all_time with previous_ before them"
)


def list_reports(account: str, published: PublishedRun) -> dict[str, Any]:
    """Return the reports, with the ranges, models and dimensions that they know."""
    return {
        "account": account,
        "data_version": published.data_version,
        "generated_at": published.generated_at.isoformat(),
        "as_of": published.manifest.as_of.isoformat(),
        "time_zone": published.settings.time_zone,
        "currency": published.settings.currency,
        "reports": [
            {"name": name, "path": f"/v1/reports/{name}"}
            for name in (*(report.name for report in REPORTS), "reconciliation")
        ],
        "ranges": {
            name: {"from": first.isoformat(), "to": last.isoformat()}
            for name, (first, last) in _ranges(published.manifest).items()
        },
        "models": list(published.manifest.models),
        "dimensions": list(REPORT_DIMENSIONS),
    }


def named_range(name: str, published: PublishedRun) -> tuple[date, date]:
    """Return the first and last day of a usual range, or of any other relative one.

    Raises:
        InvalidParameterError: there is none of that name.
    """
    if name in RANGE_NAMES:
        return _ranges(published.manifest)[name]
    days = relative_range(name, published.manifest.as_of)
    if days is None:
        message = f"range: choose among {', '.join(RANGE_NAMES)}; or {_MORE_RANGES}"
        raise InvalidParameterError(message)
    return days


def _ranges(manifest: Manifest) -> dict[str, tuple[date, date]]:
    """Return the run's usual ranges; ``all_time`` is the widest that it materialized.

    Another range may begin before the first day that has anything; it holds the same then.
    """
    yesterday = manifest.as_of - timedelta(days=1)
    # A report is named <report>/<first>_<last>/<what else it asks>.
    spans = {name.split("/")[1] for name in manifest.reports}
    firsts = [
        date.fromisoformat(first)
        for first, last in (span.split("_") for span in spans)
        if last == yesterday.isoformat()
    ]
    return usual_ranges(manifest.as_of, min(firsts, default=yesterday))
