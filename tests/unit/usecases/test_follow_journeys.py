"""Every figure of the journeys report is followed to the orders that are counted there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from headwater.domain.journey_facts import LAGS, LISTS, MEASURES
from headwater.domain.row_views import flat_row
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.ports import Source
from headwater.usecases.reports.journeys import JOURNEYS, JourneysQuery, JourneysRequest
from tests.following import Reader, check, open_busy_shop
from tests.workshop import ACCOUNT, STORE, Workshop, span

if TYPE_CHECKING:
    from headwater.usecases.reports.which_orders import WhichOrders


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return an account of all kinds of orders."""
    return open_busy_shop()


def reader(shop: Workshop, orders: WhichOrders = "all") -> Reader:
    query = JourneysQuery(span("2026-09-10", "2026-10-20"), orders)
    return Reader(shop, JOURNEYS, JourneysRequest(query))


@pytest.mark.parametrize("orders", ["all", "repeat"])
def test_every_figure_is_the_sum_or_the_percentile_of_its_orders(
    shop: Workshop, orders: WhichOrders
) -> None:
    of_orders = reader(shop, orders)
    rows, totals = of_orders.answer["rows"], flat_row(of_orders.answer["totals"])
    assert {row["section"] for row in rows} == {*MEASURES, *LISTS}
    assists = sum(row["section"].startswith("assist_") for row in rows)
    untold = sum(total is None for total in totals.values())
    assert untold == {"all": 0, "repeat": 9}[orders], "only first orders have lags"
    # Of a row orders, gross and net; of what assists besides how often it closed.
    assert Counter(map(check, of_orders.follow_all())) == {
        "orders": 3 * len(rows) + assists + len(totals) - untold,
        "formula": assists,
        "untold": 2 * (len(rows) - assists) + untold,
    }


def test_an_order_tells_what_is_measured_of_it(shop: Workshop) -> None:
    of_orders = reader(shop)
    bucket = of_orders.follow("net", {"section": "days", "name": "8-14"})["rows"]
    assert len(bucket) > 1
    assert {row["took"] for row in bucket} <= set(range(8, 15))
    ranked = of_orders.follow("days_p90")
    days = {row["order_id"]: row["amount"] for row in ranked["rows"]}
    assert ranked["totals"]["rule"] == "p90"
    assert all(days[row["order_id"]] == row["took"] for row in bucket)


def test_an_order_stands_under_what_closed_it_and_under_what_assisted() -> None:
    shop = Workshop()
    shop.click("2026-09-20 12:00", source="google", medium="cpc")
    shop.click("2026-09-21 12:00", source="klaviyo", medium="email")
    shop.order(1, "2026-09-22 12:00")
    shop.click("2026-09-23 12:00", source="google", medium="cpc")
    shop.order(2, "2026-09-24 12:00")
    shop.run(reported=False)
    of_orders, search = reader(shop), {"section": "assist_channel", "name": "paid_search"}
    for of, order_id in (("orders", "1"), ("net", "1"), ("last_orders", "2")):
        [order] = of_orders.follow(of, search)["rows"]
        assert order["order_id"] == order_id
    ratio = of_orders.follow("assists_per_last", search)
    assert [(part["figure"], part["value"]) for part in ratio["parts"]] == [
        ("orders", 1),
        ("last_orders", 1),
    ]
    [order] = of_orders.follow("gross", {"section": "overlap", "name": "email + paid_search"})[
        "rows"
    ]
    assert order["order_id"] == "1"


@pytest.mark.parametrize(
    ("of", "key"),
    [
        ("last_orders", None),
        ("touches", None),
        ("name_orders", {"section": "path", "name": "direct"}),
        ("days_median", {"section": "days", "name": "8-14"}),
    ],
)
def test_what_is_no_figure_there_is_refused(
    shop: Workshop, of: str, key: dict[str, str] | None
) -> None:
    with pytest.raises(InvalidParameterError, match=f"of: there is no figure {of}"):
        reader(shop).follow(of, key)


def test_lags_that_are_withheld_have_no_orders_behind_them() -> None:
    shop = Workshop()
    shop.click("2026-09-20 12:00", source="google", campaign="brand")
    shop.opt_in("2026-09-21 12:00")
    shop.order(1, "2026-09-22 12:00")
    shop.accounts.save_source(ACCOUNT, Source(STORE, "bigcommerce", "h", "arn:x", orders_total=9))
    shop.run(reported=False)
    of_orders = reader(shop)
    for name in (f"{lag}{figure}" for lag in LAGS for figure in ("", "_orders", "_median")):
        answer = of_orders.follow(name)
        assert (answer["value"], answer["totals"], answer["rows"]) == (None, None, [])
    [order] = of_orders.follow("days_median")["rows"]
    assert (order["amount"], order["is_new"]) == (2, None)
    with pytest.raises(UnknownResourceError):
        of_orders.follow("orders", {"section": "touch_to_purchase", "name": "2-3"})
