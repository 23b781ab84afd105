"""Every figure of the lags report is followed to the customers who make it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.row_filters import read_condition
from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.reports.lags import LAGS_REPORT, LagsQuery, LagsRequest
from headwater.usecases.reports.members import Joining
from tests.following import Reader, check, open_busy_shop
from tests.workshop import ACCOUNT, STORE, Workshop, span

if TYPE_CHECKING:
    from collections.abc import Mapping

RANGE = span("2026-08-01", "2026-11-20")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "brand"}
# The lag → where it begins and ends in the row of a customer.
ENDS = {
    "touch_to_opt_in": ("touched_at", "opted_in_at"),
    "opt_in_to_purchase": ("opted_in_at", "purchased_at"),
    "touch_to_purchase": ("touched_at", "purchased_at"),
}


def lags(part: str = "percentiles", by: str = "campaign", where: str = "") -> LagsRequest:
    condition = read_condition("where", where) if where else None
    return LagsRequest(LagsQuery(Joining(RANGE, where=condition), tuple(by.split(","))), part)


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return an account of five customers who take from no day to a hundred."""
    shop = Workshop()
    shop.visit("2026-06-01 12:00", "the first visitor ever")
    for number, days in enumerate((0, 0, 3, 17, 100), start=1):
        email = f"n{number}@example.com"
        shop.click("2026-07-20 12:00", email, **(SEARCH if number % 2 else {"source": "x"}))
        shop.opt_in(f"2026-07-20 {12 + number}:30", email)
        when = f"2026-{10 if days > 50 else 8:02}-{28 if days > 50 else 4 + days:02} 11:00"
        shop.order(number, when, f"{number}0.00", email=email)
    shop.order(9, "2026-10-01 12:00", email="n1@example.com")
    shop.order(10, "2026-09-01 12:00", email="nobody@example.com")
    shop.run(reported=False)
    return shop


@pytest.mark.parametrize("by", ["campaign", "source,medium"])
def test_every_figure_of_the_percentiles_is_made_of_its_rows(shop: Workshop, by: str) -> None:
    found = Counter(map(check, Reader(shop, LAGS_REPORT, lags(by=by)).follow_all()))
    # The totals and three rows of thirteen figures; nobody without a click has a lag.
    assert found == {"contacts": 4 * 13 - 9, "untold": 9}


def test_customers_of_other_classes_and_currencies_are_followed_too() -> None:
    reader = Reader(open_busy_shop(), LAGS_REPORT, lags())
    found = Counter(map(check, reader.follow_all()))
    assert found.keys() == {"contacts", "untold"}
    assert {row["kind"] for row in reader.answer["rows"]} > {"credited"}


def test_every_figure_of_a_distribution_is_made_of_its_rows(shop: Workshop) -> None:
    reader = Reader(shop, LAGS_REPORT, lags("distribution", where="source = google"))
    found = Counter(map(check, reader.follow_all()))
    # Three measures of ten buckets, each with customers and two shares; and the totals.
    assert found == {"contacts": 30 + 13, "formula": 60}


def test_a_share_leads_to_those_who_have_the_lag(shop: Workshop) -> None:
    reader = Reader(shop, LAGS_REPORT, lags("distribution"))
    key = {
        "kind": "credited",
        "campaign": "brand",
        "measure": "touch_to_purchase",
        "days": "91-180",
    }
    answer = reader.follow("cumulative_share", key)
    assert answer["formula"] == "customers_so_far / customers_of_measure"
    assert [part["value"] for part in answer["parts"]] == [3, 3]
    assert "of=customers_so_far" in answer["parts"][0]["follow"]
    assert len(reader.follow("customers_so_far", key | {"days": "15-30"})["rows"]) == 2


@pytest.mark.parametrize(("lag", "ends"), ENDS.items())
def test_a_row_tells_when_the_days_began_and_ended(
    shop: Workshop, lag: str, ends: tuple[str, str]
) -> None:
    answer = Reader(shop, LAGS_REPORT, lags()).follow(f"{lag}_p90")
    assert answer["totals"] == {"rows": 5, "rule": "p90", "figure": answer["value"]}
    for row in answer["rows"]:
        first, last = (datetime.fromisoformat(row[end]) for end in ends)
        assert (last - first).days == row["amount"]
    bought = {row["purchased_at"]: (row["orders"], row["net"]) for row in answer["rows"]}
    assert bought["2026-08-04T11:00:00+00:00"] == (2, "110.00")


@pytest.mark.parametrize(
    ("part", "of", "key"),
    [
        ("distribution", "share", None),
        ("distribution", "customers_so_far", None),
        ("percentiles", "share", {"kind": "credited", "campaign": "brand"}),
        ("percentiles", "touch_to_purchase", None),
    ],
)
def test_what_the_part_does_not_tell_is_refused(
    shop: Workshop, part: str, of: str, key: Mapping[str, Any] | None
) -> None:
    with pytest.raises(InvalidParameterError, match=f"of: there is no figure {of}; there are "):
        Reader(shop, LAGS_REPORT, lags(part)).follow(of, key)


def test_nothing_is_told_while_older_orders_are_missing() -> None:
    shop = Workshop()
    shop.click("2026-10-05 12:00", **SEARCH)
    shop.order(1, "2026-10-15 12:00")
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=1, orders_total=30)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    reader = Reader(shop, LAGS_REPORT, lags())
    for of in ("customers", "touch_to_purchase", "touch_to_purchase_p90"):
        answer = reader.follow(of)
        assert (answer["value"], answer["totals"], answer["rows"]) == (None, None, [])
