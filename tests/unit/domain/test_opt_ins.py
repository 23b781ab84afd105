from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from headwater.domain.opt_ins import keep_opt_ins

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def kept(*events: tuple[timedelta, str], orders: tuple[timedelta, ...] = ()) -> list[timedelta]:
    found = keep_opt_ins(
        [("ann", NOON + after, kind) for after, kind in events],
        {"ann": [NOON + after for after in orders]},
    )
    return [at - NOON for at in found["ann"]]


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


def test_one_act_that_several_systems_report_is_one_opt_in() -> None:
    assert kept((hours(0), "form"), (hours(1), "list"), (hours(23.9), "created")) == [hours(0)]


def test_the_24_hours_count_from_the_last_kept_one() -> None:
    events = [(hours(h), "form") for h in (0, 20, 25, 44, 50)]
    assert kept(*events) == [hours(0), hours(25), hours(50)]


def test_a_customer_record_that_an_order_makes_re_engages_nobody() -> None:
    found = kept((hours(0), "form"), (hours(100), "customer"), orders=(hours(99.5),))
    assert found == [hours(0)]


def test_a_subscriber_record_away_from_any_order_re_engages() -> None:
    found = kept((hours(0), "form"), (hours(100), "subscriber"), orders=(hours(98.9),))
    assert found == [hours(0), hours(100)]


def test_a_first_opt_in_at_an_order_still_makes_a_lead() -> None:
    assert kept((hours(0), "customer"), orders=(hours(0),)) == [hours(0)]


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


@pytest.mark.parametrize("kind", ["subscriber", "customer"])
@pytest.mark.parametrize("own", ["form", "api"])
@pytest.mark.parametrize("record", [-600, -0.4, 0, 0.6, 600])
def test_a_sign_up_that_the_shops_pages_tell_has_their_time_not_the_records(
    record: float, own: str, kind: str
) -> None:
    assert kept((seconds(0), own), (seconds(record), kind)) == [seconds(0)]


def test_a_record_of_another_time_is_a_sign_up_of_its_own() -> None:
    events = ((seconds(-601), "subscriber"), (hours(24), "form"))
    assert kept(*events) == [seconds(-601), hours(24)]
    assert kept((seconds(-601), "subscriber"), (seconds(0), "form")) == [seconds(-601)]


def test_a_record_beside_a_later_sign_up_of_the_pages_counts_once() -> None:
    events = ((hours(0), "form"), (hours(48), "form"), (hours(48) - seconds(1), "subscriber"))
    assert kept(*events) == [hours(0), hours(48)]


def test_what_a_crm_tells_is_no_record_of_the_store() -> None:
    assert kept((seconds(-1), "created"), (seconds(0), "form")) == [seconds(-1)]


def test_a_form_beside_an_order_re_engages() -> None:
    assert kept((hours(0), "form"), (hours(48), "form"), orders=(hours(48),)) == [
        hours(0),
        hours(48),
    ]
