from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.imported_orders import STATUSES
from headwater.domain.nodes import customer_node, email_node
from headwater.domain.order_files import FileDialect
from headwater.domain.orders import Order, revenue_of
from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError
from headwater.usecases.import_orders import (
    OrderImportPorts,
    import_order_file,
    import_orders,
)
from headwater.usecases.import_rows import ImportRowsResult
from headwater.usecases.manage_sources import pause_source
from headwater.usecases.ports import Source
from tests.fakes import FakeAccounts, FakeClock, FakeLake, FakeMarks, FakeOrders

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROW: dict[str, Any] = {
    "order_id": "R-1",
    "placed_at": "2026-11-20T09:30:00-05:00",
    "total": "64.90",
    "currency": "USD",
    "email": "Ann@Example.com",
}


class Till:
    """An account, and a till that posts its orders to it."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.accounts = FakeAccounts()
        self.accounts.create("acme", AccountSettings(), NOW)
        self.marks = FakeMarks()
        self.orders = FakeOrders(self.marks, self.clock)
        self.lake = FakeLake()
        self.ports = OrderImportPorts(self.accounts, self.orders, self.lake, self.clock)

    def post(self, *rows: object, **head: object) -> ImportRowsResult:
        body = {"source": "till", "rows": list(rows)} | head
        return import_orders("acme", body, ports=self.ports)

    def send(self, text: str, dialect: FileDialect | None = None) -> ImportRowsResult:
        return import_order_file(
            "acme", "till", text, dialect or FileDialect(), currency="USD", ports=self.ports
        )

    def order(self, order_id: str = "R-1") -> Order:
        order = self.orders.get("acme", "till", order_id)
        assert order is not None
        return order


@pytest.fixture
def till() -> Till:
    return Till()


def reasons(result: ImportRowsResult) -> list[str]:
    return [fault.reason for fault in result.rejected]


def test_a_posted_order_is_stored_as_its_sources(till: Till) -> None:
    result = till.post(ROW)
    assert (result.accepted, result.changed, result.rejected) == (1, 1, ())
    order = till.order()
    assert (order.total, order.currency, order.email) == (
        Decimal("64.90"),
        "USD",
        "ann@example.com",
    )
    assert order.placed_at == datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
    assert order.status_id == STATUSES["completed"]
    assert [mark.table for mark in till.marks.raised("acme")] == ["orders"]


def test_the_first_order_of_a_name_makes_it_a_source(till: Till) -> None:
    till.post({**ROW, "total": "x"})
    assert till.accounts.sources("acme") == []
    till.post(ROW)
    [source] = till.accounts.sources("acme")
    assert (source.source, source.kind, source.is_history_complete) == ("till", "api", True)


def test_the_name_of_a_store_that_is_pulled_is_refused(till: Till) -> None:
    till.accounts.save_source("acme", Source("till", "bigcommerce", "abc123", "arn"))
    with pytest.raises(InvalidParameterError, match="choose another name"):
        till.post(ROW)
    with pytest.raises(InvalidParameterError, match="choose another name"):
        till.send("order_id,placed_at,total\n1,2026-11-20T10:00:00Z,1\n")


def test_a_source_that_was_removed_takes_no_orders(till: Till) -> None:
    till.post(ROW)
    till.accounts.change_source("acme", "till", status="removed", is_paused=True)
    with pytest.raises(InvalidParameterError, match="was removed"):
        till.post(ROW | {"order_id": "R-2"})
    assert till.orders.get("acme", "till", "R-2") is None


def test_what_is_posted_is_neither_paused_nor_resumed(till: Till) -> None:
    till.post(ROW)
    with pytest.raises(InvalidParameterError, match="are posted"):
        pause_source("acme", "till", accounts=till.accounts)


@pytest.mark.parametrize("name", ["", "Till", "a b", "x" * 33, None, 7.5])
def test_a_name_that_no_source_can_have_is_refused(till: Till, name: object) -> None:
    with pytest.raises(InvalidParameterError, match="source"):
        till.post(ROW, source=name)


@pytest.mark.parametrize(
    "body", [None, [], {"source": "till"}, {"source": "till", "rows": [ROW], "extra": 1}]
)
def test_a_post_of_another_shape_is_refused(till: Till, body: object) -> None:
    with pytest.raises(InvalidParameterError):
        import_orders("acme", body, ports=till.ports)


def test_a_thousand_rows_are_taken_and_no_more(till: Till) -> None:
    rows = [{**ROW, "order_id": str(number)} for number in range(1001)]
    with pytest.raises(InvalidParameterError, match="1000"):
        till.post(*rows)
    assert till.post(*rows[:1000]).changed == 1000


def test_bad_rows_are_answered_kept_and_stop_no_other(till: Till) -> None:
    result = till.post({**ROW, "total": None}, ROW, "no row")
    assert result.accepted == 1
    assert [(fault.index, fault.reason) for fault in result.rejected] == [
        (0, "total: missing"),
        (2, "not a JSON object"),
    ]
    assert any("rejected" in key for key in till.lake.objects)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"order_id": ""}, "order_id: missing"),
        ({"order_id": "x" * 65}, "order_id: longer"),
        ({"placed_at": None}, "placed_at: missing"),
        ({"placed_at": "2026-11-20T09:30:00"}, "placed_at: has no offset"),
        ({"placed_at": "2031-01-01T00:00:00Z"}, "placed_at: in the future"),
        ({"updated_at": "yesterday"}, "updated_at: not an ISO"),
        ({"total": "-1"}, "total: negative"),
        ({"total": 64.9}, "total: not an amount"),
        ({"currency": None}, "currency: not three letters"),
        ({"currency": "dollar"}, "currency: not three letters"),
        ({"rate": "0"}, "rate: not above zero"),
        ({"status": "sold"}, "status: not one of"),
        ({"email": "ann"}, "not an email address"),
        ({"email_sha256": "0" * 64}, "email: give it or email_sha256"),
        ({"email": None, "email_sha256": "xyz"}, "not a SHA-256"),
        ({"subscription_id": "a b"}, "subscription_id: not 1 to 64"),
        ({"channel": "in store"}, "channel: not 1 to 32"),
        ({"coupon_codes": "TEN"}, "coupon_codes: not a list"),
        ({"test": "yes"}, "test: not true or false"),
        ({"lines": {"total": "1"}}, "lines: not a list"),
        ({"lines": [{"sku": "A"}]}, "lines 1: total: give it or price"),
        ({"lines": [{"total": "1"}, {"total": "1", "color": "red"}]}, "lines 2: color: unknown"),
        ({"lines": [{"total": "1", "product_id": "A-1"}]}, "lines 1: product_id: not a whole"),
        ({"lines": [{"total": "1"}] * 251}, "lines: not a list of at most 250"),
        ({"refunds": [{"id": "1", "amount": "1"}]}, "refunds 1: at: missing"),
        ({"refunds": [{"amount": "1", "at": ROW["placed_at"]}]}, "refunds 1: id: missing"),
        ({"surprise": 1}, "surprise: unknown field"),
        ({"payment_method": "x" * 300_000}, "larger than"),
    ],
)
def test_a_field_that_is_wrong_is_named(till: Till, change: dict[str, Any], reason: str) -> None:
    result = till.post({**ROW, **change})
    [found] = reasons(result)
    assert reason in found
    assert result.accepted == 0


def test_the_same_post_again_changes_nothing(till: Till) -> None:
    till.post(ROW)
    till.clock.advance(HOUR)
    assert till.post(ROW) == ImportRowsResult(1, 0, ())


def test_an_order_that_comes_again_is_replaced_refunds_included(till: Till) -> None:
    refund = {"id": "re_1", "amount": "5.00", "at": "2026-11-21T09:00:00Z"}
    till.post({**ROW, "refunds": [refund]})
    till.clock.advance(HOUR)
    more = {**refund, "id": "re_2", "amount": "1.50"}
    till.post({**ROW, "refunds": [refund, more], "status": "partially_refunded"})
    assert revenue_of(till.order(), "USD").refund == 650
    till.clock.advance(HOUR)
    till.post(ROW)
    assert revenue_of(till.order(), "USD").refund == 0


def test_a_refunded_order_without_refunds_counts_as_refunded_whole(till: Till) -> None:
    till.post({**ROW, "status": "refunded"})
    revenue = revenue_of(till.order(), "USD")
    assert (revenue.net, revenue.refund_assumed) == (0, True)


def test_a_refund_id_stands_once_in_an_order(till: Till) -> None:
    refund = {"id": 1, "amount": "5", "at": "2026-11-21T09:00:00Z"}
    assert reasons(till.post({**ROW, "refunds": [refund, refund]})) == [
        "refunds: two with the same id"
    ]


def test_a_row_older_than_what_is_known_changes_nothing(till: Till) -> None:
    till.post({**ROW, "updated_at": "2026-11-21T12:00:00Z", "total": "2"})
    till.clock.advance(HOUR)
    assert till.post({**ROW, "updated_at": "2026-11-21T11:00:00Z"}).changed == 0
    assert till.post({**ROW, "updated_at": "2026-11-21T12:30:00Z", "total": "3"}).changed == 1
    assert till.order().total == 3


def test_a_row_without_a_date_says_how_the_order_is_now(till: Till) -> None:
    till.post({**ROW, "updated_at": "2026-11-22T01:00:00Z"})
    till.clock.advance(HOUR)
    assert till.post({**ROW, "total": "1"}).changed == 1
    assert till.order().total == 1
    till.clock.advance(HOUR)
    assert till.post({**ROW, "total": "1"}).changed == 0


def test_of_an_order_that_stands_twice_in_a_post_the_last_or_newest_row_counts(till: Till) -> None:
    till.post({**ROW, "total": "1"}, {**ROW, "total": "2"})
    assert till.order().total == 2
    newer = {**ROW, "order_id": "N", "updated_at": "2026-11-21T12:00:00Z", "total": "3"}
    till.post(newer, {**newer, "updated_at": "2026-11-21T11:00:00Z", "total": "4"})
    assert till.order("N").total == 3


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3) | st.none()), max_size=8))
def test_posting_in_one_go_or_one_by_one_ends_alike(changes: list[tuple[int, int | None]]) -> None:
    rows = [
        {**ROW, "total": total, **({"updated_at": f"2026-11-21T0{hour}:00:00Z"} if hour else {})}
        for total, hour in changes
    ]
    together, apart = Till(), Till()
    if rows:
        together.post(*rows)
    for row in rows:
        apart.clock.advance(timedelta(seconds=1))
        apart.post(row)
    if rows:
        assert together.order().total == apart.order().total


@pytest.mark.parametrize(
    ("status", "status_id"),
    [("paid", 10), ("Pending", 1), ("canceled", 5), ("Partially Refunded", 14), ("failed", 6)],
)
def test_statuses_are_those_of_the_store_by_name(till: Till, status: str, status_id: int) -> None:
    till.post({**ROW, "status": status})
    assert till.order().status_id == status_id


def test_a_hash_stands_in_for_the_email(till: Till) -> None:
    digest = hashlib.sha256(b"ann@example.com").hexdigest()
    till.post({**ROW, "email": None, "email_sha256": digest.upper()})
    assert till.order().email == ""
    assert till.order().email_node == email_node("ann@example.com")


def test_customer_ids_are_the_sources_own_numbers_or_texts(till: Till) -> None:
    till.post({**ROW, "customer_id": 42}, {**ROW, "order_id": "2", "customer_id": "cus_9"})
    assert till.order().customer_node == customer_node("till", 42)
    assert till.order("2").customer_node == customer_node("till", "cus_9")
    till.post({**ROW, "order_id": "3", "customer_id": "0"})
    assert till.order("3").customer_node == ""


def test_a_rate_converts_and_a_foreign_order_without_one_is_not_converted(till: Till) -> None:
    euro = {**ROW, "currency": "EUR", "total": "80"}
    till.post({**euro, "rate": "0.8"}, {**euro, "order_id": "2"})
    assert revenue_of(till.order(), "USD").gross == 10_000
    assert revenue_of(till.order("2"), "USD").gross is None


def test_the_posts_currency_is_that_of_rows_without_one(till: Till) -> None:
    row = {name: value for name, value in ROW.items() if name != "currency"}
    till.post(row, {**ROW, "order_id": "2", "currency": "eur"}, currency="cad")
    assert (till.order().currency, till.order("2").currency) == ("CAD", "EUR")


def test_lines_and_the_subscription_of_an_order(till: Till) -> None:
    lines = [{"sku": "MUG", "quantity": 2, "price": "10"}, {"name": "Card", "total": "4"}]
    till.post({**ROW, "lines": lines, "subscription_id": "s-9"})
    assert [(line.line_id, int(line.total)) for line in till.order().lines] == [(1, 20), (2, 4)]
    assert till.order().lines[0].options == (("subscription_id", "s-9"),)
    till.post({**ROW, "order_id": "2", "subscription_id": "s-9"})
    assert [line.total for line in till.order("2").lines] == [Decimal("64.90")]


FILE = """\
placed_at,order_id,total,email,status,line_sku,line_quantity,line_price,refund_id,refund_amount,\
refunded_at,coupon_codes
2026-11-20T10:00:00Z,A,30.00,ann@example.com,paid,MUG,1,20,,,,TEN|FREE
2026-11-20T11:00:00Z,B,5,,,,,,,,,
,A,30,,,CARD,2,5,r1,4.00,2026-11-21T10:00:00Z,
"""


def test_a_file_has_a_row_per_order_or_per_line(till: Till) -> None:
    assert till.send(FILE) == ImportRowsResult(3, 2, ())
    order = till.order("A")
    assert [(line.sku, line.quantity, int(line.total)) for line in order.lines] == [
        ("MUG", 1, 20),
        ("CARD", 2, 10),
    ]
    assert [(refund.refund_id, int(refund.amount)) for refund in order.refunds] == [("r1", 4)]
    assert order.coupon_codes == ("TEN", "FREE")
    assert till.order("B").lines == ()


def test_the_same_file_again_changes_nothing(till: Till) -> None:
    till.send(FILE)
    till.clock.advance(HOUR)
    assert till.send(FILE).changed == 0


@pytest.mark.parametrize(("clear", "day"), [("11/20/2026", 3), ("20/11/2026", 11)])
def test_one_clear_date_tells_how_all_dates_of_a_file_go(till: Till, clear: str, day: int) -> None:
    text = f"order_id,placed_at,total\nA,11/03/2026,1\nB,{clear},1\n"
    assert till.send(text, FileDialect(ZoneInfo("UTC"))).accepted == 2
    assert till.order("A").placed_at.day == day


@pytest.mark.parametrize("others", ["", "B,11/20/2026,1\nC,20/11/2026,1\n"])
def test_a_date_that_is_two_dates_is_kept_only_if_the_sender_says_which(
    till: Till, others: str
) -> None:
    text = f"order_id,placed_at,total\nA,11/03/2026,1\n{others}"
    refused = till.send(text, FileDialect(ZoneInfo("UTC")))
    [reason] = reasons(refused)
    assert "date_format" in reason
    till.send(text.partition("B,")[0], FileDialect(ZoneInfo("UTC"), date_order="dmy"))
    assert till.order("A").placed_at.month == 3


def test_faults_of_a_file_name_the_spreadsheets_row(till: Till) -> None:
    text = (
        "order_id,placed_at,total\n1,2026-11-20T10:00:00Z,1\n2,11/20/2026 10:00,1\n"
        "3,2026-11-20T10:00:00Z,1.234\n4,2026-11-20T10:00:00Z\n5,2026-11-20T10:00:00Z,\n"
        ",2026-11-20T10:00:00Z,1\n"
    )
    result = till.send(text)
    assert (result.accepted, result.changed) == (1, 1)
    assert [fault.index for fault in result.rejected] == [1, 2, 3, 4, 5]
    assert [reason.partition(": ")[0] for reason in reasons(result)] == [
        "row 3",
        "row 4",
        "row 5",
        "row 6",
        "row 7",
    ]
    assert "row 6: total: missing" in reasons(result)
    assert "row 7: order_id: missing" in reasons(result)


def test_an_order_with_a_bad_row_is_not_taken_at_all(till: Till) -> None:
    text = "order_id,placed_at,total,line_total\n1,2026-11-20T10:00:00Z,9,4\n1,,,x\n"
    result = till.send(text)
    assert (result.accepted, result.changed) == (0, 0)
    assert reasons(result) == ["row 3: line_total: not an amount"]
    assert till.accounts.sources("acme") == []


def test_rows_of_one_order_that_contradict_each_other_are_refused(till: Till) -> None:
    text = "order_id,placed_at,total\n1,2026-11-20T10:00:00Z,9\n1,2026-11-20T10:00:00Z,8\n"
    assert reasons(till.send(text)) == ["row 3: total: another one than in the order's row before"]
