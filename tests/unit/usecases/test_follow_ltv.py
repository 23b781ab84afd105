"""Every figure of lifetime value is followed to its rows, and they make it to the cent."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import pytest

from headwater.domain.row_filters import read_condition
from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.reports.ltv import LTV, LtvQuery, LtvRequest
from headwater.usecases.reports.members import Joining
from tests.following import Reader, check, open_busy_shop
from tests.workshop import ACCOUNT, STORE, Workshop, span

RANGE = span("2026-09-01", "2026-11-20")


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return an account of all kinds of orders."""
    return open_busy_shop()


def asked(by: str, revenue: str = "net", where: str = "") -> LtvRequest:
    condition = read_condition("where", where) if where else None
    return LtvRequest(LtvQuery(Joining(RANGE, where=condition), tuple(by.split(","))), revenue)


@pytest.mark.parametrize(
    ("request_", "least"),
    [
        (asked("channel,source", "gross"), {"formula": 100, "contacts": 45, "orders": 20}),
        (asked("source", where="source = google"), {"formula": 30, "contacts": 15, "cost": 2}),
        (asked("contact"), {"formula": 20, "contacts": 8, "orders": 25}),
    ],
    ids=lambda given: given.query.label if isinstance(given, LtvRequest) else "",
)
def test_every_figure_of_lifetime_value_is_made_by_its_rows(
    shop: Workshop, request_: LtvRequest, least: dict[str, int]
) -> None:
    found = Counter(map(check, Reader(shop, LTV, request_).follow_all()))
    refused = {answer for answer in found if answer.startswith("of: no rows stand behind")}
    of_contact = 5 if request_.query.by == ("contact",) else 0
    assert len(refused) == of_contact, "names and days alone"
    assert found.keys() <= {"contacts", "orders", "cost", "formula", *refused}
    assert all(found[name] >= count for name, count in least.items()), found


@pytest.mark.parametrize("by", ["source", "contact"])
def test_what_it_was_before_is_followed_too(shop: Workshop, by: str) -> None:
    since = LtvQuery(Joining(span("2026-09-08", "2026-09-21")), (by,))
    reader = Reader(shop, LTV, LtvRequest(since), "previous_period")
    found = Counter(
        check(each) for each in reader.follow_all() if each.of.startswith(("previous", "change"))
    )
    assert found["orders"] > 5
    assert found["contacts"] > 5
    assert found["formula"] > 10


@cache
def small_shop(*, is_whole: bool = True) -> Workshop:
    """Return a shop with one customer of 138 days and one of six, both by search."""
    shop = Workshop()
    for day, email in (("2026-07-01", "ann"), ("2026-11-14", "bob")):
        shop.click(f"{day} 12:00", f"{email}@example.com", source="google", medium="cpc")
    shop.order(1, "2026-07-05 12:00", "100.00", email="ann@example.com")
    shop.order(2, "2026-07-25 12:00", "30.00", email="ann@example.com")
    shop.order(3, "2026-09-02 12:00", "70.00", email="ann@example.com")
    shop.order(4, "2026-11-15 12:00", "50.00", email="bob@example.com")
    if not is_whole:
        source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=7, orders_total=70)
        shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    return shop


def test_a_value_at_an_age_leads_to_the_orders_of_those_who_have_reached_it() -> None:
    request = LtvRequest(LtvQuery(Joining(span("2026-07-01", "2026-11-20")), ("source",)))
    reader = Reader(small_shop(), LTV, request)
    key = {"kind": "credited", "source": "google"}
    impact = reader.follow("impact_30", key)
    assert (impact["formula"], impact["value"]) == (
        "(net_30 - first_net_30) / first_net_30",
        "0.3000",
    )
    assert [part["value"] for part in impact["parts"]] == ["130.00", "100.00"]
    assert "of=first_net_30&kind=credited&source=google" in impact["parts"][1]["follow"]
    ids = {name: _ids(reader.follow(name, key)) for name in ("net_0", "net_30", "first_net_30")}
    assert ids == {"net_0": ["1", "4"], "net_30": ["1", "2"], "first_net_30": ["1"]}
    [ann] = reader.follow("customers_30", key)["rows"]
    assert (ann["joined_on"], ann["orders"], ann["net"]) == ("2026-07-05", 3, "200.00")
    assert all(check(each) != "untold" for each in reader.follow_all() if each.value is not None)


def _ids(answer: dict[str, Any]) -> list[str]:
    assert answer["holds"] == "orders"
    return [row["order_id"] for row in answer["rows"]]


@pytest.mark.parametrize("of", ["net", "value_30", "impact_30", "net_30", "customers_30"])
def test_what_the_report_withholds_stays_withheld(of: str) -> None:
    answer = Reader(small_shop(is_whole=False), LTV, asked("source")).follow(of)
    assert (answer["value"], answer["rows"], answer["totals"]) == (None, [], None)
    assert all(part["value"] is None for part in answer["parts"])


@pytest.mark.parametrize("of", ["value_31", "net_99999", "first_customers_30", "leads"])
def test_other_names_are_no_figures(shop: Workshop, of: str) -> None:
    reader = Reader(shop, LTV, asked("source"))
    with pytest.raises(InvalidParameterError, match="there is no figure"):
        reader.follow(of)
