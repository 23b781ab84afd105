from __future__ import annotations

import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.landings import read_landing
from local.demo.campaigns import CAMPAIGNS, Channel, Tagging
from local.demo.order_plans import QUOTAS, ZONE, OrderKind
from local.demo.scenario import LIVE_DAYS, Scenario, build

if TYPE_CHECKING:
    from datetime import date

    from headwater.domain.journeys import Campaign
    from local.demo.purchases import Purchase

PER_TOUCHPOINT_ROW = ("email", "email_sha256", "visitor")


def test_the_same_seed_gives_the_same_scenario_and_another_seed_another(
    scenario: Scenario, purchases: list[Purchase], yesterday: date
) -> None:
    assert build(yesterday, 7, purchases) == scenario
    assert build(yesterday, 8, purchases).touchpoint_rows != scenario.touchpoint_rows


def test_it_is_built_in_less_than_four_seconds_of_computing(
    purchases: list[Purchase], yesterday: date
) -> None:
    before = time.process_time()
    build(yesterday, 9, purchases)
    assert time.process_time() - before < 4


def test_every_purchase_is_one_order_and_the_last_ones_are_of_yesterday(
    scenario: Scenario, purchases: list[Purchase], yesterday: date
) -> None:
    assert len(scenario.orders) == len(purchases)
    days = [order.placed_at.astimezone(ZONE).date() for order in scenario.orders]
    assert max(days) == yesterday
    assert sorted(days) == sorted(plan.purchase.day for plan in scenario.plans)


def test_at_least_a_tenth_of_the_orders_is_irregular_and_every_kind_occurs(
    scenario: Scenario,
) -> None:
    kinds = Counter(plan.kind for plan in scenario.plans)
    assert sum(kinds[kind] for kind in QUOTAS) >= len(scenario.plans) / 10
    assert set(kinds) == set(OrderKind)


def test_a_few_dozen_people_subscribe_and_every_rebill_follows_its_initial_order(
    scenario: Scenario,
) -> None:
    initials = {
        plan.subscription: plan for plan in scenario.plans if plan.kind is OrderKind.SUBSCRIPTION
    }
    rebills = [plan for plan in scenario.plans if plan.kind is OrderKind.REBILL]
    assert 24 <= len(initials) <= 60
    assert {plan.subscription for plan in rebills} <= set(initials)
    for plan in rebills:
        initial = initials[plan.subscription]
        assert initial.person == plan.person
        assert initial.placed_at < plan.placed_at


def test_everybody_has_one_to_twenty_touches_three_or_so_on_average(scenario: Scenario) -> None:
    touches: Counter[str] = Counter()
    for row in scenario.touchpoint_rows:
        if "visitor" not in row:
            touches[row.get("email") or row["email_sha256"]] += 1
    assert max(touches.values()) <= 20
    assert 2 < sum(touches.values()) / len(touches) < 6


def test_the_volumes_stay_such_that_the_demo_is_quick(scenario: Scenario) -> None:
    assert 5_000 <= len(scenario.touchpoint_rows) <= 9_000
    assert 800 <= len(scenario.lead_rows) <= 2_000
    assert 1_500 <= sum(map(len, scenario.spending.rows.values())) <= 3_500


def test_the_buyers_first_touches_precede_their_first_orders(scenario: Scenario) -> None:
    first_touch: dict[str, datetime] = {}
    for row in scenario.touchpoint_rows:
        if "email" in row:
            at = datetime.fromisoformat(row["at"])
            first_touch[row["email"]] = min(at, first_touch.get(row["email"], at))
    first_order: dict[str, datetime] = {}
    for plan in scenario.plans:
        if plan.has_session:
            first_order.setdefault(plan.person.email, plan.placed_at)
    bought = first_touch.keys() & first_order.keys()
    late = [email for email in bought if first_touch[email] >= first_order[email]]
    in_crm = {row["email"] for row in scenario.lead_rows if "first_utm" in row}
    assert len(bought) > 500
    assert not set(late) - in_crm


def test_imported_touches_end_where_the_live_days_begin(
    scenario: Scenario, yesterday: date
) -> None:
    last = max(datetime.fromisoformat(row["at"]) for row in scenario.touchpoint_rows)
    assert last.astimezone(ZONE).date() == yesterday - timedelta(days=LIVE_DAYS)


def test_some_visitors_show_who_they_are_weeks_after_their_first_touch(scenario: Scenario) -> None:
    first_seen: dict[str, datetime] = {}
    delays = []
    for row in scenario.touchpoint_rows:
        if visitor := row.get("visitor"):
            at = datetime.fromisoformat(row["at"])
            first_seen.setdefault(visitor, at)
            if "email_sha256" in row:
                delays.append(at - first_seen[visitor])
    assert sum(delay > timedelta(days=14) for delay in delays) > 50


def test_some_browsers_are_shared_by_two_people(scenario: Scenario) -> None:
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for row in scenario.touchpoint_rows:
        if "visitor" in row and "email_sha256" in row:
            owners[row["visitor"]].add(row["email_sha256"])
    assert sum(len(people) == 2 for people in owners.values()) > 10


def test_every_campaign_that_can_be_clicked_is_and_no_other(scenario: Scenario) -> None:
    marks = [_campaign(row) for row in scenario.touchpoint_rows]
    seen = {mark.campaign for mark in marks} | {mark.campaign_id for mark in marks}
    for campaign in CAMPAIGNS:
        slugs = {ad.slug for ad in campaign.ads}
        if campaign.tagging in {Tagging.NAMES, Tagging.OWN_FIELDS}:
            assert slugs <= seen, campaign.name
        elif campaign.tagging is Tagging.IDS:
            assert campaign.campaign_id in seen, campaign.name
        else:
            assert not (slugs | {campaign.campaign_id}) & seen, campaign.name
    assert any(not mark.source and mark.click_id_kind == "gclid" for mark in marks)
    assert any(not mark.source and mark.click_id_kind == "fbclid" for mark in marks)
    assert any(mark.medium == "direct_mail" for mark in marks)


def test_a_renamed_campaigns_old_touches_carry_the_old_name_and_its_cost_the_new_one(
    scenario: Scenario,
) -> None:
    renamed = next(campaign for campaign in CAMPAIGNS if campaign.former_name)
    old, new = (ad.slug for ad in renamed.ads)
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for row in scenario.touchpoint_rows:
        times[_campaign(row).campaign].append(datetime.fromisoformat(row["at"]))
    assert max(times[old]) < min(times[new])
    costs = [row for row in _cost_rows(scenario) if row["campaign_id"] == renamed.campaign_id]
    assert {row["campaign"] for row in costs} == {renamed.name}
    assert {row["utm_campaign"] for row in costs} == {old, new}


def test_cost_comes_at_the_level_that_each_platform_reports(scenario: Scenario) -> None:
    without_ads = {
        platform: {row["campaign"] for row in rows if "ad_id" not in row}
        for platform, rows in scenario.spending.rows.items()
    }
    assert (without_ads["google"], without_ads["facebook"]) == ({"Performance Max"}, set())
    for platform in ("microsoft", "direct_mail"):
        rows = scenario.spending.rows[platform]
        assert without_ads[platform] == {row["campaign"] for row in rows}


def test_posts_of_cost_fit_the_limit_and_only_the_last_of_a_load_is_complete(
    scenario: Scenario,
) -> None:
    loads: defaultdict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for body in scenario.spending.bodies():
        loads[body["platform"], body["ad_account"], body["load"]].append(body)
    for bodies in loads.values():
        assert [body["complete"] for body in bodies] == [False] * (len(bodies) - 1) + [True]
        assert all(0 < len(body["rows"]) <= 1_000 for body in bodies)
        assert all(
            body["from"] <= row["day"] <= body["to"] for body in bodies for row in body["rows"]
        )


def test_no_ad_has_two_costs_on_one_day(scenario: Scenario) -> None:
    keys = Counter(
        (row["campaign_id"], row.get("ad_id"), row["day"]) for row in _cost_rows(scenario)
    )
    assert max(keys.values()) == 1


def test_advertising_costs_less_than_it_brings_and_more_than_nothing(scenario: Scenario) -> None:
    cost = sum(Decimal(row["cost"]) for row in _cost_rows(scenario))
    revenue = sum(plan.purchase.amount for plan in scenario.plans)
    assert revenue / 10 < cost < revenue / 2


def test_platforms_without_a_bill_have_no_cost(scenario: Scenario) -> None:
    billed = {row["campaign"] for row in _cost_rows(scenario)}
    free = {
        campaign.name
        for campaign in CAMPAIGNS
        if campaign.channel in {Channel.EMAIL, Channel.PARTNER}
    }
    assert free
    assert not billed & free


def _cost_rows(scenario: Scenario) -> list[dict[str, Any]]:
    return [row for rows in scenario.spending.rows.values() for row in rows]


def _campaign(row: dict[str, Any]) -> Campaign:
    """Return a row's campaign, wherever the row has its marks."""
    fields = {name: value for name, value in row.items() if name not in PER_TOUCHPOINT_ROW}
    query = "&".join(
        f"{name}={value}"
        for name, value in fields.items()
        if name not in {"at", "url", "referrer", "opt_in"}
    )
    joint = "&" if "?" in row["url"] else "?"
    return read_landing(f"{row['url']}{joint}{query}").campaign
