from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headwater.adapters.dynamodb import keys
from headwater.domain.costs import CostRow
from headwater.domain.reporting_days import utc_day

DAY = date(2026, 11, 20)
parts = st.lists(st.text(alphabet="ab#%2351é", max_size=6), min_size=1, max_size=4)


@given(parts, parts)
def test_different_parts_never_spell_the_same_key(one: list[str], other: list[str]) -> None:
    assume(one != other)
    assert keys.join(*one) != keys.join(*other)


def test_a_part_of_a_key_is_escaped_only_where_it_must_be() -> None:
    assert keys.join("a#b", "50%", "käse/1") == "a%23b#50%25#käse/1"


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2))
def test_instants_sort_as_text(pair: list[datetime]) -> None:
    first, second = sorted(pair)
    assert keys.instant(first) <= keys.instant(second)
    assert len(keys.instant(first)) == len("2026-11-20T12:00:00.000000Z")


def test_an_instant_of_another_zone_is_spelled_in_utc() -> None:
    at = datetime(2026, 11, 20, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert keys.instant(at) == "2026-11-21T04:30:00.000000Z"
    assert utc_day(at) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("order_id", "shard"), [("0", 0), ("101", 5), ("1016", 0), ("A-7", 5), ("٤", 0), ("", 0)]
)
def test_an_order_always_lies_in_the_same_shard(order_id: str, shard: int) -> None:
    assert keys.shard(order_id) == shard


def test_named_orders_spread_over_all_shards() -> None:
    counts = Counter(keys.shard(f"A-{n}") for n in range(800))
    assert set(counts) == set(range(keys.ORDER_SHARDS))
    assert max(counts.values()) < 500


def test_an_index_key_names_its_day() -> None:
    at = datetime(DAY.year, DAY.month, DAY.day, 23, tzinfo=UTC)
    assert keys.day_of(keys.day_item(at, keys.order("acme", "store", "a|b"))) == DAY


def test_the_bounds_of_days_hold_their_items_and_no_others() -> None:
    def day_item(day: date) -> str:
        return keys.day_item(datetime(day.year, day.month, day.day, tzinfo=UTC), ("pk", "sk"))

    first, last = keys.days(DAY, DAY + timedelta(days=1))
    days = [DAY + timedelta(days=n) for n in range(-1, 3)]
    assert [first <= day_item(day) <= last for day in days] == [False, True, True, False]


def test_keys_are_spelled_as_the_data_model_says() -> None:
    row = CostRow(DAY, "google_ads", "1", "USD", 0, campaign_id="c", adset_id="s", ad_id="a")  # type: ignore[arg-type]
    cost_partition, cost_row = keys.cost_row("acme", "l1", row)
    assert [
        keys.order("acme", "store", "101"),
        keys.touchpoint("acme", "v1", "n1", "s1"),
        keys.touchpoint("acme", "", "n1", "h1"),
        keys.identification("acme", "v1", "e1"),
        keys.opt_in("acme", "n1", "site", "o1"),
        keys.profile("acme", "n1"),
        (keys.claimed_order("acme", "store", "101"), keys.claim("v1", "e1")),
        keys.lead("acme", "klaviyo", "x1"),
        (cost_partition, cost_row[:-12]),
        keys.cost_head("acme", DAY, "google_ads", "1"),
        keys.settings("acme"),
        keys.source("acme", "store"),
        keys.run_head("acme"),
        keys.run("acme", "r1"),
        keys.mark("acme", "orders", DAY),
        keys.api_key("ab12"),
        keys.site("pk"),
        keys.active("acme"),
    ] == [
        ("acme#store#101", "order"),
        ("acme#v#v1", "touch#s1"),
        ("acme#c#n1", "touch#h1"),
        ("acme#v#v1", "ident#e1"),
        ("acme#c#n1", "optin#site#o1"),
        ("acme#c#n1", "profile"),
        ("acme#o#store#101", "claim#v1#e1"),
        ("acme#l#klaviyo#x1", "lead"),
        ("acme#2026-11", "2026-11-20#row#google_ads#1#l1#c#s#a#"),
        ("acme#2026-11", "2026-11-20#head#google_ads#1"),
        ("acme", "settings"),
        ("acme", "source#store"),
        ("acme", "run#head"),
        ("acme", "run#r1"),
        ("acme#marks", "mark#orders#2026-11-20"),
        ("key#ab12", "key"),
        ("site#pk", "site"),
        ("active", "acme"),
    ]
