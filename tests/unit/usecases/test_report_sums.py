"""Whatever an account holds, the rows of every dimension add up to what the store sold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.models import MODELS
from headwater.domain.orders import OrderLine, Refund, RefundItem
from headwater.domain.products import Product
from headwater.domain.report_dimensions import REPORT_DIMENSIONS
from headwater.domain.subscription_rules import SubscriptionRule
from headwater.usecases.databases import open_database
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.reports.report import Scope
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from tests.workshop import ACCOUNT, STORE, Workshop, span

if TYPE_CHECKING:
    from collections.abc import Iterator

RANGE = span("2026-09-10", "2026-10-20")
RULE = SubscriptionRule("billing", id_from="staff_notes", id_pattern=r"sub_\d+")
# Beside the store's own: what is no revenue that clicks can earn.
KINDS: list[dict[str, Any]] = [
    {},
    {"status_id": 4},
    {"order_source": "amazon"},
    {"external_source": "M-MIG"},
    {"currency": "EUR"},
    {"staff_notes": "sub_1"},
]

moments = st.integers(0, 200).map(
    lambda step: datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=7 * step)
)
people = st.sampled_from("abcdef")
clicks = st.tuples(moments, people, st.sampled_from(["google", "klaviyo", ""]), st.booleans())
cents = st.integers(0, 30_001)
sales = st.tuples(moments, people, st.sampled_from(KINDS), cents, cents, st.integers(0, 2))


def a_shop(
    clicked: list[tuple[datetime, str, str, bool]],
    sold: list[tuple[datetime, str, dict[str, Any], int, int, int]],
    opted_in: list[tuple[datetime, str]],
) -> Workshop:
    shop = Workshop()
    ruled = replace(shop.settings, subscription_rules=(RULE,))
    shop.accounts.save_settings(ACCOUNT, ruled, shop.clock.now())
    shop.visit("2026-09-08 10:00", "v0", source="x", medium="cpc", campaign="starts tracking")
    goods = [Product(STORE, 1, "Clog", categories=("Shoes", "Sale")), Product(STORE, 2, "Mug")]
    shop.products.save(ACCOUNT, goods, shop.clock.now())
    for moment, person, source, is_paid in clicked:
        marks = {"source": source, "medium": "cpc" if is_paid else "email", "campaign": source}
        shop.click(spelled(moment), f"{person}@example.com", **(marks if source else {}))
    for moment, person in opted_in:
        shop.opt_in(spelled(moment), f"{person}@example.com")
    for number, (moment, person, kind, total, returned, products) in enumerate(sold, 1):
        lines = [
            OrderLine(n, n, "", "Thing", 1, amount(total // 3)) for n in range(1, products + 1)
        ]
        item = RefundItem("ORDER", number, 1, amount(min(total, returned)))
        refund = Refund(number, moment, amount(min(total, returned)), (item,))
        email = f"{person}@example.com"
        more = {"lines": tuple(lines), "refunds": (refund,) if returned % 3 == 0 else ()}
        coupons = ("A", "B")[:products]
        shop.order(
            number,
            spelled(moment),
            str(amount(total)),
            email=email,
            coupon_codes=coupons,
            **more,
            **kind,
        )
    return shop


def spelled(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def amount(minor: int) -> Decimal:
    return Decimal(minor) / 100


def reports(shop: Workshop, by_click: set[str]) -> Iterator[tuple[RoiRequest, dict[str, Any]]]:
    """Yield the report by every dimension, and by click date by some, under every model."""
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    queries = [RoiQuery(RANGE, (by,)) for by in REPORT_DIMENSIONS]
    queries += [RoiQuery(RANGE, (by,), "click") for by in sorted(by_click)]
    scope = Scope.of(published.settings, published.manifest.models)
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


# An example is some eight hundred reports: two crowded accounts find as much as many small ones.
@settings(max_examples=2)
@given(
    clicked=st.lists(clicks, min_size=15, max_size=40),
    sold=st.lists(sales, min_size=15, max_size=40),
    opted_in=st.lists(st.tuples(moments, people), max_size=6),
    by_click=st.sets(st.sampled_from(list(REPORT_DIMENSIONS)), min_size=4, max_size=4),
)
def test_the_rows_of_every_dimension_sum_to_the_total_under_every_model(
    clicked: list[tuple[datetime, str, str, bool]],
    sold: list[tuple[datetime, str, dict[str, Any], int, int, int]],
    opted_in: list[tuple[datetime, str]],
    by_click: set[str],
) -> None:
    shop = a_shop(clicked, sold, opted_in)
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
