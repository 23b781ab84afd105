"""The ROI report as the reports API serves it, against one GROUP BY and against reading JSON."""

from __future__ import annotations

import json
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.lines import Line
from benchmarks.published import ACCOUNT, group_by_campaign, published_run, warm_facts
from benchmarks.report_files import CAMPAIGNS, FIRST_DAY, LAST_DAY, write_run_tables
from benchmarks.report_requests import measure_cold, measure_warm
from benchmarks.timing import best_of
from headwater.domain.models import LEAD_ROLES, MODELS
from headwater.domain.roi_documents import FIGURES
from headwater.domain.roi_rows import RoiTotals
from headwater.usecases.reports.report import Span
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from headwater.usecases.serve_reports import serve_report
from tests.fakes import FakeLake

if TYPE_CHECKING:
    from benchmarks.scale import Scale

_YEAR = RoiRequest(RoiQuery(Span(FIRST_DAY, LAST_DAY), ("campaign",)), "linear", "net")
_REPORT = "reports/year.json"
_TOTALS = {field.name for field in fields(RoiTotals)}
_PER_MODEL = ("attributed_", "pre_tracking_", "future_")
_ADHOC_BUDGET_SECONDS, _MATERIALIZED_BUDGET_SECONDS = 5.0, 0.05


def measure(scale: Scale) -> list[Line]:
    """Measure a year by campaign: computed from its credits, and read where it lies ready."""
    of = f"{scale.orders:,} orders"
    lake = FakeLake()
    document = lake.objects[_REPORT] = json.dumps(_document()).encode()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        objects = write_run_tables(scale.orders, folder)
        facts = warm_facts(folder)
        to_compute, to_read = published_run(objects), published_run({}, {_YEAR.query: _REPORT})
        floor, computed = best_of(
            scale.rounds,
            lambda: group_by_campaign(folder, objects["credits"].values()),
            lambda: serve_report(ROI, ACCOUNT, _YEAR, to_compute, facts=facts, lake=lake),
        )
        parsed, read = best_of(
            scale.rounds * 10,
            lambda: json.loads(document),
            lambda: serve_report(ROI, ACCOUNT, _YEAR, to_read, facts=facts, lake=lake),
        )
        cold = measure_cold(scale, to_compute, _YEAR, folder, folder / "cold")
        warm = measure_warm("report", scale, to_read, _YEAR, document, folder)
    return [
        Line(f"report: floor, a year of {of}", floor.wall, "s"),
        Line(
            f"report: computed ad hoc, a year of {of}",
            computed.wall,
            "s",
            computed.cpu / floor.cpu,
            "one GROUP BY over the credits",
            "<= 5 s",
            is_over=computed.wall > _ADHOC_BUDGET_SECONDS,
        ),
        Line(f"report: floor, {len(document) // 1000} kB of JSON", parsed.wall * 1000, "ms"),
        Line(
            "report: read materialized",
            read.wall * 1000,
            "ms",
            read.cpu / parsed.cpu,
            "json.loads of the report",
            "< 50 ms",
            is_over=read.wall > _MATERIALIZED_BUDGET_SECONDS,
        ),
        cold,
        warm,
    ]


def _document() -> dict[str, Any]:
    """Return a materialized report by campaign, under every model."""
    own = [name for name in _TOTALS if name.startswith(_PER_MODEL)]
    totals = dict.fromkeys(_TOTALS - set(own), 1_000_000)
    return {
        "basis": "conversion",
        "whole": ["full_impact"],
        "width": 1,
        "told": dict.fromkeys(("clicks", "leads", "cost"), True),
        "totals": totals | {"models": {model: dict.fromkeys(own, 1000) for model in MODELS}},
        "rows": [
            {
                "kind": "credited",
                "names": [f"Campaign {n}"],
                "clicks": n,
                "cost": n,
                "leads": [n] * len(LEAD_ROLES),
                "models": {model: [1000 + n] * len(FIGURES) for model in MODELS},
            }
            for n in range(CAMPAIGNS)
        ],
    }
