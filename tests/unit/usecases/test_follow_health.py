"""Every figure of the health report that counts is followed to what it counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from headwater.errors import InvalidParameterError
from headwater.usecases.reports.health import HEALTH, HealthQuery, HealthRequest
from tests.following import Reader, check
from tests.seen_shop import RANGE, open_seen_shop

if TYPE_CHECKING:
    from tests.workshop import Workshop

# Of the whole: visits without a campaign and all that began, page views, and three verdicts.
TOTALS = Counter({"visits": 2, "page_views": 1})
JUDGED = {"verdict", "scripts_missing", "checks_failed"}
REFUSED = "of: no rows stand behind "


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return an account with orders, visits and page views inside and outside of both windows."""
    return open_seen_shop()


def open_reader(shop: Workshop, part: str) -> Reader:
    return Reader(shop, HEALTH, HealthRequest(HealthQuery(RANGE), part))


def followed(shop: Workshop, part: str) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many figures of the rows lead to what, and which have no rows, how often."""
    found = Counter(map(check, open_reader(shop, part).follow_all()))
    refused = Counter(
        {
            told.removeprefix(REFUSED).partition(":")[0]: count
            for told, count in found.items()
            if told.startswith(REFUSED)
        }
    )
    rows = Counter({told: found[told] for told in found if not told.startswith(REFUSED)})
    assert rows >= TOTALS
    assert refused.keys() >= JUDGED
    return dict(rows - TOTALS), dict(refused - Counter(JUDGED))


def test_what_a_window_counts_is_the_sum_of_its_orders_and_visits(shop: Workshop) -> None:
    # Orders and those seen, new sales and those with a click, two hindrances, visits, two shares.
    found = {"orders": 2 * 6, "visits": 2 * 2, "formula": 2 * 2}
    assert followed(shop, "windows") == (found, {"verdict": 2})


def test_clicks_without_a_campaign_are_the_sum_of_their_visits(shop: Workshop) -> None:
    texts = dict.fromkeys(("platform", "last_seen", "paste_into", "template"), 2)
    assert followed(shop, "untagged") == ({"visits": 2}, texts)


def test_sessions_of_a_page_type_are_the_sum_of_their_visits(shop: Workshop) -> None:
    assert followed(shop, "landings") == ({"visits": 3, "formula": 3}, {})


def test_page_views_are_the_sum_of_their_days(shop: Workshop) -> None:
    assert followed(shop, "pages") == ({"page_views": 2 * 3, "formula": 2}, {})


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("scripts", {"state": 1, "pages": 1, "consent_category": 1, "fault": 1}),
        ("checks", dict.fromkeys(("state", "value", "cause", "fix"), 7)),
    ],
)
def test_what_was_found_is_no_sum_and_says_what_leads_on(
    shop: Workshop, part: str, told: dict[str, int]
) -> None:
    assert followed(shop, part) == ({}, told)
    reader = open_reader(shop, part)
    with reader.followed, pytest.raises(InvalidParameterError, match="POST /v1/validations"):
        reader.follow("state", {name: reader.answer["rows"][0][name] for name in NAMED[part]})


NAMED = {"scripts": ("source", "storefront"), "checks": ("check",)}


def test_the_windows_before_are_followed_too(shop: Workshop) -> None:
    reader = Reader(shop, HEALTH, HealthRequest(HealthQuery(RANGE), "windows"), "previous_period")
    found = Counter(
        check(each) for each in reader.follow_all() if each.row and each.of.startswith("previous_")
    )
    assert {kind: count for kind, count in found.items() if not kind.startswith(REFUSED)} == {
        "orders": 2 * 6,
        "visits": 2 * 2,
        "formula": 2 * 2,
    }


def test_the_seven_days_are_part_of_the_thirty(shop: Workshop) -> None:
    reader = open_reader(shop, "windows")
    with reader.followed:
        week, month = (
            {row["order_id"] for row in reader.follow("orders_seen", {"days": days})["rows"]}
            for days in (7, 30)
        )
    assert week == {"4", "5", "10", "11"}
    assert month == week | {"1", "2"}


def test_a_visit_tells_the_marks_of_its_link(shop: Workshop) -> None:
    reader = open_reader(shop, "untagged")
    with reader.followed:
        rows = reader.follow("untagged_clicks")["rows"]
    told = [(row["landing_page"], row["click_id_kind"], row["campaign"]) for row in rows]
    assert told == [("/mugs/", "gclid", ""), ("/mugs/", "gclid", ""), ("/", "msclkid", "")]
    assert not {"visitor", "node", "click_id"} & rows[0].keys()
