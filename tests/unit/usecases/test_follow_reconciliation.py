"""Every figure of reconciliation is followed to its orders, and they sum to it to the cent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.figures import Figure
from headwater.domain.orders import Refund, RefundItem
from headwater.domain.reconciliation import ListedOrder
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.day_results import lines_key
from headwater.usecases.follow_figures import FollowRequest
from headwater.usecases.follow_reconciliation import follow_reconciliation
from headwater.usecases.ports import Source
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.reconcile_day import DayPorts
from headwater.usecases.reconcile_orders import ReconcilePorts, reconcile_range
from headwater.usecases.serve_reconciliation import ReconciliationQuery, serve_reconciliation
from tests.following import Followed, check
from tests.lambda_side import FakeStore, FakeStores
from tests.workshop import ACCOUNT, STORE, Workshop, at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from headwater.usecases.store_ledgers import LedgerList

FIRST, LAST = date(2026, 11, 18), date(2026, 11, 19)
PLACE = ("source", "day", "status_id")
REFUSED = "of: no rows stand behind "


@dataclass
class TaxingStore(FakeStore):
    """A store that takes tax and shipping, counts more than it lists, and lists what is torn."""

    more: dict[int, int] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()

    def list_created(self, start: datetime, end: datetime) -> LedgerList:
        listed = super().list_created(start, end)
        orders = {
            order_id: ListedOrder(each.order, Decimal("1.11"), Decimal("2.50"))
            for order_id, each in listed.orders.items()
        }
        return replace(listed, orders=orders, unreadable=self.unreadable)

    def refunded_between(self, start: datetime, end: datetime) -> Sequence[str]:
        return [
            order.order_id
            for order in self.stored
            if any(start <= refund.created_at < end for refund in order.refunds)
        ]

    def count_by_status(self, start: datetime, end: datetime) -> dict[int, int]:
        return dict(Counter(super().count_by_status(start, end)) + Counter(self.more))


class Books:
    """A store and our copy of it, reconciled over two days."""

    def __init__(self) -> None:
        self.shop = Workshop()
        self.store = TaxingStore(self.shop.clock, more={10: 2}, unreadable=("77",))
        sold = self.shop.order
        back = Decimal("9.99")
        refund = Refund(1, at("2026-11-19 16:00"), back, (RefundItem("ORDER", 2, 1, back),))
        self.store.stored = (
            sold(1, "2026-11-19 15:00", "60.00"),
            sold(2, "2026-11-18 15:00", "40.00", refunds=(refund,)),
            sold(3, "2026-11-19 15:00", "7.00", status_id=5),
            sold(4, "2026-11-19 15:00", "30.00", currency="EUR"),
            sold(5, "2026-11-19 17:00", "55.55", email="twice@example.com"),
            sold(6, "2026-11-19 18:00", "12.00", status_id=11),
        )
        sold(9, "2026-11-19 17:05", "55.55", email="twice@example.com", source="retail")
        source = Source(STORE, "bigcommerce", "abc123", "arn", is_history_complete=True)
        self.shop.accounts.save_source(ACCOUNT, source)
        self.shop.run(reported=False)
        now = self.shop.clock.advance(timedelta(minutes=1))
        day = DayPorts(self.shop.clock, self.shop.orders, self.shop.lake, self.shop.products)
        ports = ReconcilePorts(self.shop.accounts, self.shop.runs, FakeStores(self.store), day)
        reconcile_range(ACCOUNT, FIRST, LAST, now + timedelta(minutes=10), ports=ports)

    def report(self, basis: str = "total") -> dict[str, Any]:
        query = ReconciliationQuery(FIRST, LAST, basis)
        return serve_reconciliation(
            ACCOUNT, query, accounts=self.shop.accounts, lake=self.shop.lake
        )

    def follow(
        self,
        of: str,
        key: Mapping[str, Any] | None = None,
        basis: str = "total",
        limit: int = 1_000,
        start: int = 0,
    ) -> dict[str, Any]:
        named = None if key is None else {name: str(value) for name, value in key.items()}
        return follow_reconciliation(
            ACCOUNT,
            ReconciliationQuery(FIRST, LAST, basis),
            FollowRequest(Figure(of, named), limit, start),
            open_published_run(ACCOUNT, runs=self.shop.runs, lake=self.shop.lake),
            accounts=self.shop.accounts,
            lake=self.shop.lake,
        )

    def follow_all(self, basis: str) -> Iterator[Followed]:
        """Yield every figure of the report, and what is behind it."""
        report = self.report(basis)
        named: list[tuple[dict[str, Any] | None, Any]] = [(None, report["totals"])]
        named += [({"cause": row["cause"]}, row) for row in report["causes"]]
        for row in report["rows"]:
            place = {name: row[name] for name in PLACE}
            named.append((place, row))
            named += [(place | {"cause": each["cause"]}, each) for each in row["differences"]]
        for key, row in named:
            for of, value in row.items():
                if of not in (key or ()) and not isinstance(value, list):
                    yield Followed(of, value, row, self._told(of, key, basis))

    def _told(self, of: str, key: Mapping[str, Any] | None, basis: str) -> dict[str, Any]:
        try:
            return self.follow(of, key, basis)
        except InvalidParameterError as error:
            return {"refused": str(error)}


@pytest.fixture(scope="module")
def books() -> Books:
    """Return a store whose report differs from ours for several reasons."""
    return Books()


@pytest.mark.parametrize("basis", ["total", "without_tax_and_shipping"])
def test_every_figure_is_the_sum_of_its_orders(books: Books, basis: str) -> None:
    found = Counter(map(check, books.follow_all(basis)))
    report = books.report(basis)
    rows, causes = report["rows"], report["causes"]
    differences = sum(len(row["differences"]) for row in rows)
    assert {each["cause"] for each in causes} >= {
        *("status_not_counted", "currency", "gross_vs_net", "refund_timing", "duplicate"),
        "unexplained",
    }
    # Four sums of each row, orders and amount of each cause; of the totals three kinds besides.
    assert found["lines"] == 4 * len(rows) + 2 * (differences + len(causes)) + 7
    assert found["formula"] == len(rows) + 1
    refused = {answer.removeprefix(REFUSED).partition(":")[0] for answer in found} - {
        *("lines", "formula")
    }
    assert refused == {
        *("store_count", "order_count", "open_percent", "repaired_orders", "repaired_count"),
        *("kind", "sentence", "advice", "status"),
    }


def test_a_row_leads_to_the_credits_of_its_order(books: Books) -> None:
    [row] = books.follow("amount", {"cause": "duplicate"})["rows"]
    assert (row["order_id"], row["amount"]) == ("retail/9", "55.55")
    assert row["follow"] == "/v1/orders/retail/9/credits?explain=true"
    rows = books.follow("our_orders")["rows"]
    assert {row["order_id"]: row["follow"] for row in rows}["6"] == (
        f"/v1/orders/{STORE}/6/credits?explain=true"
    )


def test_a_refund_is_on_the_day_it_was_paid_and_moved_to_that_of_its_order(books: Books) -> None:
    rows = books.follow("amount", {"cause": "refund_timing"})["rows"]
    assert [(row["day"], row["order_id"], row["amount"]) for row in rows] == [
        ("2026-11-18", "2", "-9.99"),
        ("2026-11-19", "2", "9.99"),
    ]


def test_what_the_store_counts_and_nobody_can_name_has_rows_too(books: Books) -> None:
    rows = books.follow("orders", {"cause": "unexplained"})["rows"]
    told = [(row["day"], row["order_id"], row["amount"], row["follow"]) for row in rows]
    link = f"/v1/orders/{STORE}/77/credits?explain=true"
    assert told == [
        ("2026-11-18", None, 2, None),
        ("2026-11-19", None, 2, None),
        ("2026-11-18", "77", 1, link),
        ("2026-11-19", "77", 1, link),
    ]


def test_pages_are_cut_from_one_list(books: Books) -> None:
    whole = books.follow("store_total")
    first = books.follow("store_total", limit=2)
    rest = books.follow("store_total", start=int(first["next"].rpartition(".")[2]))
    assert first["rows"] + rest["rows"] == whole["rows"]
    assert first["totals"] == rest["totals"] == whole["totals"]


def test_a_difference_is_made_of_ours_and_the_stores(books: Books) -> None:
    key = {"source": STORE, "day": "2026-11-19", "status_id": 10}
    ours, theirs = books.follow("difference", key)["parts"]
    assert ours["follow"].startswith(
        "/v1/reports/reconciliation/rows?from=2026-11-18&to=2026-11-19&basis=total&of=our_total"
    )
    assert theirs["value"] == books.follow("store_total", key)["value"]


@pytest.mark.parametrize(
    ("of", "key", "reason"),
    [
        ("profit", None, "there is no figure profit"),
        ("differences", {"source": STORE, "day": "2026-11-19", "status_id": 10}, "no figure"),
        ("amount", {"cause": "duplicate", "day": "2026-11-19"}, "a row is named by"),
    ],
)
def test_what_is_no_figure_is_refused(
    books: Books, of: str, key: dict[str, Any] | None, reason: str
) -> None:
    with pytest.raises(InvalidParameterError, match=reason):
        books.follow(of, key)


def test_a_cause_that_does_not_occur_is_not_found(books: Books) -> None:
    with pytest.raises(UnknownResourceError, match="no row"):
        books.follow("amount", {"cause": "gone"})


def test_orders_of_a_day_that_were_not_kept_are_not_made_up() -> None:
    books = Books()
    del books.shop.lake.objects[lines_key(ACCOUNT, STORE, FIRST)]
    with pytest.raises(UnknownResourceError, match="orders of 2026-11-18 were not kept"):
        books.follow("our_total")
    key = {"source": STORE, "day": "2026-11-19", "status_id": 10}
    assert books.follow("our_total", key)["rows"]
