"""Aliases and channel rules through the run: history follows, raw values stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.cleaning_documents import InvalidCleaningError
from headwater.domain.journeys import Campaign, Touchpoint
from headwater.usecases.change_settings import SettingPorts
from headwater.usecases.clean_names import save_cleaning
from headwater.usecases.preview_cleaning import preview_cleaning
from headwater.usecases.published_runs import open_published_run
from tests.workshop import ACCOUNT, Workshop, at

if TYPE_CHECKING:
    from collections.abc import Mapping

ALIASES = {"source": [{"starts_with": "fb", "name": "facebook"}]}
PARTNERS = [{"channel": "partners", "landing_page": {"starts_with": "/partners"}}]


@pytest.fixture
def shop() -> Workshop:
    shop = Workshop()
    shop.click("2026-11-18 09:00", source="fb-ads", medium="mystery", campaign="Shoes")
    shop.click("2026-11-18 09:00", "bob@example.com", source="google", medium="cpc", campaign="x")
    shop.order(1, "2026-11-20 15:00", "80.00")
    shop.order(2, "2026-11-20 15:00", "50.00", email="bob@example.com")
    return shop


def save(shop: Workshop, document: Mapping[str, Any]) -> dict[str, Any]:
    ports = SettingPorts(shop.accounts, shop.pipeline, shop.clock)
    return save_cleaning(ACCOUNT, document, ports=ports)


def preview(shop: Workshop, document: Mapping[str, Any]) -> dict[str, Any]:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    return preview_cleaning(ACCOUNT, document, published, facts=shop.facts)


def nets(shop: Workshop, by: str) -> dict[str, str]:
    rows = shop.roi("2026-11-20", "2026-11-20", by=by)["rows"]
    return {row[by]: row["net"] for row in rows if row["kind"] == "credited" and row["orders"]}


def land(shop: Workshop, page: str, email: str) -> None:
    shop.visit("2026-11-19 09:00", email, session=email)
    touch = Touchpoint(
        f"p-{email}", at("2026-11-19 10:00"), email, campaign=Campaign(), landing_page=page
    )
    shop.journeys.add_touchpoints(ACCOUNT, [touch], shop.clock.now())
    shop.identify("2026-11-19 11:00", email, email)


def test_a_channel_that_the_account_calls_paid_counts_as_an_ad(shop: Workshop) -> None:
    rules = [{"channel": "partners", "source": {"starts_with": "fb"}}]
    save(shop, {"channel_rules": rules})
    shop.run()
    assert shop.credited(1, "last_paid") == {}
    saved = save(shop, {"channel_rules": rules, "paid_channels": ["partners"]})
    assert saved["paid_channels"] == ["partners"]
    shop.run()
    assert shop.credited(1, "last_paid") == {"Shoes": "80.00"}


@pytest.mark.parametrize("channel", ["partners", "direct", 7])
def test_a_paid_channel_is_one_that_exists_and_no_direct_visit(
    shop: Workshop, channel: object
) -> None:
    with pytest.raises(InvalidCleaningError, match=r"paid_channels\.0"):
        save(shop, {"paid_channels": ["affiliate", channel][1:]})
    assert save(shop, {"paid_channels": ["affiliate"]})["paid_channels"] == ["affiliate"]


def test_a_saved_alias_renames_the_whole_history_and_starts_a_run(shop: Workshop) -> None:
    shop.run(reported=False)
    assert nets(shop, "source") == {"fb-ads": "80.00", "google": "50.00"}
    assert save(shop, {"aliases": ALIASES})["run_started"]
    assert shop.pipeline.pulled == [ACCOUNT]
    shop.run(reported=False)
    assert nets(shop, "source") == {"facebook": "80.00", "google": "50.00"}
    save(shop, {})
    shop.run(reported=False)
    assert nets(shop, "source") == {"fb-ads": "80.00", "google": "50.00"}


def test_the_classification_knows_a_source_by_its_alias(shop: Workshop) -> None:
    shop.click("2026-11-19 09:00", "bob@example.com", source="fb-ads", medium="social")
    save(shop, {"aliases": ALIASES})
    shop.run(reported=False)
    assert nets(shop, "channel") == {"organic_social": "130.00"}


def test_a_channel_rule_sees_names_as_aliases_left_them(shop: Workshop) -> None:
    rules = [{"channel": "paid_social", "source": {"equals": "facebook"}}]
    save(shop, {"aliases": ALIASES, "channel_rules": rules})
    shop.run(reported=False)
    assert nets(shop, "channel") == {"paid_social": "80.00", "paid_search": "50.00"}


def test_a_landing_page_may_decide_the_channel(shop: Workshop) -> None:
    land(shop, "/partners/jazz", "cid@example.com")
    land(shop, "/records", "dan@example.com")
    shop.order(3, "2026-11-20 15:00", "7.00", email="cid@example.com")
    shop.order(4, "2026-11-20 15:00", "9.00", email="dan@example.com")
    save(shop, {"channel_rules": PARTNERS})
    shop.run(reported=False)
    channels = nets(shop, "channel")
    assert (channels["partners"], channels["direct"]) == ("7.00", "9.00")


def test_cost_is_named_as_the_clicks_are(shop: Workshop) -> None:
    shop.spend("2026-11-20", "5.00", campaign_id="1", campaign="Shoes", platform="facebook")
    shop.spend("2026-11-20", "3.00", campaign_id="2", campaign="Hats", ad_account="2")
    aliases = {
        "source": [{"contains": "f", "name": "meta"}, {"equals": "google", "name": "meta"}],
        "campaign": [{"equals": "hats", "name": "shoes"}, {"equals": "shoes", "name": "Leather"}],
    }
    save(shop, {"aliases": aliases})
    shop.run(reported=False)
    rows = shop.roi("2026-11-20", "2026-11-20", by="source,campaign")["rows"]
    [leather] = [row for row in rows if row.get("campaign") == "Leather"]
    assert (leather["source"], leather["cost"], leather["net"]) == ("meta", "8.00", "80.00")


def test_the_preview_counts_what_would_move_and_keeps_nothing(shop: Workshop) -> None:
    version = shop.run(reported=False)
    tried = preview(shop, {"aliases": ALIASES})
    assert (tried["touches"], tried["moved"]) == (2, 1)
    told = {"touches": 1, "orders": 1, "net": "80.00"}
    assert tried["moves"] == [
        {"dimension": "channel", "from": "other", "to": "organic_social", **told},
        {"dimension": "source", "from": "fb-ads", "to": "facebook", **told},
    ]
    assert shop.accounts.settings(ACCOUNT) == shop.settings
    assert shop.run(reported=False) == version


def test_the_preview_compares_with_the_last_run_and_knows_landing_pages(shop: Workshop) -> None:
    land(shop, "/partners/jazz", "cid@example.com")
    save(shop, {"aliases": ALIASES})
    shop.run(reported=False)
    assert preview(shop, {"aliases": ALIASES})["moves"] == []
    back = preview(shop, {"channel_rules": PARTNERS})["moves"]
    moves = {(m["dimension"], m["from"], m["to"]) for m in back}
    assert moves == {
        ("channel", "direct", "partners"),
        ("channel", "organic_social", "other"),
        ("source", "facebook", "fb-ads"),
    }
