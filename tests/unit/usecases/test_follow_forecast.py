"""Every figure of the forecast is followed to the orders that came of clicks, and when."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.reports.forecast import FORECAST, ForecastQuery, ForecastRequest
from tests.following import Reader, check, made, open_busy_shop
from tests.workshop import ACCOUNT, STORE, Workshop, at, span

RANGE = span("2026-03-01", "2026-11-20")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "brand"}
SOCIAL = {"source": "facebook", "medium": "paid", "campaign": "spring"}
VERDICTS = ("basis", "first_click_on", "last_click_on", "is_old_enough")


def forecast(by: str, model: str = "first_click", **asked: Any) -> ForecastRequest:  # noqa: ANN401
    return ForecastRequest(ForecastQuery(RANGE, tuple(by.split(",")), **asked), model)


def price(number: int) -> str:
    return f"{min(number, 31)}.50"


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return an account of thirty customers of search, and of two of social who paid the same."""
    shop = Workshop()
    shop.visit("2026-01-01 12:00", "the first visitor ever")
    for number in range(1, 33):
        email, hours = f"n{number}@example.com", (number % 7) * (number % 11) * 24 + number
        shop.click("2026-03-05 12:00", email, **(SEARCH if number <= 30 else SOCIAL))
        bought = at("2026-03-05 12:00") + timedelta(hours=hours)
        shop.order(number, f"{bought:%Y-%m-%d %H:%M}", price(number), email=email)
    shop.order(40, "2026-09-20 12:00", "7.00", email="n30@example.com")
    shop.click("2026-10-05 12:00", "eve@example.com", source="bing", campaign="fresh")
    shop.run(reported=False)
    return shop


@pytest.mark.parametrize(
    "request_",
    [
        forecast("campaign", horizon=20),
        forecast("source,medium", "full_impact", orders="all", revenue="gross", horizon=20),
        forecast("channel", "linear_all", orders="all", horizon=7),
    ],
    ids=lambda request: f"{request.query.label} {request.model}",
)
def test_every_figure_of_a_forecast_is_made_of_its_rows(request_: ForecastRequest) -> None:
    reader = Reader(open_busy_shop(), FORECAST, request_)
    found = Counter(map(check, reader.follow_all()))
    rows = reader.answer["rows"]
    refused = {answer: n for answer, n in found.items() if answer.startswith("of: no rows stand")}
    assert list(refused.values()) == [len(rows)] * len(VERDICTS)
    ages = sum(place["days_90"] is not None for place in (reader.answer["totals"], *rows)) * 3
    untold = (len(rows) + 1) * 3 - ages + len(rows)
    assert {of: n for of, n in found.items() if of not in refused} == {
        "orders": (len(rows) + 1) * 2,
        "arrivals": ages,
        "clicks": len(rows),
        "untold": untold,
    }
    assert ages > len(rows)


@pytest.mark.parametrize("revenue", ["net", "gross"])
def test_a_name_that_is_judged_leads_to_its_own_orders_or_to_all(
    shop: Workshop, revenue: str
) -> None:
    reader = Reader(shop, FORECAST, forecast("campaign", revenue=revenue))
    followed = list(reader.follow_all())
    # The totals have three ages, brand and spring four, and fresh only that of all names.
    assert Counter(map(check, followed))["arrivals"] == 3 + 4 + 4 + 1
    judged = {
        each.row["campaign"]: each.answer
        for each in followed
        if each.row and each.of == "evaluation_days"
    }
    counts = {name: answer["totals"]["rows"] for name, answer in judged.items()}
    assert counts == {"brand": 30, "spring": 32, "fresh": 32}
    assert {answer["totals"]["rule"] for answer in judged.values()} == {"share_90"}
    assert judged["fresh"]["value"] == reader.answer["totals"]["days_90"]


def test_ages_are_begun_days_weighed_by_what_the_click_got(shop: Workshop) -> None:
    answer = Reader(shop, FORECAST, forecast("campaign")).follow("days_80")
    for row in answer["rows"]:
        took = datetime.fromisoformat(row["placed_at"]) - datetime.fromisoformat(row["touched_at"])
        assert row["amount"] == -(-took // timedelta(days=1))
        assert row["weight"] == price(int(row["order_id"]))
        assert row["follow"] == f"/v1/orders/{STORE}/{row['order_id']}/credits?explain=true"


def test_an_age_that_is_weighed_wrongly_would_be_noticed() -> None:
    rows = [{"amount": 1, "weight": "1.00"}, {"amount": 9, "weight": "8.00"}]
    assert made("share_80", rows) == Decimal(9)
    assert made("share_80", [rows[0], rows[1] | {"weight": "0.20"}]) == Decimal(1)


def test_how_long_a_name_has_run_leads_to_its_clicks(shop: Workshop) -> None:
    reader = Reader(shop, FORECAST, forecast("campaign"))
    answer = reader.follow("running_days", {"campaign": "brand"})
    assert answer["totals"]["rule"] == "greatest"
    assert [(row["day"], row["clicks"], row["amount"]) for row in answer["rows"]] == [
        ("2026-03-05", 30, answer["value"])
    ]


@pytest.mark.parametrize("of", ["evaluation_days", "running_days"])
def test_the_totals_judge_nothing(shop: Workshop, of: str) -> None:
    with pytest.raises(InvalidParameterError, match=f"of: there is no figure {of}; there are "):
        Reader(shop, FORECAST, forecast("campaign")).follow(of)


def test_first_orders_are_not_told_while_older_orders_are_missing() -> None:
    shop = Workshop()
    shop.click("2026-03-05 12:00", **SEARCH)
    shop.order(1, "2026-03-15 12:00")
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=1, orders_total=30)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    reader = Reader(shop, FORECAST, forecast("campaign"))
    for of in ("orders", "revenue", "days_90"):
        answer = reader.follow(of)
        assert (answer["value"], answer["totals"], answer["rows"]) == (None, None, [])
    [row] = Reader(shop, FORECAST, forecast("campaign", orders="all")).follow("orders")["rows"]
    assert row["is_new"] is None
