from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.deliveries import Delivery, RejectedText
from headwater.domain.nodes import email_node
from headwater.domain.validations import Visit
from headwater.errors import RateLimitedError
from headwater.usecases.record_hits import QueuedMessage, RecordHitsResult, record_hits
from tests.fakes import FakeClock, FakeJourneys, FakeLake, FakeMarks, FakeValidations
from tests.unit.usecases.validations import a_validation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.domain.hits import PageView
    from headwater.domain.journeys import Touchpoint

DAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
EMAIL = "ann@example.com"


def _event(number: int, **fields: object) -> dict[str, Any]:
    return {
        "type": "page",
        "id": f"e{number}",
        "session": "s1",
        "url": "https://shop.example/",
        "created": NOON_MS,
    } | fields


def _message(
    *events: object, visitor: str = "v1", user_agent: str = BROWSER, gpc: bool = False
) -> str:
    [message] = Delivery(
        account="acme",
        source="shop",
        received_at=NOON,
        events=events,
        sent=NOON_MS,
        visitor=visitor,
        user_agent=user_agent,
        gpc=gpc,
    ).messages()
    return message


def _record(
    bodies: Sequence[str],
    journeys: FakeJourneys | None = None,
    lake: FakeLake | None = None,
    tests: FakeValidations | None = None,
) -> RecordHitsResult:
    return record_hits(
        [QueuedMessage(f"m{n}", body) for n, body in enumerate(bodies)],
        journeys=journeys or FakeJourneys(),
        lake=lake or FakeLake(),
        marks=FakeMarks(),
        tests=tests or FakeValidations(),
        clock=FakeClock(),
    )


def _stored(journeys: FakeJourneys) -> tuple[Any, ...]:
    days = [DAY + timedelta(days=n) for n in range(-8, 2)]
    return (
        [list(journeys.touchpoints_on("acme", day)) for day in days],
        [list(journeys.identifications_on("acme", day)) for day in days],
        [list(journeys.opt_ins_on("acme", day)) for day in days],
        [list(journeys.claims_on("acme", day)) for day in days],
        journeys.profiles,
    )


def test_hits_are_stored_as_what_they_say() -> None:
    journeys = FakeJourneys()
    result = _record(
        [
            _message(
                _event(1),
                _event(2, type="optin", form="newsletter", email=EMAIL),
                _event(3, type="order", order_id=1001),
            )
        ],
        journeys,
    )
    assert result == RecordHitsResult(recorded=5)
    assert [touch.touch_id for touch in journeys.touchpoints_on("acme", DAY)] == ["s1"]
    assert [claim.order_id for claim in journeys.claims_on("acme", DAY)] == ["1001"]
    assert journeys.profiles["acme", email_node(EMAIL)].email == EMAIL


def test_bad_hits_are_kept_with_their_reason_and_the_others_recorded() -> None:
    lake = FakeLake()
    result = _record([_message(_event(1), _event(2, type="scroll"), 7)], lake=lake)
    assert (result.recorded, result.rejected, result.failed) == (1, 2, ())
    [key] = [key for key in lake.objects if key.startswith("raw/rejected/")]
    content = lake.objects[key]
    assert key.startswith("raw/rejected/account=acme/day=2026-11-21/")
    scroll, number = json.loads(content)
    assert scroll["reason"].startswith("type")
    assert scroll["row"]["event"]["id"] == "e2"
    assert number["row"]["event"] == 7


def test_a_text_that_the_edge_could_not_read_is_kept() -> None:
    lake = FakeLake()
    text = RejectedText("acme", NOON, "body: not JSON", "{")
    result = _record([text.message(), text.message()], lake=lake)
    assert (result.rejected, result.failed) == (2, ())
    [content] = lake.objects.values()
    assert json.loads(content) == [{"reason": "body: not JSON", "row": {"raw": "{"}}]


def test_a_message_of_somebody_else_is_kept_and_not_delivered_again() -> None:
    lake = FakeLake()
    assert _record(["hello"], lake=lake) == RecordHitsResult(rejected=1)
    [key] = lake.objects
    assert key.startswith("raw/rejected/account=_unidentified/")


def _page_views(lake: FakeLake) -> list[dict[str, Any]]:
    kept = (
        json.loads(gzip.decompress(content))
        for key, content in lake.objects.items()
        if key.startswith("raw/page_views/account=acme/day=2026-11-21/")
    )
    return [view for views in kept for view in views]


def test_a_page_view_that_opens_no_session_goes_to_the_lake_alone() -> None:
    journeys, lake = FakeJourneys(), FakeLake()
    cart = _event(2, url="https://shop.example/cart.php?coupon=x", created=NOON_MS + 1)
    assert _record([_message(_event(1))], journeys, lake).recorded == 1
    assert _record([_message(cart)], journeys, lake).recorded == 0
    first, second = sorted(_page_views(lake), key=lambda view: str(view["event_id"]))
    assert (first["page_type"], second["page_type"]) == ("home", "cart")
    assert (second["visitor"], second["session"], second["path"]) == ("v1", "s1", "/cart.php")


def test_the_page_views_of_a_batch_are_one_object() -> None:
    lake = FakeLake()
    _record([_message(_event(n, session=f"s{n}")) for n in range(5)], lake=lake)
    assert (len(lake.objects), len(_page_views(lake))) == (1, 5)


class _BusyLake(FakeLake):
    def keep_page_views(self, account: str, day: date, page_views: Sequence[PageView]) -> str:  # noqa: ARG002
        message = "slow down"
        raise RateLimitedError(message)


def test_messages_whose_page_views_cannot_be_kept_come_again() -> None:
    journeys = FakeJourneys()
    bodies = [_message(_event(1)), _message(_event(2, type="order", order_id=7))]
    assert _record(bodies, journeys, _BusyLake()).failed == ("m0",)
    assert _record(bodies[:1], journeys).recorded == 0


class _BusyJourneys(FakeJourneys):
    """Refuses the touchpoints of one visitor."""

    def add_touchpoints(
        self, account: str, touchpoints: Sequence[Touchpoint], received_at: datetime
    ) -> int:
        if any(touch.visitor == "busy" for touch in touchpoints):
            message = "too many writes"
            raise RateLimitedError(message)
        return super().add_touchpoints(account, touchpoints, received_at)


def test_only_the_message_whose_writes_failed_comes_again() -> None:
    bodies = [
        _message(_event(1)),
        _message(_event(2), visitor="busy"),
        _message(_event(3, session="s3")),
    ]
    result = _record(bodies, _BusyJourneys())
    assert (result.recorded, result.failed) == (2, ("m1",))


def test_bots_and_withheld_hits_are_counted() -> None:
    result = _record(
        [
            _message(_event(1), user_agent="curl/8.5.0"),
            _message(_event(2, type="order", order_id=1), gpc=True),
        ]
    )
    assert (result.bots, result.withheld) == (1, 1)


def test_the_earliest_page_view_opens_the_session_whichever_arrives_first() -> None:
    landing = _event(1, url="https://shop.example/?utm_source=google", created=NOON_MS - 9000)
    bodies = [_message(_event(2)), _message(landing)]
    for order in (bodies, bodies[::-1]):
        journeys = FakeJourneys()
        _record(order, journeys)
        [touch] = journeys.touchpoints_on("acme", DAY)
        assert touch.campaign.source == "google"
        assert touch.at == NOON - timedelta(seconds=9)


_EVENTS = st.builds(
    lambda n, session, created, fields: _event(n, session=session, created=created) | fields,
    st.integers(1, 10_000),
    st.sampled_from(["s1", "s2", ""]),
    st.integers(NOON_MS - 7_200_000, NOON_MS + 60_000),
    st.sampled_from(
        [
            {},
            {"url": "https://shop.example/?utm_source=google&gclid=1"},
            {"url": "https://shop.example/?utm_source=bing", "referrer": "https://bing.com/"},
            {"type": "identify", "kind": "form", "email": EMAIL},
            {"type": "optin", "form": "newsletter", "email": EMAIL},
            {"type": "order", "order_id": 1001},
            {"type": "scroll"},
        ]
    ),
)


@given(
    events=st.lists(_EVENTS, min_size=1, max_size=12, unique_by=lambda event: event["id"]),
    data=st.data(),
)
def test_twice_late_or_in_any_order_the_same_is_stored(
    events: list[dict[str, Any]], data: st.DataObject
) -> None:
    bodies = [_message(*events[n : n + 3]) for n in range(0, len(events), 3)]
    once, often = FakeJourneys(), FakeJourneys()
    _record(bodies, once)
    again = data.draw(st.lists(st.sampled_from(bodies), max_size=6))
    _record(data.draw(st.permutations(bodies + again)), often)
    assert _stored(once) == _stored(often)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = st.sampled_from(
    ["type", "id", "session", "visitor", "url", "referrer", "created", "email", "order_id", "kind"]
)


@given(events=st.lists(st.tuples(_EVENTS, _FIELDS, _JSON), max_size=5), text=st.text())
def test_no_content_breaks_the_worker(
    events: list[tuple[dict[str, Any], str, Any]], text: str
) -> None:
    wild = [event | {field: value} for event, field, value in events]
    body = json.dumps(json.loads(_message()) | {"events": wild})
    journeys = FakeJourneys()
    result = _record([body, text, json.dumps(text)], journeys)
    assert result.failed == ()
    for touch in _stored(journeys)[0][8]:
        json.dumps([touch.visitor, touch.campaign.source], ensure_ascii=False).encode()


def test_ten_thousand_hits_in_any_order_and_a_fifth_of_them_twice_are_stored_once() -> None:
    rng = Random(20_261_129)
    kinds: tuple[dict[str, object], ...] = (
        {"url": "https://shop.example/?utm_source=google&gclid=1"},
        {"type": "identify", "kind": "form", "email": EMAIL},
        {"type": "optin", "form": "newsletter", "email": EMAIL},
        {"type": "order"},
    )
    bodies = [
        _message(
            *(
                _event(first + n, session=f"s{first + n}", order_id=first + n) | kinds[n % 4]
                for n in range(10)
            ),
            visitor=f"v{first % 700}",
        )
        for first in range(0, 10_000, 10)
    ]
    sent = bodies + rng.sample(bodies, len(bodies) // 5)
    rng.shuffle(sent)
    journeys = FakeJourneys()
    result = _record(sent, journeys)
    touches = list(journeys.touchpoints_on("acme", DAY))
    links = list(journeys.identifications_on("acme", DAY))
    opt_ins = list(journeys.opt_ins_on("acme", DAY))
    claims = list(journeys.claims_on("acme", DAY))
    assert (len(touches), len(opt_ins), len(claims)) == (3000, 2000, 2000)
    assert len({touch.touch_id for touch in touches}) == 3000
    assert len(links) == 5000
    # Besides these, the one shopper's profile, which gains an earlier time at most.
    assert 12_000 < result.recorded <= 12_000 + len(sent)


def test_a_visit_by_a_tests_link_is_noted_and_stored_as_any_other() -> None:
    tests, journeys = FakeValidations(), FakeJourneys()
    test = replace(a_validation(), closes_at=NOON + timedelta(hours=1))
    tests.save("acme", test)
    bodies = [
        _message(_event(1, url=test.link), _event(2, url="https://shop.example/cart.php")),
        _message(_event(3, url=test.link, session="s2"), gpc=True),
        _message(_event(4, url="https://shop.example/?hwv=unknown")),
    ]
    _record(bodies, journeys, tests=tests)
    _record(bodies, journeys, tests=tests)
    code = test.validation_id
    assert tests.visits("acme", code) == [
        Visit(code, "e1", "v1", "s1"),
        Visit(code, "e3", "e3", "e3", is_private=True),
    ]
    [touch, *_] = journeys.touchpoints_on("acme", DAY)
    assert touch.landing_page == "/"
    assert not touch.campaign


def test_a_message_whose_test_cannot_be_noted_comes_again() -> None:
    class Down(FakeValidations):
        def note_visits(self, *_: object) -> int:
            message = "slow down"
            raise RateLimitedError(message)

    bodies = [_message(_event(1, url="https://shop.example/?hwv=c0de")), _message(_event(2))]
    assert _record(bodies, tests=Down()).failed == ("m0",)
