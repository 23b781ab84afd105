from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.ad_clicks import AdClick
from headwater.domain.journeys import Campaign, Identification, OptIn, Profile, Touchpoint
from headwater.domain.nodes import email_node
from headwater.errors import InvalidParameterError
from headwater.usecases.import_rows import ImportRowsResult, import_rows
from tests.fakes import FakeClock, FakeCosts, FakeJourneys, FakeLake

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
AT = "2026-11-20T09:30:00-05:00"
MOMENT = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
DAY = date(2026, 11, 20)
EMAIL = "ann@example.com"
NODE = email_node(EMAIL)
EMAIL_SHA256 = hashlib.sha256(EMAIL.encode()).hexdigest()


class Importer:
    """The use case with its ports, all of them in memory."""

    def __init__(self) -> None:
        self.journeys = FakeJourneys()
        self.costs = FakeCosts()
        self.lake = FakeLake()

    def __call__(self, kind: str, body: object) -> ImportRowsResult:
        return import_rows(
            kind,
            "acme",
            body,
            journeys=self.journeys,
            costs=self.costs,
            lake=self.lake,
            clock=FakeClock(NOW),
        )

    def rows(self, kind: str, *rows: object) -> ImportRowsResult:
        return self(kind, {"rows": list(rows)})

    @property
    def touchpoints(self) -> list[Touchpoint]:
        return list(self.journeys.touchpoints_on("acme", DAY))

    @property
    def opt_ins(self) -> list[OptIn]:
        days = [DAY + timedelta(days=n) for n in range(-30, 2)]
        return [item for day in days for item in self.journeys.opt_ins_on("acme", day)]


@pytest.fixture
def importer() -> Importer:
    return Importer()


def _touch(**fields: object) -> dict[str, Any]:
    return {"email": EMAIL, "at": AT, "utm_source": "google", "utm_medium": "cpc"} | fields


def _lead(**fields: object) -> dict[str, Any]:
    row = {"source": "klaviyo", "external_id": "k1", "email": EMAIL, "created_at": AT}
    return row | fields


def _load(*rows: dict[str, Any], **fields: object) -> dict[str, Any]:
    load = {"platform": "Google", "ad_account": "123", "currency": "usd", "load": "2026-11-20.1"}
    return load | fields | {"rows": list(rows)}


def _cost(**fields: object) -> dict[str, Any]:
    return {"day": "2026-11-20", "campaign_id": 9007199254740993, "cost": "12.34"} | fields


def test_a_click_of_an_email_belongs_to_its_node_and_gives_a_profile(importer: Importer) -> None:
    result = importer.rows("touchpoints", _touch(gclid="Ab", ad_id=7))
    assert result == ImportRowsResult(accepted=1, changed=2, rejected=())
    [touch] = importer.touchpoints
    assert (touch.node, touch.visitor, touch.at, touch.is_imported) == (NODE, "", MOMENT, True)
    assert touch.campaign == Campaign(
        source="google", medium="cpc", ad_id="7", click_id_kind="gclid", click_id="Ab"
    )
    assert importer.journeys.profiles["acme", NODE] == Profile(NODE, EMAIL)


def test_a_click_of_a_hashed_email_meets_that_of_the_email(importer: Importer) -> None:
    row = _touch(email=None, email_sha256=EMAIL_SHA256)
    importer.rows("touchpoints", row, _touch())
    assert [touch.node for touch in importer.touchpoints] == [NODE]


def test_a_click_of_a_visitor_stays_with_the_visitor(importer: Importer) -> None:
    importer.rows("touchpoints", _touch(email=None, visitor="v1"))
    [touch] = importer.touchpoints
    assert (touch.visitor, touch.node) == ("v1", "")


def test_a_visitor_with_an_email_is_identified_by_the_row(importer: Importer) -> None:
    importer.rows("touchpoints", _touch(visitor="v1"))
    [touch] = importer.touchpoints
    assert (touch.visitor, touch.node) == ("v1", "")
    [link] = importer.journeys.identifications_on("acme", DAY)
    assert link == Identification(touch.touch_id, MOMENT, "v1", touch.touch_id, NODE, "import")


def test_a_url_is_read_like_a_landing_and_fields_of_the_row_win(importer: Importer) -> None:
    url = "https://shop.example/shoes?utm_source=bing&utm_campaign=spring&msclkid=1"
    importer.rows("touchpoints", _touch(url=url, referrer="https://www.bing.com/"))
    [touch] = importer.touchpoints
    campaign = touch.campaign
    assert (campaign.source, campaign.campaign, campaign.click_id) == ("google", "spring", "1")
    assert (touch.landing_page, touch.referrer) == ("/shoes", "www.bing.com")


def test_an_opt_in_happens_at_the_click(importer: Importer) -> None:
    importer.rows("touchpoints", _touch(opt_in=True))
    [touch] = importer.touchpoints
    assert importer.opt_ins == [OptIn(touch.touch_id, MOMENT, NODE, "import", "api")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (7, "not a JSON object"),
        (_touch(utm_sorce="x"), "utm_sorce: unknown field"),
        (_touch(email=None), "owner"),
        (_touch(email="ann"), "not an email address"),
        (_touch(email_sha256=EMAIL_SHA256), "not both"),
        (_touch(email=None, email_sha256="f00"), "SHA-256"),
        (_touch(email=None, visitor="a b"), "visitor"),
        (_touch(at=None), "at: missing"),
        (_touch(at="2026-11-20T09:30:00"), "at: has no offset"),
        (_touch(at="yesterday"), "at: not an ISO 8601 instant"),
        (_touch(at=1795269600), "at: not an ISO 8601 instant"),
        (_touch(at="0001-01-01T00:00:00+14:00"), "at"),
        (_touch(at="1999-12-31T00:00:00Z"), "at: before"),
        (_touch(at="2026-11-23T00:00:00Z"), "at: in the future"),
        (_touch(utm_source=["google"]), "utm_source: not a text"),
        (_touch(ad_id=7.5), "ad_id: not a text"),
        (_touch(url="shoes"), "url"),
        (_touch(opt_in="yes"), "opt_in"),
        (_touch(email=None, visitor="v1", opt_in=True), "opt_in: needs an email"),
    ],
)
def test_a_bad_touchpoint_is_answered_by_its_place_and_kept(
    importer: Importer, row: object, reason: str
) -> None:
    result = importer.rows("touchpoints", _touch(), row)
    assert result.accepted == 1
    [fault] = result.rejected
    assert fault.index == 1
    assert reason in fault.reason
    [(key, content)] = importer.lake.objects.items()
    assert key.startswith("raw/rejected/account=acme/day=2026-11-21/")
    assert json.loads(content) == [{"reason": f"touchpoints: {fault.reason}", "row": row}]


def test_long_texts_are_cut_and_control_characters_dropped(importer: Importer) -> None:
    importer.rows("touchpoints", _touch(utm_campaign=" sp\x00ring\n", utm_term="x" * 600))
    [touch] = importer.touchpoints
    assert (touch.campaign.campaign, touch.campaign.term) == ("spring", "x" * 512)


def test_a_lead_is_a_profile_with_opt_ins_clicks_and_a_link(importer: Importer) -> None:
    result = importer.rows(
        "leads",
        _lead(
            lists=[{"name": "VIP", "joined_at": "2026-11-20T20:00:00Z"}],
            tags=[{"name": "jazz", "at": "2026-11-20T20:00:00Z"}],
            first_utm={"source": "facebook", "medium": "paid"},
            last_utm={"source": "google"},
            last_at="2026-11-20T18:00:00Z",
        ),
    )
    assert (result.accepted, result.rejected) == (1, ())
    assert importer.journeys.profiles["acme", NODE] == Profile(NODE, EMAIL, MOMENT)
    assert importer.journeys.leads == {("acme", "klaviyo", "k1"): NODE}
    assert {(item.source, item.kind) for item in importer.opt_ins} == {
        ("klaviyo", "created"),
        ("klaviyo", "list"),
    }
    assert {(touch.at.hour, touch.campaign.source) for touch in importer.touchpoints} == {
        (14, "facebook"),
        (18, "google"),
    }


def test_the_last_click_of_a_lead_needs_its_time(importer: Importer) -> None:
    importer.rows("leads", _lead(last_utm={"source": "google"}))
    assert importer.touchpoints == []


def test_a_hashed_lead_has_no_profile(importer: Importer) -> None:
    importer.rows("leads", _lead(email=None, email_sha256=EMAIL_SHA256))
    assert importer.journeys.profiles == {}
    assert importer.journeys.leads == {("acme", "klaviyo", "k1"): NODE}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (_lead(source=""), "source: missing"),
        (_lead(source="site"), "source"),
        (_lead(external_id=None), "external_id: missing"),
        (_lead(external_id="x" * 513), "external_id: longer"),
        (_lead(email=None), "email: give it"),
        (_lead(created_at=None), "created_at: missing"),
        (_lead(name="Ann"), "name: unknown field"),
        (_lead(lists="VIP"), "lists: not a list"),
        (_lead(lists=[{"name": "VIP"}]), "lists: joined_at: missing"),
        (_lead(tags=[{"at": AT}]), "tags: name: missing"),
        (_lead(tags=[{"name": "x", "at": AT, "by": "y"}]), "tags: by: unknown field"),
        (_lead(first_utm={"utm_source": "x"}), "first_utm: utm_source: unknown field"),
        (_lead(last_utm="google"), "last_utm: not a JSON object"),
    ],
)
def test_a_bad_lead_is_answered_by_its_place(importer: Importer, row: object, reason: str) -> None:
    [fault] = importer.rows("leads", row, _lead()).rejected
    assert fault.index == 0
    assert reason in fault.reason


def test_costs_are_shown_once_their_load_is_complete(importer: Importer) -> None:
    result = importer("costs", _load(_cost(clicks=3, impressions="40", conversions=Decimal("1.5"))))
    assert (result.accepted, result.completed) == (1, False)
    assert list(importer.costs.on_day("acme", DAY)) == []

    result = importer("costs", _load(_cost(ad_id="2", cost=7), complete=True))
    assert result.completed
    [first, second] = sorted(importer.costs.on_day("acme", DAY), key=lambda row: row.ad_id)
    assert (first.platform, first.ad_account, first.currency) == ("google", "123", "USD")
    assert (first.campaign_id, first.cost) == ("9007199254740993", Decimal("12.34"))
    assert (first.clicks, first.impressions, first.conversions) == (3, 40, Decimal("1.5"))
    assert (second.ad_id, second.cost) == ("2", Decimal(7))


def test_a_complete_load_replaces_the_days_that_it_names_even_without_cost(
    importer: Importer,
) -> None:
    importer("costs", _load(_cost(), complete=True))
    days = {"from": "2026-11-19", "to": "2026-11-20"}
    result = importer("costs", _load(load="2", complete=True, **days))
    assert result == ImportRowsResult(accepted=0, changed=2, rejected=(), completed=True)
    assert list(importer.costs.on_day("acme", DAY)) == []


def test_a_load_with_a_bad_row_does_not_become_what_its_days_show(importer: Importer) -> None:
    importer("costs", _load(_cost(), complete=True))
    result = importer("costs", _load(_cost(cost="1"), _cost(cost="?"), load="2", complete=True))
    assert (result.accepted, result.completed) == (1, False)
    assert [row.cost for row in importer.costs.on_day("acme", DAY)] == [Decimal("12.34")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (_cost(cost=None), "cost: missing"),
        (_cost(cost="-1"), "cost: negative"),
        (_cost(cost=0.1), "cost: not an amount"),
        (_cost(cost=True), "cost: not an amount"),
        (_cost(cost="NaN"), "cost: not an amount"),
        (_cost(cost="1e9999999"), "cost: larger"),
        (_cost(cost=Decimal("1e12")), "cost: larger"),
        (_cost(cost="0.0000000000001"), "cost: more than 12 decimals"),
        (_cost(cost="9" * 600), "cost: not an amount"),
        (_cost(clicks=-1), "clicks"),
        (_cost(clicks=1.5), "clicks"),
        (_cost(impressions="many"), "impressions"),
        (_cost(conversions="-1"), "conversions: negative"),
        (_cost(day=None), "day: missing"),
        (_cost(day="20261120"), "day: not a date"),
        (_cost(day="2026-02-30"), "day: not a date"),
        (_cost(day="2026-12-20"), "day: in the future"),
        (_cost(day="2026-11-18"), "day: outside"),
        (_cost(spend="1"), "spend: unknown field"),
        (_cost(cost="99"), "the same day, ids and utm values"),
    ],
)
def test_a_bad_cost_is_answered_by_its_place(
    importer: Importer, row: dict[str, Any], reason: str
) -> None:
    days = {"from": "2026-11-19", "to": "2026-11-20"}
    result = importer("costs", _load(_cost(), row, **days))
    assert [fault.index for fault in result.rejected] == [1]
    assert reason in result.rejected[0].reason


def test_the_value_of_conversions_may_be_taken_back(importer: Importer) -> None:
    importer("costs", _load(_cost(value="-5.00"), complete=True))
    [row] = importer.costs.on_day("acme", DAY)
    assert row.value == Decimal("-5.00")


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("orders", {"rows": []}, "kind"),
        ("touchpoints", [], "body"),
        ("touchpoints", {}, "rows"),
        ("touchpoints", {"rows": []}, "rows"),
        ("touchpoints", {"rows": {}}, "rows"),
        ("touchpoints", {"rows": [{}] * 1001}, "rows"),
        ("leads", {"rows": [{}], "source": "x"}, "source: unknown field"),
        ("costs", _load(_cost(), platform=None), "platform: missing"),
        ("costs", _load(_cost(), ad_account=""), "ad_account: missing"),
        ("costs", _load(_cost(), currency="dollars"), "currency"),
        ("costs", _load(_cost(), load=None), "load: missing"),
        ("costs", _load(_cost(), complete="yes"), "complete"),
        ("costs", _load(_cost(), to="2026-11-20"), "from, to"),
        ("costs", _load(_cost(), **{"from": "2026-11-20", "to": "2026-11-19"}), "from, to"),
        ("costs", _load(_cost(), **{"from": "2024-11-19", "to": "2026-11-19"}), "from, to"),
        ("costs", _load(_cost(), total=3), "total: unknown field"),
        ("costs", _load(), "rows"),
    ],
)
def test_a_post_that_is_wrong_as_a_whole_is_refused_as_a_whole(
    importer: Importer, kind: str, body: object, reason: str
) -> None:
    with pytest.raises(InvalidParameterError, match=reason):
        importer(kind, body)
    assert importer.lake.objects == {}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("touchpoints", {"rows": [_touch(visitor="v1", opt_in=True), _touch()]}),
        ("leads", {"rows": [_lead(first_utm={"source": "x"}, lists=[])]}),
        ("costs", _load(_cost(), complete=True)),
    ],
)
def test_the_same_post_again_is_accepted_and_adds_nothing(
    importer: Importer, kind: str, body: dict[str, Any]
) -> None:
    first = importer(kind, body)
    stored = (importer.touchpoints, importer.opt_ins, list(importer.costs.on_day("acme", DAY)))
    second = importer(kind, body)
    assert first.changed
    assert second.accepted == first.accepted
    assert stored == (
        importer.touchpoints,
        importer.opt_ins,
        list(importer.costs.on_day("acme", DAY)),
    )


def test_a_huge_or_deep_bad_row_is_kept_cut(importer: Importer) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    importer.rows("touchpoints", _touch(note="x" * 100_000), {"note": deep})
    [content] = importer.lake.objects.values()
    assert len(content) < 20_000


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(
    kind=st.sampled_from(["touchpoints", "leads", "costs"]),
    wild=st.dictionaries(
        st.sampled_from([*_touch(), *_lead(), *_cost(), "url", "lists", "first_utm", "clicks"]),
        _JSON,
        max_size=4,
    ),
)
def test_no_row_breaks_the_import(kind: str, wild: dict[str, Any]) -> None:
    bodies = {
        "touchpoints": {"rows": [_touch() | wild, wild]},
        "leads": {"rows": [_lead() | wild, wild]},
        "costs": _load(_cost() | wild, wild),
    }
    result = Importer()(kind, bodies[kind])
    assert result.accepted + len(result.rejected) == 2


def test_clicks_on_ads_are_kept_by_day_and_bad_ones_are_told(importer: Importer) -> None:
    click = {"click_id": "Cj0", "day": "2026-11-20", "campaign_id": "1", "ad_id": 9007199254740993}
    bad = [{**click, "click_id": "a b"}, {**click, "campaign_id": ""}, {**click, "gclid": "x"}]
    result = importer("ad_clicks", {"platform": "Google", "rows": [click, *bad]})
    assert (result.accepted, result.changed) == (1, 1)
    reasons = [fault.reason for fault in result.rejected]
    assert reasons == [
        "click_id: not 1 to 512 letters, digits or ._~-",
        "campaign_id: missing",
        "gclid: unknown field",
    ]
    [kept] = importer.costs.clicks_on_day("acme", DAY)
    assert kept == AdClick("google", "Cj0", DAY, "1", "", "9007199254740993")


@pytest.mark.parametrize("body", [{"rows": []}, {"platform": "a b", "rows": [{}]}, {"rows": [{}]}])
def test_a_post_of_clicks_names_its_platform_and_has_rows(
    importer: Importer, body: dict[str, Any]
) -> None:
    with pytest.raises(InvalidParameterError):
        importer("ad_clicks", body)
