"""Cost and clicks in one row: every method, and no cent of cost lost, whatever the data."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.ad_clicks import AdClick
from headwater.domain.facts import COLUMNS
from headwater.domain.settings import AccountSettings
from headwater.usecases.databases import open_database
from headwater.usecases.dimension_tables import build_dimension_tables
from headwater.usecases.row_tables import fill_table
from tests.workshop import ACCOUNT, Workshop, at

if TYPE_CHECKING:
    import duckdb

DAY = date(2026, 11, 20)


@pytest.fixture
def shop() -> Workshop:
    shop = Workshop()
    for number, (adset, ad) in enumerate([("21", "31"), ("21", "32"), ("22", "33")]):
        shop.spend(
            "2026-11-20",
            "5.00",
            ad_account=str(number),
            campaign_id="11",
            campaign="Spring",
            adset_id=adset,
            ad_id=ad,
            utm_source="google",
            utm_medium="cpc",
            utm_campaign="spring",
            utm_content="same" if adset == "21" else "other",
        )
    return shop


def matched(shop: Workshop, **marks: str) -> tuple[str, str, str, str]:
    """Click with these marks; return the method and the ad's ids."""
    shop.click("2026-11-19 09:00", **marks)
    shop.order(1, "2026-11-20 15:00")
    shop.run(reported=False)
    (touch,) = shop.trail(1)["touches"]
    return (
        touch["ad_match"],
        touch["ad_campaign_id"],
        touch["ad_adset_id"],
        touch["ad_ad_id"],
    )


@pytest.mark.parametrize(
    ("marks", "known"),
    [
        # What the templates of Google, Meta, Microsoft and TikTok make of a click.
        ({"source": "google", "campaign": "11", "term": "21", "content": "31"},
         ("ad_id", "11", "21", "31")),
        ({"source": "google", "campaign": "11", "term": "21", "content": "a video"},
         ("adset_id", "11", "21", "")),
        ({"campaign_id": "11", "click_id_kind": "gclid", "click_id": "unheard"},
         ("campaign_id", "11", "", "")),
        ({"click_id_kind": "gclid", "click_id": "click-33"}, ("click_id", "11", "22", "33")),
        ({"campaign_id": "11", "click_id_kind": "gclid", "click_id": "click-33"},
         ("click_id", "11", "22", "33")),
        ({"source": "google", "medium": "cpc", "campaign": "Spring", "content": "Other"},
         ("utm_unique", "11", "22", "33")),
        ({"source": "google", "medium": "cpc", "campaign": "spring", "content": "same"},
         ("utm_parent", "11", "21", "")),
        ({"source": "google", "medium": "cpc", "campaign": "elsewhere"}, ("platform", "", "", "")),
        ({"source": "google", "medium": "organic", "campaign": "elsewhere"}, ("", "", "", "")),
    ],
)  # fmt: skip
def test_a_click_meets_its_ad_at_the_finest_key_that_both_have(
    shop: Workshop, marks: dict[str, str], known: tuple[str, ...]
) -> None:
    click = AdClick("google", "click-33", DAY, "11", "22", "33")
    assert shop.costs.add_clicks(ACCOUNT, [click]) == 1
    assert matched(shop, **marks) == known


def test_the_same_clicks_again_change_no_figure(shop: Workshop) -> None:
    click = AdClick("google", "click-33", DAY, "11", "22", "33")
    shop.costs.add_clicks(ACCOUNT, [click])
    shop.click("2026-11-19 09:00", click_id_kind="gclid", click_id="click-33")
    version = shop.run(reported=False)
    shop.costs.add_clicks(ACCOUNT, [click])
    assert shop.run(reported=False) == version


def test_a_click_that_is_told_later_moves_its_order_to_the_ad(shop: Workshop) -> None:
    assert matched(shop, click_id_kind="gclid", click_id="click-33")[0] == "platform"
    click = AdClick("google", "click-33", at("2026-11-19").date(), "11", "22", "33")
    shop.costs.add_clicks(ACCOUNT, [click])
    shop.run(reported=False)
    (touch,) = shop.trail(1)["touches"]
    assert (touch["ad_match"], touch["campaign"]) == ("click_id", "Spring")


def test_of_a_click_id_that_two_platforms_claim_nothing_is_known(shop: Workshop) -> None:
    for platform in ("google", "facebook"):
        shop.costs.add_clicks(ACCOUNT, [AdClick(platform, "both", DAY, "11", "22", "33")])
    assert matched(shop, click_id_kind="gclid", click_id="both")[0] == "platform"


def test_cost_without_clicks_and_clicks_without_cost_keep_their_rows(shop: Workshop) -> None:
    shop.click("2026-11-20 09:00", source="bing", medium="cpc", campaign="No cost")
    shop.run(reported=False)
    rows = shop.roi("2026-11-20", "2026-11-20")["rows"]
    shown = {row["campaign"]: (row["clicks"], row["cost"]) for row in rows if row.get("campaign")}
    assert shown == {"No cost": (1, "0.00"), "Spring": (0, "15.00")}


_IDS = st.sampled_from(["", "1", "2", "3"])
_WORDS = st.sampled_from(["", "a", "B", "1", "2"])
_COSTS = st.lists(
    st.fixed_dictionaries(
        {
            "day": st.integers(0, 2).map(lambda n: DAY - timedelta(days=n)),
            "platform": st.sampled_from(["google", "facebook", "elsewhere"]),
            "ad_account": st.just("1"),
            "currency": st.just("USD"),
            "cost_minor": st.one_of(st.none(), st.integers(0, 10_000)),
            "clicks": st.integers(0, 9),
            "campaign_id": _IDS,
            "campaign": _WORDS,
            "adset_id": _IDS,
            "ad_id": _IDS,
            "ad": _WORDS,
            "utm_source": st.sampled_from(["", "google", "fb"]),
            "utm_campaign": _WORDS,
            "utm_content": _WORDS,
        }
    ),
    max_size=8,
)
_TOUCHES = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(["", "google", "fb"]),
            "medium": st.sampled_from(["", "cpc"]),
            "campaign": _WORDS,
            "content": _WORDS,
            "term": _WORDS,
            "campaign_id": _IDS,
            "ad_id": _IDS,
            "click_id": st.sampled_from(["", "x", "y"]),
            "is_bot": st.booleans(),
        }
    ),
    max_size=8,
)
_CLICKS = st.lists(
    st.fixed_dictionaries(
        {
            "day": st.just(DAY),
            "platform": st.sampled_from(["google", "facebook"]),
            "click_id": st.sampled_from(["x", "y"]),
            "campaign_id": st.sampled_from(["1", "2"]),
            "adset_id": _IDS,
            "ad_id": _IDS,
        }
    ),
    max_size=4,
)


def fill(db: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Fill a fact table; what a row does not name is empty, or zero."""
    empty = {"VARCHAR": "", "BOOLEAN": False, "DATE": DAY, "TIMESTAMP": at("2026-11-20 12:00")}
    columns = COLUMNS[table]
    full = [[row.get(name, empty.get(kind, 0)) for name, kind in columns.items()] for row in rows]
    fill_table(db, table, columns, full)


@settings(max_examples=60)
@given(costs=_COSTS, touches=_TOUCHES, clicks=_CLICKS)
def test_cost_per_platform_and_day_is_always_the_platforms(
    costs: list[dict[str, Any]], touches: list[dict[str, Any]], clicks: list[dict[str, Any]]
) -> None:
    stated: Counter[tuple[str, date]] = Counter()
    for row in costs:
        stated[row["platform"], row["day"]] += row["cost_minor"] or 0
    with open_database() as db:
        fill(db, "costs", costs)
        fill(db, "touchpoints", touches)
        fill(db, "ad_clicks", clicks)
        db.execute(
            "CREATE OR REPLACE TEMP TABLE known_touches AS "
            "SELECT *, row_number() OVER () AS n, 'ann' AS contact FROM touchpoints"
        )
        build_dimension_tables(db, AccountSettings())
        spent = db.execute(
            "SELECT platform, day, coalesce(sum(cost_minor), 0)::BIGINT "
            "FROM spend_rows GROUP BY ALL"
        ).fetchall()
        counted = db.execute("SELECT coalesce(sum(clicks), 0)::BIGINT FROM click_rows").fetchone()
        named = db.execute("SELECT count(*) FROM dimensioned_touches").fetchone()
    assert {(platform, day): cost for platform, day, cost in spent} == dict(stated)
    people = sum(not touch["is_bot"] for touch in touches)
    assert counted == (people,)
    assert named is not None
    assert named[0] >= people
