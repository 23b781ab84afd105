"""Leads by click and by sign-up, by hand; and beside a count that knows nothing of the report."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings

from headwater.domain.imported_leads import list_opt_ins
from headwater.domain.journeys import OptIn, form_opt_in_id
from headwater.domain.leads import STATES
from headwater.domain.nodes import email_node
from headwater.errors import InvalidParameterError
from headwater.usecases.databases import open_database
from headwater.usecases.ports import Source
from headwater.usecases.reports.leads import LEADS, LeadsQuery, LeadsRequest
from tests.random_shop import Events, events, happen, open_shop
from tests.workshop import ACCOUNT, STORE, Workshop, at, span

DAYS = ("2026-10-01", "2026-10-31")
ALL = ("2026-08-01", "2026-11-20")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "brand"}
SOCIAL = {"source": "facebook", "medium": "paid", "campaign": "spring"}


def furnished() -> Workshop:
    """Ann and Bob come by search, Cid by no click; Dan was there before, and comes back."""
    shop = Workshop()
    shop.opt_in("2026-08-15 12:00", "dan@example.com")
    shop.visit("2026-09-01 12:00", "the first visitor ever")
    shop.click("2026-10-01 12:00", "ann@example.com", **SOCIAL)
    shop.click("2026-10-05 12:00", "ann@example.com", **SEARCH)
    when, ann = at("2026-10-05 12:10"), email_node("ann@example.com")
    form = OptIn(form_opt_in_id("e1", "Footer: news"), when, ann, "site", "form")
    shop.journeys.add_opt_ins(ACCOUNT, [form], shop.clock.now())
    shop.order(1, "2026-10-15 12:00", "60.00", email="ann@example.com")
    shop.order(2, "2026-11-15 12:00", "40.00", email="ann@example.com", status_id=4)
    shop.click("2026-10-06 12:00", "bob@example.com", **SEARCH)
    joined = [("Newsletter", at("2026-10-06 12:30"))]
    opt_ins = list_opt_ins("klaviyo", email_node("bob@example.com"), joined)
    shop.journeys.add_opt_ins(ACCOUNT, opt_ins, shop.clock.now())
    shop.order(3, "2026-10-01 09:00", "9.00", email="cid@example.com")
    shop.opt_in("2026-10-07 12:00", "cid@example.com")
    shop.click("2026-10-20 12:00", "dan@example.com", **SOCIAL)
    shop.opt_in("2026-10-20 12:30", "dan@example.com")
    shop.spend("2026-10-05", "30.00", utm_source="google", utm_medium="cpc", utm_campaign="brand")
    return shop


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return that account after a run."""
    shop = furnished()
    shop.run(reported=False)
    return shop


def leads(
    shop: Workshop,
    by: str = "campaign",
    model: str = "new_lead",
    days: tuple[str, str] = DAYS,
    revenue: str = "net",
) -> dict[str, Any]:
    query = LeadsQuery(span(*days), tuple(by.split(",")))
    return shop.report(LEADS, LeadsRequest(query, model, revenue))


def told(report: dict[str, Any], *names: str) -> list[list[Any]]:
    return [[row[name] for name in ("kind", *names)] for row in report["rows"]]


def test_a_name_has_its_leads_and_what_became_of_them(shop: Workshop) -> None:
    brand, *_ = leads(shop)["rows"]
    # Ann buys ten days later, and gives the second order back.
    assert brand == {
        "kind": "credited",
        "campaign": "brand",
        "leads": 2,
        "reengaged": 0,
        "customers": 1,
        "conversion": "0.5000",
        "days_to_purchase": {"median": 9, "p75": 9, "p90": 9},
        "orders": 2,
        "gross": "100.00",
        "refunds": "40.00",
        "net": "60.00",
        "cost": "30.00",
        "cpl": "15.00",
        "epl": "30.00",
        "ltv": "60.00",
        "cac": "30.00",
        "roi": "1.0000",
    }


def test_leads_without_a_click_and_those_who_came_back_have_rows(shop: Workshop) -> None:
    # Cid has bought before he signed up, so that nothing has come of his sign-up.
    assert told(leads(shop), "campaign", "leads", "reengaged", "customers") == [
        ["credited", "brand", 2, 0, 1],
        ["credited", "spring", 0, 1, 0],
        ["unattributed", "", 1, 0, 0],
    ]
    assert told(leads(shop, days=ALL), "leads")[-1] == ["pre_tracking", 1]


def test_a_model_says_which_click_a_lead_counts_for(shop: Workshop) -> None:
    rows = told(leads(shop, model="first_click"), "campaign", "leads", "reengaged")
    assert rows[:2] == [["credited", "spring", 1, 1], ["credited", "brand", 1, 0]]


def test_leads_are_named_by_their_sign_ups_too(shop: Workshop) -> None:
    by = "opt_in_source,opt_in_kind,opt_in_name"
    names = by.split(",")
    assert told(leads(shop, by), *names, "leads", "reengaged", "cost") == [
        ["credited", "klaviyo", "list", "Newsletter", 1, 0, None],
        ["credited", "site", "form", "Footer: news", 1, 0, None],
        ["credited", "site", "form", "", 0, 1, None],
        ["unattributed", "site", "form", "", 1, 0, None],
    ]
    assert leads(shop, by)["totals"]["cost"] == "30.00"


def test_gross_is_what_ratios_are_taken_of_where_it_is_asked_for(shop: Workshop) -> None:
    brand = leads(shop, revenue="gross")["rows"][0]
    assert (brand["epl"], brand["ltv"], brand["roi"]) == ("50.00", "100.00", "2.3333")


def test_what_leads_bought_is_withheld_while_older_orders_are_missing() -> None:
    shop = furnished()
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=3, orders_total=30)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    report = leads(shop)
    assert (report["totals"]["leads"], report["totals"]["cpl"]) == (3, "10.00")
    assert (report["totals"]["customers"], report["totals"]["epl"]) == (None, None)
    assert len(report["notes"]) == 1


@pytest.mark.parametrize("by", ["", "coupon", "campaign,campaign"])
def test_other_names_are_refused(by: str) -> None:
    with pytest.raises(InvalidParameterError, match=r"^by: choose among channel"):
        LeadsQuery(span(*DAYS), tuple(by.split(",")))


_COUNT = """
SELECT state, campaign, count(*) FROM leads WHERE role = ? AND ((opted_in_at AT TIME ZONE 'UTC')
    AT TIME ZONE 'America/New_York')::DATE BETWEEN ?::DATE AND ?::DATE GROUP BY ALL
"""


@settings(max_examples=3)
@given(what=events(10, 30))
def test_all_rows_together_are_all_leads_of_the_range(what: Events) -> None:
    shop = open_shop()
    happen(shop, what)
    shop.run(reported=False)
    for model, role in (("linear", "new_lead"), ("first_paid", "first_click")):
        whole = shop.roi(*ALL, model=model)["totals"]["leads"]
        with open_database() as db:
            shop.facts.mount(db, shop.objects(), ["leads"])
            counted = db.execute(_COUNT, [role, *ALL]).fetchall()
        for by in ("source,campaign", "landing_page", "opt_in_source,opt_in_kind,opt_in_name"):
            report = leads(shop, by, model, ALL)
            assert sum(row["leads"] for row in report["rows"]) == whole, by
            assert report["totals"]["leads"] == whole
            assert {row["kind"] for row in report["rows"]} <= set(STATES)
        found = {
            (row["kind"], row["campaign"]): row["leads"]
            for row in leads(shop, "campaign", model, ALL)["rows"]
        }
        assert Counter(found) == Counter({(s, name): n for s, name, n in counted})
