"""Whatever an account holds, the rows of every dimension add up to what the store sold."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.models import MODELS
from headwater.domain.report_dimensions import REPORT_DIMENSIONS
from headwater.usecases.databases import open_database
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.reports.report import Scope
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from tests.random_shop import Events, events, happen, open_shop
from tests.workshop import ACCOUNT, Workshop, span

if TYPE_CHECKING:
    from collections.abc import Iterator

RANGE = span("2026-09-10", "2026-10-20")


def reports(shop: Workshop, by_click: set[str]) -> Iterator[tuple[RoiRequest, dict[str, Any]]]:
    """Yield the report by every dimension, and by click date by some, under every model."""
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    queries = [RoiQuery(RANGE, (by,)) for by in REPORT_DIMENSIONS]
    queries += [RoiQuery(RANGE, (by,), "click") for by in sorted(by_click)]
    scope = Scope.of(published.settings, published.manifest.models, published.manifest.as_of)
    with open_database() as db:
        shop.facts.mount(db, published.manifest.tables, ROI.tables, scope.models)
        documents = list(ROI.compute(db, queries, scope))
    for query, document in zip(queries, documents, strict=True):
        for model, revenue in product(MODELS, ("gross", "net")):
            request = RoiRequest(query, model, revenue)
            yield request, ROI.spell(request, document, published)


def sums(rows: list[dict[str, Any]], money: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in rows:
        found[row["kind"]] = found.get(row["kind"], Decimal(0)) + Decimal(row[money])
    return found


# An example is some seven hundred reports: two crowded accounts find as much as many small ones.
@settings(max_examples=2)
@given(
    what=events(15, 40),
    by_click=st.sets(st.sampled_from(list(REPORT_DIMENSIONS)), min_size=4, max_size=4),
)
def test_the_rows_of_every_dimension_sum_to_the_total_under_every_model(
    what: Events, by_click: set[str]
) -> None:
    shop = open_shop()
    happen(shop, what)
    shop.run(reported=False)
    attributed: dict[tuple[str, str, str], set[str]] = {}
    for request, report in reports(shop, by_click):
        totals, query = report["totals"], request.query
        found = sums(report["rows"], request.revenue)
        asked = query.basis, request.model, request.revenue
        attributed.setdefault(asked, set()).add(totals["attributed"])
        if request.model == "full_impact":
            continue
        assert found.get("credited", Decimal(0)) == Decimal(totals["attributed"]), request
        if query.basis == "click":
            assert found.keys() <= {"credited"}
            continue
        for kind in ("unattributed", "pre_tracking"):
            assert found.get(kind, Decimal(0)) == Decimal(totals[kind]), request
        assert sum(found.values()) == Decimal(totals[request.revenue]), request
    assert {len(values) for values in attributed.values()} == {1}
