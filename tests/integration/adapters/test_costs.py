from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from headwater.domain.ad_clicks import AdClick
from tests.integration.adapters.samples import DAY, NEXT_DAY, a_cost

if TYPE_CHECKING:
    from headwater.domain.costs import CostRow
    from headwater.usecases.ports import Costs
    from tests.integration.adapters.conftest import Stores, Tables

PLATFORM, AD_ACCOUNT = "google_ads", "123-456"


@pytest.fixture
def costs(stores: Stores) -> Costs:
    return stores.costs


def complete(costs: Costs, load: str, *days: date) -> int:
    return costs.complete("acme", PLATFORM, AD_ACCOUNT, load, days)


def shown(costs: Costs, day: date = DAY) -> list[CostRow]:
    return list(costs.on_day("acme", day))


def test_a_cost_row_comes_back_as_it_was(costs: Costs) -> None:
    row = a_cost(
        clicks=12,
        impressions=3400,
        conversions=Decimal("0.33"),
        value=Decimal("10.50"),
        campaign="Brand # 1 %",
        ad_id="98765432109876543210",
        utm_source="google",
        utm_term="lamp",
    )
    costs.add("acme", "l1", [row])
    complete(costs, "l1")
    assert shown(costs) == [row]


def test_a_load_shows_nothing_before_it_is_complete(costs: Costs) -> None:
    assert costs.add("acme", "l1", [a_cost()]) == 1
    assert shown(costs) == []


def test_posts_of_one_load_add_up(costs: Costs) -> None:
    costs.add("acme", "l1", [a_cost("c1")])
    costs.add("acme", "l1", [a_cost("c2")])
    complete(costs, "l1")
    assert shown(costs) == [a_cost("c1"), a_cost("c2")]


def test_the_same_row_again_replaces_itself(costs: Costs) -> None:
    dearer = a_cost(cost=Decimal("99.00"))
    assert costs.add("acme", "l1", [a_cost(), dearer]) == 1
    costs.add("acme", "l1", [dearer])
    complete(costs, "l1")
    assert shown(costs) == [dearer]


def test_rows_that_differ_only_in_what_their_links_carry_are_two(costs: Costs) -> None:
    rows = [a_cost(utm_content="a"), a_cost(utm_content="b")]
    assert costs.add("acme", "l1", rows) == 2
    complete(costs, "l1")
    assert sorted(row.utm_content for row in shown(costs)) == ["a", "b"]


def test_a_complete_load_replaces_the_days_of_the_one_before(costs: Costs) -> None:
    costs.add("acme", "l1", [a_cost("c1"), a_cost("c2"), a_cost("c1", day=NEXT_DAY)])
    assert complete(costs, "l1") == 2
    costs.add("acme", "l2", [a_cost("c3")])
    assert complete(costs, "l2") == 1
    assert shown(costs) == [a_cost("c3")]
    assert shown(costs, NEXT_DAY) == [a_cost("c1", day=NEXT_DAY)]


def test_a_day_named_by_complete_is_empty_if_the_load_has_no_row_there(costs: Costs) -> None:
    costs.add("acme", "l1", [a_cost(), a_cost(day=NEXT_DAY)])
    complete(costs, "l1")
    costs.add("acme", "l2", [a_cost()])
    assert complete(costs, "l2", DAY, NEXT_DAY) == 2
    assert shown(costs, NEXT_DAY) == []


def test_completing_a_load_twice_moves_no_head_the_second_time(costs: Costs) -> None:
    costs.add("acme", "l1", [a_cost()])
    assert [complete(costs, "l1"), complete(costs, "l1")] == [1, 0]


def test_ad_accounts_of_a_day_have_heads_of_their_own(costs: Costs) -> None:
    mine, theirs = a_cost(), a_cost(ad_account="123")
    costs.add("acme", "l1", [mine, theirs])
    complete(costs, "l1")
    assert shown(costs) == [mine]
    costs.complete("acme", PLATFORM, "123", "l1", [])
    assert sorted(shown(costs), key=lambda row: row.ad_account) == [theirs, mine]


def test_a_load_whose_name_begins_another_shows_only_its_own_rows(costs: Costs) -> None:
    costs.add("acme", "l1", [a_cost("c1")])
    costs.add("acme", "l1#2", [a_cost("c2")])
    costs.add("acme", "l12", [a_cost("c3")])
    complete(costs, "l1")
    assert shown(costs) == [a_cost("c1")]


def test_the_days_of_added_rows_are_marked(stores: Stores) -> None:
    stores.costs.add("acme", "l1", [a_cost(), a_cost(day=NEXT_DAY)])
    assert [(mark.table, mark.day) for mark in stores.marks.raised("acme")] == [
        ("costs", DAY),
        ("costs", NEXT_DAY),
    ]


def test_the_days_of_a_completed_load_are_marked(stores: Stores) -> None:
    stores.costs.add("acme", "l1", [a_cost()])
    for mark in stores.marks.raised("acme"):
        stores.marks.clear("acme", mark)
    stores.clock.advance(timedelta(hours=1))
    complete(stores.costs, "l1", NEXT_DAY)
    assert [mark.day for mark in stores.marks.raised("acme")] == [DAY, NEXT_DAY]


def test_no_rows_are_no_work(stores: Stores) -> None:
    assert stores.costs.add("acme", "l1", []) == 0
    assert complete(stores.costs, "l1") == 0
    assert stores.marks.raised("acme") == []


def test_another_account_sees_no_costs(costs: Costs) -> None:
    costs.add("acme", "l1", [a_cost()])
    complete(costs, "l1")
    assert costs.complete("other", PLATFORM, AD_ACCOUNT, "l1", []) == 0
    assert list(costs.on_day("other", DAY)) == []


def test_rows_beyond_one_batch_are_written_and_read(costs: Costs) -> None:
    rows = [replace(a_cost(), ad_id=f"{n:03}") for n in range(130)]
    assert costs.add("acme", "l1", rows) == 130
    complete(costs, "l1")
    assert shown(costs) == rows


def test_clicks_on_ads_come_back_by_day_each_once(costs: Costs) -> None:
    click = AdClick("google", "Cj0KCQ-x_y", DAY, "1", "2", "98765432109876543210")
    later = replace(click, day=NEXT_DAY, click_id="later")
    assert costs.add_clicks("acme", [click, later]) == 2
    moved = replace(click, ad_id="4")
    costs.add_clicks("acme", [moved])
    assert list(costs.clicks_on_day("acme", DAY)) == [moved]
    assert list(costs.clicks_on_day("acme", DAY, NEXT_DAY)) == [moved, later]
    assert list(costs.clicks_on_day("other", DAY)) == []
    assert list(costs.on_day("acme", DAY)) == []


def replace_day(costs: Costs, load: str, *rows: CostRow) -> bool:
    return costs.replace("acme", PLATFORM, AD_ACCOUNT, load, {DAY: rows}) == 1


def test_a_replaced_day_shows_the_new_rows_alone(costs: Costs) -> None:
    assert replace_day(costs, "l1", a_cost("c1"), a_cost("c2"))
    dearer = a_cost("c1", cost=Decimal("99.00"))
    assert replace_day(costs, "l2", dearer, a_cost("c3"))
    assert shown(costs) == [dearer, a_cost("c3")]


def test_a_day_that_shows_the_rows_already_is_left_alone(stores: Stores) -> None:
    assert replace_day(stores.costs, "l1", a_cost("c1"), a_cost("c2"))
    for mark in stores.marks.raised("acme"):
        stores.marks.clear("acme", mark)
    stores.clock.advance(timedelta(hours=1))
    assert not replace_day(stores.costs, "l2", a_cost("c2"), a_cost("c1"))
    assert stores.marks.raised("acme") == []
    assert shown(stores.costs) == [a_cost("c1"), a_cost("c2")]


def test_an_ad_keeps_the_names_and_links_that_it_had_on_a_day(costs: Costs) -> None:
    first = a_cost("c1", campaign="Spring", utm_campaign="spring")
    assert replace_day(costs, "l1", first)
    renamed = replace(first, campaign="Summer", utm_campaign="summer")
    assert not replace_day(costs, "l2", renamed)
    dearer = replace(renamed, cost=Decimal("99.00"))
    assert replace_day(costs, "l3", dearer)
    assert shown(costs) == [replace(first, cost=Decimal("99.00"))]


def test_a_link_that_was_not_known_at_first_is_taken_later(costs: Costs) -> None:
    first = a_cost("c1", campaign="Spring")
    assert replace_day(costs, "l1", first)
    linked = replace(first, utm_source="google", utm_campaign="spring")
    assert replace_day(costs, "l2", linked)
    assert shown(costs) == [linked]


def test_a_replaced_day_is_marked(stores: Stores) -> None:
    replace_day(stores.costs, "l1", a_cost())
    assert [(mark.table, mark.day) for mark in stores.marks.raised("acme")] == [("costs", DAY)]


def test_a_day_that_never_had_cost_stays_without_a_mark(stores: Stores) -> None:
    assert not replace_day(stores.costs, "l1")
    assert stores.marks.raised("acme") == []


def test_a_replaced_day_leaves_other_days_and_ad_accounts_alone(costs: Costs) -> None:
    theirs, tomorrow = a_cost(ad_account="123"), a_cost(day=NEXT_DAY)
    costs.add("acme", "l1", [a_cost(), theirs, tomorrow])
    complete(costs, "l1")
    costs.complete("acme", PLATFORM, "123", "l1", [])
    assert replace_day(costs, "l2")
    assert list(costs.on_day("acme", DAY, NEXT_DAY)) == [theirs, tomorrow]


def test_a_posted_load_that_a_pull_has_replaced_can_be_shown_again(costs: Costs) -> None:
    costs.add("acme", "l1", [a_cost("c1")])
    complete(costs, "l1")
    replace_day(costs, "l2", a_cost("c2"))
    complete(costs, "l1", DAY)
    assert shown(costs) == [a_cost("c1")]
    assert replace_day(costs, "l3", a_cost("c3"))
    assert shown(costs) == [a_cost("c3")]


def test_of_several_days_those_that_differ_are_replaced(stores: Stores) -> None:
    replace_day(stores.costs, "l1", a_cost())
    tomorrow, later = a_cost(day=NEXT_DAY), NEXT_DAY + timedelta(days=1)
    days: dict[date, list[CostRow]] = {DAY: [a_cost()], NEXT_DAY: [tomorrow], later: []}
    assert stores.costs.replace("acme", PLATFORM, AD_ACCOUNT, "l2", days) == 1
    assert list(stores.costs.on_day("acme", DAY, later)) == [a_cost(), tomorrow]
    assert [mark.day for mark in stores.marks.raised("acme")] == [DAY, NEXT_DAY]


def test_what_a_replaced_day_showed_is_deleted(on_aws: Stores, tables: Tables) -> None:
    replace_day(on_aws.costs, "l1", a_cost("c1"), a_cost("c2"))
    replace_day(on_aws.costs, "l2", a_cost("c3"))
    items = tables.client.scan(TableName=tables.costs.name)["Items"]
    assert sorted("#row#" in item["sk"]["S"] for item in items) == [False, True]
