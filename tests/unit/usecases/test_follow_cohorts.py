"""Every figure of the cohort report is followed to its rows, and they make it to the cent."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from headwater.domain.row_filters import read_condition
from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.reports.cohorts import COHORTS, CohortsRequest
from headwater.usecases.reports.members import Joining
from tests.following import Reader, check, open_busy_shop
from tests.workshop import ACCOUNT, STORE, Workshop, span

RANGE = span("2026-09-01", "2026-11-20")
GOOGLE = "source = google or campaign ~ '$zone''s'"
MADE = ("formula", "untold")


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return an account of all kinds of orders."""
    return open_busy_shop()


def asked(
    kind: str, part: str = "cohorts", revenue: str = "net", where: str = ""
) -> CohortsRequest:
    condition = read_condition("where", where) if where else None
    return CohortsRequest(Joining(RANGE, kind, condition), part, revenue)


@pytest.mark.parametrize(
    ("request_", "least"),
    [
        (asked("first_purchase"), {"contacts": 20, "orders": 10, "leads": 3, "cost": 3, "ages": 2}),
        (asked("first_opt_in", revenue="gross"), {"contacts": 15, "leads": 3, "ages": 2}),
        (asked("first_click", where=GOOGLE), {"contacts": 15, "leads": 3, "cost": 3}),
        (asked("first_purchase", "months", "gross"), {"orders": 25, "formula": 25}),
        (asked("first_purchase", "days"), {"contacts": 20, "orders": 15, "formula": 20}),
        (asked("first_purchase", "last_clicks"), {"contacts": 15, "orders": 9}),
        (asked("first_purchase", "time_to_purchase"), {"contacts": 45, "formula": 70}),
        (asked("first_click", "time_to_purchase", where=GOOGLE), {"contacts": 15, "formula": 30}),
    ],
    ids=lambda given: (
        f"{given.part} by {given.query.kind}" if isinstance(given, CohortsRequest) else ""
    ),
)
def test_every_figure_of_cohorts_is_made_by_its_rows(
    shop: Workshop, request_: CohortsRequest, least: dict[str, int]
) -> None:
    found = Counter(map(check, Reader(shop, COHORTS, request_).follow_all()))
    refused = {answer for answer in found if answer.startswith("of: no rows stand behind")}
    assert len(refused) == REFUSED[request_.part], "words and dates alone"
    assert found.keys() <= {"contacts", "orders", "leads", "cost", "ages", *MADE, *refused}
    assert all(found[name] >= count for name, count in least.items()), found


@pytest.mark.parametrize(
    ("part", "least"),
    [
        ("cohorts", {"contacts": 20, "orders": 15, "leads": 3, "cost": 5, "formula": 50}),
        ("months", {"contacts": 20, "orders": 25, "formula": 50}),
    ],
)
def test_what_cohorts_were_a_month_before_is_followed_too(
    shop: Workshop, part: str, least: dict[str, int]
) -> None:
    october = CohortsRequest(Joining(span("2026-10-01", "2026-10-31")), part)
    reader = Reader(shop, COHORTS, october, "previous_period")
    found = Counter(map(check, reader.follow_all()))
    assert all(found[name] >= count for name, count in least.items()), found


# Part → how many of its columns are no figures.
REFUSED = {"cohorts": 1, "months": 2, "days": 1, "last_clicks": 0, "time_to_purchase": 0}


@cache
def late_shop(*, is_whole: bool = True) -> Workshop:
    """Return a shop in which 120.00 of cost come back with the third order, in the next month."""
    shop = Workshop()
    shop.order(1, "2026-09-05 12:00", "70.00", email="ann@example.com")
    shop.order(2, "2026-09-20 12:00", "30.00", email="ann@example.com")
    shop.order(3, "2026-10-25 12:00", "20.00", email="ann@example.com")
    shop.order(4, "2026-11-15 12:00", "10.00", email="ann@example.com")
    shop.spend("2026-09-03", "120.00")
    if not is_whole:
        source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=7, orders_total=70)
        shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    return shop


def test_a_break_even_is_the_first_age_at_which_net_has_reached_the_cost() -> None:
    reader = Reader(late_shop(), COHORTS, asked("first_purchase"))
    key = {"cohort": "2026-09"}
    for name, value, ages in (
        ("break_even_month", 1, [(2, "130.00"), (1, "120.00")]),
        ("break_even_day", 60, [(365, "130.00"), (180, "130.00"), (90, "130.00"), (60, "120.00")]),
    ):
        answer = reader.follow(name, key)
        assert answer["totals"] == {"rows": len(ages), "rule": "least", "figure": value}
        assert [(row["amount"], row["cumulative_net"]) for row in answer["rows"]] == ages
        assert {row["cost"] for row in answer["rows"]} == {"120.00"}
    [*_, first] = reader.follow("break_even_day", key)["rows"]
    assert first["follow"].endswith("&of=net_day_60&cohort=2026-09")
    orders = reader.follow("net_day_60", key)
    assert [row["amount"] for row in orders["rows"]] == ["70.00", "30.00", "20.00"]
    assert reader.follow("net_month_0", key)["value"] == "100.00"


def test_a_break_even_of_the_other_range_leads_to_its_own_ages() -> None:
    october = CohortsRequest(Joining(span("2026-10-01", "2026-10-30")))
    reader = Reader(late_shop(), COHORTS, october, "previous_period")
    [*_, first] = reader.follow("previous_break_even_day", {"cohort": "2026-10"})["rows"]
    assert first["follow"].endswith("&of=previous_net_day_60&cohort=2026-10")
    assert reader.follow("previous_net_day_60", {"cohort": "2026-10"})["value"] == "120.00"


def test_a_member_stands_with_the_day_on_which_he_joined_and_the_days_that_he_took(
    shop: Workshop,
) -> None:
    reader = Reader(shop, COHORTS, asked("first_purchase"))
    answer = reader.follow("purchase_to_repeat_p90")
    assert answer["totals"]["rule"] == "p90"
    assert {row["days"] for row in answer["rows"]} == {row["amount"] for row in answer["rows"]}
    assert all(row["joined_on"] >= "2026-09-01" for row in answer["rows"])
    assert all(row["follow"].startswith("/v1/contacts/") for row in answer["rows"])


@pytest.mark.parametrize("of", ["net", "ltv", "purchase_to_repeat_median", "net_day_30"])
def test_what_the_report_withholds_stays_withheld(of: str) -> None:
    answer = Reader(late_shop(is_whole=False), COHORTS, asked("first_purchase")).follow(of)
    assert (answer["value"], answer["rows"], answer["totals"]) == (None, [], None)
    assert all(part["value"] is None for part in answer["parts"])


@pytest.mark.parametrize("of", ["nett", "net_week_3", "net_day_99999", "opt_in_to_purchase_mean"])
def test_other_names_are_no_figures(shop: Workshop, of: str) -> None:
    reader = Reader(shop, COHORTS, asked("first_opt_in"))
    with pytest.raises(InvalidParameterError, match="there is no figure"):
        reader.follow(of)
