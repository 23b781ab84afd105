from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.domain.deliveries import Delivery
from headwater.domain.hits import Hits, read_hits

if TYPE_CHECKING:
    from datetime import date

    from headwater.domain.journeys import OrderClaim
    from local.demo.live_hits import HitPost
    from local.demo.scenario import Scenario


@pytest.fixture
def now(yesterday: date) -> datetime:
    return datetime(yesterday.year, yesterday.month, yesterday.day + 1, 18, tzinfo=UTC)


@pytest.fixture
def posts(scenario: Scenario, now: datetime) -> list[HitPost]:
    return scenario.hits("pk_demo", now)


def _read(post: HitPost, now: datetime) -> Hits:
    envelope = json.loads(post.body)
    assert envelope["key"] == "pk_demo"
    return read_hits(
        Delivery(
            account="acme",
            source="shop",
            received_at=now,
            events=tuple(envelope["events"]),
            sent=envelope["sent"],
            visitor=envelope["visitor"],
            user_agent=post.headers["User-Agent"],
            gpc=post.headers.get("Sec-GPC") == "1",
        )
    )


def _read_all(posts: list[HitPost], now: datetime) -> list[Hits]:
    return [_read(post, now) for post in posts if not post.is_broken]


def test_the_product_reads_every_hit_but_the_one_of_an_unknown_type(
    posts: list[HitPost], now: datetime
) -> None:
    rejected = [hit for hits in _read_all(posts, now) for hit in hits.rejected]
    assert [hit.reason.split(":")[0] for hit in rejected] == ["type"]


def test_all_kinds_of_hits_occur(posts: list[HitPost], now: datetime) -> None:
    read = _read_all(posts, now)
    assert sum(len(hits.touchpoints) for hits in read) > 100
    assert sum(len(hits.opt_ins) for hits in read) > 20
    assert {item.kind for hits in read for item in hits.identifications} == {"form", "login"}
    assert any(hits.claims for hits in read)


def test_every_order_of_the_live_days_is_claimed_from_its_own_session(
    scenario: Scenario, posts: list[HitPost], now: datetime
) -> None:
    claims: dict[str, tuple[OrderClaim, Hits]] = {}
    for hits in _read_all(posts, now):
        for claim in hits.claims:
            claims.setdefault(claim.order_id, (claim, hits))
    first_live = min(at for each in scenario.transmissions for at, _ in each.events)
    recent = [p for p in scenario.plans if p.has_session and p.placed_at > first_live]
    assert recent
    for plan in recent:
        claim, hits = claims[str(plan.order_id)]
        assert timedelta(0) <= claim.at - plan.placed_at < timedelta(minutes=1)
        assert hits.touchpoints[0].touch_id == claim.session
        assert hits.touchpoints[0].at < plan.placed_at


def test_one_client_is_a_bot_one_repeats_itself_and_one_is_cut_off(
    posts: list[HitPost], now: datetime
) -> None:
    bots = [t for hits in _read_all(posts, now) for t in hits.touchpoints if t.is_bot]
    assert len(bots) == 1
    assert len(posts) - len({post.body for post in posts}) == 1
    [broken] = [post for post in posts if post.is_broken]
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken.body)


def test_one_order_is_claimed_once_more_by_somebody_else(
    posts: list[HitPost], now: datetime
) -> None:
    claims = [claim for hits in _read_all(posts, now) for claim in hits.claims]
    by_order = Counter(order for order, _ in {(claim.order_id, claim.visitor) for claim in claims})
    assert sorted(by_order.values())[-2:] == [1, 2]


def test_a_clock_that_is_two_days_ahead_does_not_move_its_hits(
    scenario: Scenario, now: datetime
) -> None:
    [wrong] = [each for each in scenario.transmissions if each.clock_ahead]
    post = wrong.post("pk_demo", now)
    assert json.loads(post.body)["sent"] > (now + timedelta(days=1)).timestamp() * 1000
    [touch] = _read(post, now).touchpoints
    assert touch.at == wrong.events[0][0]
