"""Every order of the demo: its explanation, read live, gives what the run has stored."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.domain.deliveries import Delivery
from headwater.usecases.import_rows import import_rows
from headwater.usecases.ports import Source
from headwater.usecases.record_hits import QueuedMessage, record_hits
from local.demo.ad_costs import POSTED
from local.demo.scenario import build
from local.demo.vendors import AD_ACCOUNTS
from local.storefront.server import Storefront
from tests.demo_purchases import CUSTOMERS, PURCHASES, make_purchases
from tests.explaining import explain_all, explained_amounts, stored_amounts
from tests.fakes import FakeClock, FakeSecrets
from tests.workshop import ACCOUNT, STORE, Workshop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from local.demo.live_hits import HitPost
    from local.demo.scenario import Scenario

YESTERDAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
# The whole demo (1) takes minutes and shows no other case than a thirtieth of it.
PART = int(os.environ.get("HEADWATER_DEMO_PART", "30"))
MOST_ROWS = 500


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Return an account that has taken a part of the demo and finished its run."""
    scenario = build(YESTERDAY, 7, make_purchases(CUSTOMERS // PART, PURCHASES // PART))
    shop = Workshop(clock=FakeClock(NOW))
    import_all(shop, "touchpoints", scenario.touchpoint_rows)
    import_all(shop, "leads", scenario.lead_rows)
    for body in scenario.spending.bodies({**AD_ACCOUNTS, **POSTED}):
        take(shop, "costs", body)
    send_hits(shop, scenario.hits("pk_demo", NOW))
    pull(shop, scenario, tmp_path_factory.mktemp("demo"))
    shop.run(reported=False)
    return shop


def import_all(shop: Workshop, kind: str, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), MOST_ROWS):
        take(shop, kind, {"rows": rows[start : start + MOST_ROWS]})


def take(shop: Workshop, kind: str, body: dict[str, Any]) -> None:
    plain = json.loads(json.dumps(body, default=str), parse_float=Decimal)
    result = import_rows(
        kind,
        ACCOUNT,
        plain,
        journeys=shop.journeys,
        costs=shop.costs,
        lake=shop.lake,
        clock=shop.clock,
    )
    assert not result.rejected


def send_hits(shop: Workshop, posts: Sequence[HitPost]) -> None:
    messages = []
    for post in posts:
        if not post.is_broken:
            sent = json.loads(post.body)
            delivery = Delivery(
                account=ACCOUNT,
                source=STORE,
                received_at=NOW,
                events=tuple(sent["events"]),
                sent=sent["sent"],
                visitor=sent["visitor"],
                user_agent=post.headers["User-Agent"],
                gpc=post.headers.get("Sec-GPC") == "1",
            )
            messages += [QueuedMessage(body, body) for body in delivery.messages()]
    result = record_hits(
        messages,
        journeys=shop.journeys,
        lake=shop.lake,
        marks=shop.marks,
        tests=shop.validations,
        clock=shop.clock,
    )
    assert not result.failed


def pull(shop: Workshop, scenario: Scenario, folder: Path) -> None:
    secrets = FakeSecrets()
    with Storefront(folder / "shop.sqlite", clock=shop.clock.now, quota=100_000) as store:
        scenario.furnish(store.store)
        arn = secrets.put(ACCOUNT, STORE, store.token)
        source = Source(STORE, "bigcommerce", store.store.settings.store_hash, arn, store.url)
        deadline = NOW + timedelta(minutes=10)
        orders = BigCommerceSources(secrets, clock=shop.clock, deadline=deadline).open(
            ACCOUNT, source
        )
        last_id, is_last = 0, False
        while not is_last:
            page = orders.page(modified_since=None, after_id=last_id, archived=False)
            shop.orders.upsert(ACCOUNT, page.orders, NOW)
            last_id, is_last = page.last_id, page.is_last


def test_the_explanation_of_every_order_gives_the_stored_cents_of_every_model(
    demo: Workshop,
) -> None:
    stored, explained = stored_amounts(demo), explain_all(demo)
    assert explained.arrivals == []
    assert len(stored) > PURCHASES // PART * 0.9
    assert explained_amounts(explained) == stored
    reasons = Counter(
        verdict.get("excluded", "shared")
        for explanation in explained.orders.values()
        for touch in explanation["path"]
        for verdict in touch["models"].values()
    )
    assert len(reasons) > 8
    assert any(explanation["inherited_from"] for explanation in explained.orders.values())
