from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.deliveries import Delivery
from headwater.domain.hits import Hits, corrected_time, read_hits
from headwater.domain.journeys import Campaign, Identification, OptIn, OrderClaim, Profile
from headwater.domain.nodes import email_node
from headwater.errors import InvalidRowError

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
BROWSER = "Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0.0.0 Mobile Safari/537.36"
EMAIL = "ann@example.com"
EMAIL_SHA256 = hashlib.sha256(EMAIL.encode()).hexdigest()


def _hit(**fields: object) -> dict[str, object]:
    return {"type": "page", "id": "e1", "session": "s1", "url": "https://shop.example/"} | fields


def _read(
    *events: object,
    visitor: object = "v1",
    user_agent: str = BROWSER,
    gpc: bool = False,
    consent: str = "",
) -> Hits:
    return read_hits(
        Delivery(
            account="acme",
            source="shop",
            received_at=NOW,
            events=events,
            sent=NOW_MS,
            visitor=visitor,
            user_agent=user_agent,
            gpc=gpc,
            consent=consent,
        )
    )


def test_a_page_view_is_a_touchpoint_named_by_its_session() -> None:
    event = _hit(
        url="https://shop.example/shoes?utm_source=google&gclid=Ab",
        referrer="https://www.google.com/",
        created=NOW_MS - 2000,
    )
    [touch] = _read(event).touchpoints
    assert (touch.touch_id, touch.visitor, touch.node) == ("s1", "v1", "")
    assert touch.at == NOW - timedelta(seconds=2)
    assert touch.campaign == Campaign(source="google", click_id_kind="gclid", click_id="Ab")
    assert (touch.referrer, touch.landing_page) == ("www.google.com", "/shoes")
    assert (touch.device, touch.is_bot, touch.is_imported) == ("mobile", False, False)


def test_a_page_view_without_a_session_is_a_session_of_its_own() -> None:
    [touch] = _read(_hit(session="")).touchpoints
    assert (touch.touch_id, touch.visitor) == ("e1", "v1")


def test_a_page_view_without_a_visitor_is_a_visitor_of_its_own() -> None:
    [touch] = _read(_hit(), visitor="").touchpoints
    assert touch.visitor == "s1"


def test_an_event_may_name_another_visitor_than_its_envelope() -> None:
    [touch] = _read(_hit(visitor="v2")).touchpoints
    assert touch.visitor == "v2"


def test_a_program_is_flagged() -> None:
    [touch] = _read(_hit(), user_agent="curl/8.5.0").touchpoints
    assert touch.is_bot


@pytest.mark.parametrize("kind", ["form", "login"])
def test_an_identification_links_the_visitor_to_the_hashed_email(kind: str) -> None:
    hits = _read(_hit(type="identify", kind=kind, email_sha256=EMAIL_SHA256.upper()))
    node = email_node(EMAIL)
    assert hits.identifications == [Identification("e1", NOW, "v1", "s1", node, kind)]
    assert not hits.profiles


def test_an_email_in_the_clear_gives_the_same_node_and_a_profile() -> None:
    hits = _read(_hit(type="identify", kind="form", email=" Ann@Example.com "))
    node = email_node(EMAIL)
    assert hits.identifications[0].node == node
    assert hits.profiles == [Profile(node, EMAIL)]


def test_a_sign_up_is_an_opt_in_and_an_identification() -> None:
    hits = _read(_hit(type="optin", form="newsletter", email=EMAIL))
    node = email_node(EMAIL)
    assert hits.opt_ins == [OptIn("e1:form:newsletter", NOW, node, "site", "form")]
    assert hits.opt_ins[0].event_id == "e1"
    assert hits.identifications == [Identification("e1", NOW, "v1", "s1", node, "form")]
    assert hits.profiles == [Profile(node, EMAIL, NOW)]


def test_a_sign_up_without_a_form_came_by_the_scripts_interface() -> None:
    [opt_in] = _read(_hit(type="optin", email_sha256=EMAIL_SHA256)).opt_ins
    assert opt_in.kind == "api"


def test_a_sign_up_needs_no_visitor() -> None:
    hits = _read(_hit(type="optin", session="", email=EMAIL), visitor="")
    assert hits.opt_ins
    assert not hits.identifications


@pytest.mark.parametrize("order_id", [1001, "1001"], ids=["number", "text"])
def test_an_order_page_claims_its_order(order_id: object) -> None:
    [claim] = _read(_hit(type="order", order_id=order_id)).claims
    assert claim == OrderClaim("e1", "shop", "1001", "v1", "s1", NOW, NOW)


def test_an_order_page_may_say_whose_order_it_is() -> None:
    [claim] = _read(_hit(type="order", order_id="1001", email_sha256=EMAIL_SHA256)).claims
    assert claim.node == email_node(EMAIL)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("page", "not a JSON object"),
        (_hit(type="scroll"), "type"),
        (_hit(id=None), "id: missing"),
        (_hit(id="a b"), "id"),
        (_hit(id="x" * 65), "id"),
        (_hit(session=7), "session"),
        (_hit(visitor="a#b"), "visitor"),
        (_hit(url=None), "url: missing"),
        (_hit(url="mailto:ann"), "url"),
        (_hit(created="yesterday"), "created"),
        (_hit(created=True), "created"),
        (_hit(created=10**20), "created"),
        (_hit(type="identify", kind="guess", email=EMAIL), "kind"),
        (_hit(type="identify", kind="form"), "email"),
        (_hit(type="identify", kind="form", email="ann"), "email"),
        (_hit(type="identify", kind="form", email="\ud800@example.com"), "email"),
        (_hit(type="identify", kind="form", email_sha256="abc"), "SHA-256"),
        (_hit(type="optin", email=EMAIL, email_sha256=EMAIL_SHA256), "not both"),
        (_hit(type="order"), "order_id: missing"),
        (_hit(type="order", order_id="1" * 600), "order_id"),
        (_hit(type="order", order_id=1.5), "order_id"),
    ],
)
def test_a_bad_hit_is_rejected_alone_and_with_its_reason(event: object, reason: str) -> None:
    hits = _read(event, _hit(id="e2"))
    [rejected] = hits.rejected
    assert reason in rejected.reason
    assert rejected.event == event
    assert len(hits.touchpoints) == 1


def test_an_identification_needs_somebody_to_identify() -> None:
    hits = _read(_hit(type="identify", kind="form", email=EMAIL, session=""), visitor="")
    assert hits.rejected[0].reason.startswith("visitor")


def test_a_newer_script_may_say_more() -> None:
    assert not _read(_hit(scroll_depth=0.5)).rejected


@pytest.mark.parametrize("private", [{"gpc": True}, {"consent": "denied"}, {"consent": "unknown"}])
def test_who_does_not_want_to_be_followed_is_counted_and_not_known(private: dict[str, Any]) -> None:
    hits = _read(
        _hit(url="https://shop.example/?utm_source=google&gclid=Ab"),
        _hit(id="e2", type="identify", kind="form", email=EMAIL),
        _hit(id="e3", type="order", order_id="1001"),
        _hit(id="e4", type="optin", form="newsletter", email=EMAIL),
        _hit(id="e5", type="scroll", email=EMAIL, url="https://shop.example/?gclid=Ab"),
        EMAIL,
        **private,
    )
    [touch] = hits.touchpoints
    assert (touch.visitor, touch.touch_id, touch.campaign.click_id) == ("e1", "e1", "")
    assert (touch.campaign.source, touch.campaign.click_id_kind) == ("google", "gclid")
    stored = (hits.identifications, hits.opt_ins, hits.profiles, hits.claims)
    assert not any(stored)
    assert hits.withheld == 3
    assert [bad.event for bad in hits.rejected] == [{"type": "scroll", "id": "e5"}, {}]


def test_a_shopper_who_agreed_is_known() -> None:
    hits = _read(_hit(), _hit(id="e2", type="order", order_id="1001"), consent="granted")
    assert (hits.touchpoints[0].visitor, hits.claims[0].visitor) == ("v1", "v1")


@pytest.mark.parametrize("wrong_by", [timedelta(days=-2), timedelta(), timedelta(days=2)])
def test_a_wrong_clock_is_corrected(wrong_by: timedelta) -> None:
    error = wrong_by // timedelta(milliseconds=1)
    at = corrected_time(NOW, NOW_MS + error, NOW_MS + error - 90_000)
    assert at == NOW - timedelta(seconds=90)


@pytest.mark.parametrize("way", [0, 40, 1_500, 9_900])
def test_a_slow_way_does_not_move_a_hit(way: int) -> None:
    sent = NOW_MS - way
    assert corrected_time(NOW, sent, sent - 250) == NOW - timedelta(milliseconds=way + 250)


def test_a_landing_on_a_cold_start_stays_before_the_sign_up_that_follows_it() -> None:
    landed, signed_up = NOW_MS, NOW_MS + 1_800
    landing = corrected_time(NOW + timedelta(seconds=3), landed + 5, landed)
    sign_up = corrected_time(NOW + timedelta(milliseconds=1_840), signed_up + 5, signed_up)
    assert landing == NOW
    assert landing < sign_up


@pytest.mark.parametrize("way", [-1, 10_001, 3_600_000])
def test_a_difference_that_no_way_takes_is_the_clocks(way: int) -> None:
    sent = NOW_MS - way
    assert corrected_time(NOW, sent, sent - 250) == NOW - timedelta(milliseconds=250)


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        (NOW_MS - 8 * 86_400_000, NOW - timedelta(days=7)),
        (NOW_MS + 3_600_000, NOW + timedelta(minutes=5)),
        (0, NOW - timedelta(days=7)),
    ],
)
def test_a_hit_is_never_far_from_its_arrival(created: int, expected: datetime) -> None:
    assert corrected_time(NOW, NOW_MS, created) == expected


def test_without_clock_readings_a_hit_happened_when_it_arrived() -> None:
    assert corrected_time(NOW, None, NOW_MS - 5000) == NOW
    assert corrected_time(NOW, NOW_MS, None) == NOW


@given(
    sent=st.floats(allow_nan=False, allow_infinity=False),
    created=st.one_of(st.floats(), st.integers()),
)
def test_no_clock_reading_breaks_the_correction(sent: float, created: float) -> None:
    try:
        at = corrected_time(NOW, sent, created)
    except InvalidRowError:
        return
    assert NOW - timedelta(days=7) <= at <= NOW + timedelta(minutes=5)
