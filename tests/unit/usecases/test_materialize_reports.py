"""The usual ranges are computed together where an account is small, one by one where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.usecases import materialize_reports as step
from headwater.usecases.run_files import prefix_of
from tests.workshop import ACCOUNT, Workshop

if TYPE_CHECKING:
    import pytest


def test_ranges_together_and_one_by_one_have_the_same_documents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = Workshop()
    for number, day in enumerate(("2026-08-02", "2026-10-20", "2026-11-14", "2026-11-20")):
        shop.click(f"{day} 09:00", source="google", medium="cpc", campaign=f"c{number}")
        shop.opt_in(f"{day} 10:00", f"{number}@example.com")
        shop.order(number, f"{day} 15:00", f"{number}7.01")
        shop.order(10 + number, f"{day} 15:00", email=f"{number}@example.com")
        shop.spend(day, "20.00", utm_campaign=f"c{number + 1}", clicks=3)
    run = shop.begin()
    shop.export(run)
    shop.compute(run)
    together = shop.lake.get_json(f"{prefix_of(ACCOUNT, run)}reports.json")
    monkeypatch.setattr(step, "_ROWS_AT_ONCE", 1)
    done = step.materialize_reports(ACCOUNT, run, desk=shop.desk, facts=shop.facts)
    # Documents are named by their content.
    assert shop.lake.get_json(f"{prefix_of(ACCOUNT, run)}reports.json") == together
    # Eight for each of seven ranges, and the health of the longest window.
    assert done.reports == len(together) == 7 * 8 + 1 + 3
