"""Every figure of the coverage report is followed to its rows, and they sum to it to the cent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headwater.errors import InvalidParameterError
from headwater.usecases.reports.coverage import COVERAGE, CoverageQuery, CoverageRequest
from tests.following import Reader, check, expand
from tests.seen_shop import RANGE, open_seen_shop
from tests.workshop import STORE, span

if TYPE_CHECKING:
    from tests.workshop import Workshop

# Eleven days, before which something happened as well.
LATER = span("2026-11-10", "2026-11-20")
# Of the whole: cost and clicks in all, joined and not, shares, and the health of sales.
TOTALS = Counter({"cost": 3, "clicks": 3, "formula": 3, "orders": 4, "visits": 2})
VERDICT = "of: no rows stand behind health_verdict: it is what health_attributed_share comes to"
KEY = "of: no rows stand behind is_joined: it says whether the method is a key at all"
TEXT = "of: no rows stand behind {}: it is the text that gives every click its ad's ids"


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return an account in which every outcome and every cause occurs."""
    return open_seen_shop()


def asked(part: str, model: str | None = None, revenue: str = "net") -> CoverageRequest:
    return CoverageRequest(CoverageQuery(RANGE), part, revenue, model)


def followed(shop: Workshop, request: CoverageRequest) -> dict[str, int]:
    """Return how many figures of the rows lead to what, once those of the whole are held."""
    found = Counter(map(check, Reader(shop, COVERAGE, request).follow_all()))
    assert found.pop(VERDICT) == 1
    assert found >= TOTALS
    return dict(found - TOTALS)


@pytest.mark.parametrize(("model", "revenue"), [("linear", "net"), ("full_impact", "gross")])
def test_every_outcome_is_the_sum_of_its_orders(shop: Workshop, model: str, revenue: str) -> None:
    # Orders, gross and net of eight kinds; a duplicate has no share, one kind has a coverage.
    found = followed(shop, asked("revenue", model, revenue))
    assert found == {"orders": 8 * 3, "formula": 7 + 1, "untold": 1 + 7}


def test_every_cause_is_the_sum_of_its_orders(shop: Workshop) -> None:
    assert followed(shop, asked("causes", "reengaged_lead")) == {"orders": 6 * 3}


def test_cost_and_clicks_by_their_key_are_the_sum_of_their_rows(shop: Workshop) -> None:
    assert followed(shop, asked("cost")) == {"cost": 5, "clicks": 5, "formula": 10, KEY: 5}


def test_what_meets_nothing_is_the_sum_of_its_rows(shop: Workshop) -> None:
    # Two ads whose clicks the platform counts, and two kinds of clicks that cost nothing known.
    found = followed(shop, asked("unmatched"))
    texts = {TEXT.format(name): 4 for name in ("paste_into", "template")}
    assert found == {"cost": 2 * 2 + 2, "clicks": 2, **texts}


def test_the_range_before_is_followed_too(shop: Workshop) -> None:
    request = replace(asked("causes", "last_click"), query=CoverageQuery(LATER))
    reader = Reader(shop, COVERAGE, request, "previous_period")
    assert "model" not in reader.answer["rows"][0]["previous"]
    of_previous = [each for each in reader.follow_all() if each.of.startswith("previous_")]
    found = Counter(map(check, of_previous))
    # Those of the whole, once more, and orders, gross and net of each row.
    assert found >= TOTALS
    assert found["orders"] == TOTALS["orders"] + 6 * 3
    assert any(each.value not in {0, "0.00", None} for each in of_previous if each.row)


def test_a_row_of_one_of_all_models_leads_where_the_question_of_that_model_does(
    shop: Workshop,
) -> None:
    every, one = Reader(shop, COVERAGE, asked("causes")), asked("causes", "last_click")
    assert every.answer["follow"].endswith("{&of,model,cause}")
    alone = Reader(shop, COVERAGE, one)
    assert alone.answer["follow"].endswith("&model=last_click&revenue=net&orders=all{&of,cause}")
    link = expand(every.answer["follow"], {"of": "net", "model": "last_click", "cause": "no_click"})
    assert link.endswith("&revenue=net&orders=all&of=net&model=last_click&cause=no_click")
    with every.followed, alone.followed:
        named = every.follow("net", {"model": "last_click", "cause": "no_click"})
        plain = alone.follow("net", {"cause": "no_click"})
    assert named["rows"] == plain["rows"]
    assert {row["order_id"] for row in named["rows"]} == {"12", "24"}


def test_a_credited_order_tells_which_clicks_got_it(shop: Workshop) -> None:
    reader = Reader(shop, COVERAGE, asked("revenue", "linear"))
    with reader.followed:
        [row] = [
            row
            for row in reader.follow("net", {"kind": "credited"})["rows"]
            if row["order_id"] == "1"
        ]
    assert len(row["touches"]) == 2
    assert sum(Decimal(touch["net"]) for touch in row["touches"]) == Decimal("50.02")
    assert row["amount"] == row["net"] == "50.02"
    assert row["follow"] == f"/v1/orders/{STORE}/1/credits?explain=true"


def test_a_share_is_of_all_that_the_store_sold(shop: Workshop) -> None:
    reader = Reader(shop, COVERAGE, asked("revenue", "linear"))
    with reader.followed:
        answer = reader.follow("share", {"kind": "credited"})
        store = reader.follow("store_net", {"kind": "credited"})
    assert answer["formula"] == "net / store_net"
    assert answer["parts"][1]["value"] == store["totals"]["figure"]
    assert store["value"] == shop.roi(str(RANGE.first), str(RANGE.last))["totals"]["net"]


@pytest.mark.parametrize(
    ("part", "of", "key"),
    [
        ("cost", "share", {"platform": "google", "method": "ad_id"}),
        ("causes", "share", {"model": "linear", "cause": "no_click"}),
        ("revenue", "cost_share", {"model": "linear", "kind": "credited"}),
        ("revenue", "health_orders", None),
        ("revenue", "share", None),
    ],
)
def test_a_figure_of_another_part_is_refused(
    shop: Workshop, part: str, of: str, key: dict[str, Any] | None
) -> None:
    reader = Reader(shop, COVERAGE, asked(part))
    with reader.followed, pytest.raises(InvalidParameterError, match=f"there is no figure {of}"):
        reader.follow(of, key)
