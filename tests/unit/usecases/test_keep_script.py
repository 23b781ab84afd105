"""The tracking script is put into a store's pages, looked after, and gone when it is not wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from headwater.domain.script_tags import ScriptTag
from headwater.domain.settings import AccountSettings
from headwater.domain.sites import Site
from headwater.errors import MalformedAnswerError, StoreUnavailableError
from headwater.usecases.describe_source import describe_source
from headwater.usecases.keep_script import (
    drop_script,
    install_script,
    is_due,
    keep_script,
    look_after_script,
)
from headwater.usecases.ports import Source, TrackingScript
from headwater.usecases.ports.scripts import (
    ALL_PAGES,
    CONFIRMATION,
    STOREFRONT,
    StoreFrontend,
    StoreScript,
)
from headwater.usecases.script_keeper import ScriptPorts
from headwater.usecases.serve_script import Build
from tests.fakes import FakeAccounts, FakeClock, FakeEdgeSites
from tests.fakes.scripts import BUILD
from tests.lambda_side import FakeStore, FakeStores

KEY = "5f0c9ae1"
URL = "https://t.shop.example"
PERMANENT = "https://store-abc123.mybigcommerce.com"
OUTLET = StoreFrontend(7, "Outlet", is_stencil=False)


class Desk:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.accounts = FakeAccounts()
        self.stores = FakeStores(FakeStore(self.clock))
        self.store = self.stores.scripts
        self.sites = FakeEdgeSites()
        self.build = BUILD
        self.accounts.create("acme", AccountSettings(), self.clock.now())
        source = Source("shop", "bigcommerce", "abc123", "arn", public_key=KEY)
        self.accounts.save_source("acme", source)
        self.sites.sites[KEY] = Site("acme", "shop", frozenset({"https://shop.example", PERMANENT}))

    @property
    def source(self) -> Source:
        [source] = self.accounts.sources("acme")
        return source

    @property
    def ports(self) -> ScriptPorts:
        return ScriptPorts(
            self.clock, self.accounts, self.sites, self.stores, lambda: self.build, URL
        )

    def install(self, category: str | None = None) -> TrackingScript:
        install_script("acme", self.source, category, ports=self.ports)
        return self.source.script

    def look(self) -> TrackingScript:
        state = keep_script("acme", self.source, ports=self.ports)
        assert state == self.source.script
        return state

    def drop(self) -> TrackingScript:
        return drop_script("acme", self.source, ports=self.ports)

    def states(self) -> list[tuple[int, str, str]]:
        return [(one.channel_id, one.state, one.pages) for one in self.source.script.channels]

    def in_pages(self) -> list[tuple[int, str]]:
        return [(script.channel_id, script.pages) for script in self.store.stored]

    @property
    def faults(self) -> str:
        return " ".join(one.off for one in describe_source(self.source, self.clock.now()).off)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_it_is_on_all_pages_once_with_its_version_and_integrity(desk: Desk) -> None:
    state = desk.install()
    [script] = desk.store.stored
    tag = ScriptTag(
        f"{URL}/s/{BUILD.script}",
        (BUILD.integrity,),
        KEY,
        ("shop.example", "store-abc123.mybigcommerce.com"),
        is_stencil=True,
    )
    assert script == StoreScript(1, tag.html(), ALL_PAGES, "targeting", uuid=script.uuid)
    assert (state.is_on, state.note, state.looked_at) == (True, "", desk.clock.now())
    assert desk.states() == [(1, "installed", ALL_PAGES)]


def test_doing_it_twice_changes_nothing(desk: Desk) -> None:
    first = desk.install()
    stored = list(desk.store.stored)
    assert desk.install() == first
    assert desk.look() == first
    assert desk.store.stored == stored
    assert desk.store.history == []


def test_every_storefront_has_one_and_a_theme_alone_fills_in_handlebars(desk: Desk) -> None:
    desk.store.channels.append(OUTLET)
    desk.install()
    assert desk.in_pages() == [(1, ALL_PAGES), (7, ALL_PAGES)]
    assert ["{{page_type}}" in one.html for one in desk.store.stored] == [True, False]


def test_without_the_scope_for_the_checkout_it_is_before_and_after_it(desk: Desk) -> None:
    desk.store.channels.append(OUTLET)
    desk.store.refused = {"checkout"}
    desk.install()
    assert sorted(desk.in_pages()) == sorted(
        (number, pages) for number in (1, 7) for pages in (STOREFRONT, CONFIRMATION)
    )
    assert desk.states() == [(1, "installed", STOREFRONT), (7, "installed", STOREFRONT)]
    assert "Checkout Content" in desk.faults
    stored = list(desk.store.stored)
    desk.look()
    assert desk.store.stored == stored


def test_with_that_scope_later_one_script_takes_the_place_of_both(desk: Desk) -> None:
    desk.store.refused = {"checkout"}
    desk.install()
    desk.store.refused = set()
    desk.look()
    assert len(desk.store.stored) == 2
    desk.install()
    assert desk.in_pages() == [(1, ALL_PAGES)]


def test_without_the_scope_to_write_the_reason_is_named_and_tried_again(desk: Desk) -> None:
    desk.store.refused = {"create"}
    state = desk.install()
    assert state.is_on
    assert "the access token may not use create" in desk.faults
    assert is_due(desk.source, desk.clock)
    desk.store.refused = set()
    look_after_script("acme", desk.source, ports=desk.ports)
    assert desk.faults == ""
    assert desk.in_pages() == [(1, ALL_PAGES)]


def test_without_channel_settings_the_default_storefront_has_it_and_no_handlebars(
    desk: Desk,
) -> None:
    desk.store.refused = {"channels"}
    desk.install()
    [script] = desk.store.stored
    assert (script.channel_id, "{{" in script.html) == (1, False)
    assert "Channel Settings" in desk.faults


def test_pages_of_all_storefronts_may_send_hits_and_are_told_to_the_script(desk: Desk) -> None:
    desk.store.channels.append(OUTLET)
    desk.store.pages = [(1, "https://shop.example"), (7, "https://outlet.example"), (9, "http://x")]
    desk.install()
    assert "https://outlet.example" in desk.sites.sites[KEY].origins
    assert "http://x" not in desk.sites.sites[KEY].origins
    assert all("outlet.example," in one.html for one in desk.store.stored)
    assert "outlet.example" in desk.accounts.settings("acme").own_domains


def test_a_storefront_that_opens_later_gets_it_and_its_address_is_named(desk: Desk) -> None:
    desk.install()
    desk.store.channels.append(OUTLET)
    desk.store.pages = [(7, "https://outlet.example")]
    desk.look()
    assert desk.in_pages() == [(1, ALL_PAGES), (7, ALL_PAGES)]
    assert "takes no hits from https://outlet.example yet" in desk.faults
    desk.install()
    assert desk.faults == ""


def test_without_sites_and_routes_other_addresses_are_asked_for(desk: Desk) -> None:
    desk.store.refused = {"sites"}
    desk.install()
    assert desk.faults == ""
    desk.store.channels.append(OUTLET)
    desk.install()
    assert "Sites & Routes" in desk.faults


def test_a_storefront_that_has_closed_makes_room(desk: Desk) -> None:
    desk.store.channels.append(OUTLET)
    desk.install()
    desk.store.channels.pop()
    desk.look()
    assert desk.in_pages() == [(1, ALL_PAGES)]
    assert desk.states() == [(1, "installed", ALL_PAGES)]


@pytest.mark.parametrize("asks", [False, True])
def test_nothing_is_taken_out_by_whoever_cannot_read_which_storefronts_are_open(
    desk: Desk, asks: bool
) -> None:
    desk.store.channels.append(OUTLET)
    desk.install()
    stored = [one.channel_id for one in desk.store.stored]
    desk.store.refused = {"channels"}
    state = desk.install() if asks else desk.look()
    assert [one.channel_id for one in desk.store.stored] == stored
    assert "hannel" in desk.faults or "channels" in state.note
    desk.store.refused, desk.store.channels = set(), []
    desk.look()
    assert [one.channel_id for one in desk.store.stored] == stored


def test_what_a_person_has_deleted_stays_so_until_its_owner_asks(desk: Desk) -> None:
    desk.store.channels.append(OUTLET)
    desk.install()
    desk.store.stored.pop()
    for _ in range(2):
        desk.look()
        assert desk.in_pages() == [(1, ALL_PAGES)]
        assert desk.states()[1] == (7, "deleted", "")
    assert "Outlet: somebody has deleted it" in desk.faults
    desk.install()
    assert desk.in_pages() == [(1, ALL_PAGES), (7, ALL_PAGES)]
    assert desk.faults == ""


def test_a_category_that_a_person_has_chosen_stays_and_the_script_heeds_it(desk: Desk) -> None:
    desk.install()
    [script] = desk.store.stored
    desk.store.stored = [replace(script, consent_category="analytics")]
    desk.look()
    [moved] = desk.store.stored
    assert (moved.consent_category, 'data-purpose="analytics"' in moved.html) == ("analytics", True)
    assert desk.source.script.channels[0].consent_category == "analytics"
    desk.install("targeting")
    assert desk.store.stored == [script]


def test_one_that_is_switched_off_is_named_and_comes_on_when_asked_for(desk: Desk) -> None:
    desk.install()
    desk.store.stored = [replace(desk.store.stored[0], is_enabled=False)]
    desk.look()
    assert desk.states() == [(1, "disabled", ALL_PAGES)]
    assert "switched off in the store" in desk.faults
    desk.install()
    assert desk.store.stored[0].is_enabled


def test_the_owner_chooses_the_consent_that_it_needs(desk: Desk) -> None:
    assert desk.install("analytics").consent_category == "analytics"
    [script] = desk.store.stored
    assert (script.consent_category, 'data-purpose="analytics"' in script.html) == (
        "analytics",
        True,
    )
    desk.install()
    assert desk.store.stored[0].consent_category == "analytics"


def test_another_version_has_its_hash_there_first_and_the_old_one_goes_a_day_later(
    desk: Desk,
) -> None:
    desk.install()
    desk.build = Build("ba9876543210.js", "sha256-newer", "")
    desk.look()
    hashes = 'integrity="sha256-new sha256-newer"'
    told = [(hashes in one.html, desk.build.script in one.html) for one in desk.store.history]
    assert told == [(True, False), (True, True)]
    desk.look()
    assert 'integrity="sha256-newer"' in desk.store.stored[0].html
    desk.look()
    assert len(desk.store.history) == 3


def test_a_double_is_deleted_and_a_strangers_is_left_alone(desk: Desk) -> None:
    desk.install()
    [script] = desk.store.stored
    stranger = StoreScript(1, "<script>1</script>", ALL_PAGES, "essential", uuid="stranger")
    desk.store.stored += [replace(script, uuid="double"), stranger]
    desk.look()
    assert desk.store.stored == [script, stranger]


def test_two_that_install_it_at_once_leave_one(desk: Desk) -> None:
    create = desk.store.create

    def create_beside_another(script: StoreScript) -> None:
        create(script)
        desk.store.create = create  # type: ignore[method-assign]
        create(script)

    desk.store.create = create_beside_another  # type: ignore[method-assign]
    desk.install()
    assert desk.in_pages() == [(1, ALL_PAGES)]


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("calls", range(6))
def test_a_store_that_fails_on_the_way_is_noted_and_never_has_two(
    desk: Desk, calls: int, is_done: bool
) -> None:
    desk.store.channels.append(OUTLET)
    desk.store.failure = StoreUnavailableError("503")
    desk.store.calls_left, desk.store.is_done = calls, is_done
    state = desk.install()
    assert state.is_on
    assert bool(state.note) == is_due(desk.source, desk.clock)
    desk.store.failure = None
    look_after_script("acme", desk.source, ports=desk.ports)
    assert desk.in_pages() == [(1, ALL_PAGES), (7, ALL_PAGES)]
    assert desk.faults == ""


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("has_scope", [False, True])
def test_whoever_installs_it_may_die_at_any_call_and_the_next_pull_ends_it(
    has_scope: bool, after_effect: bool
) -> None:
    for calls in range(20):
        desk = Desk()
        desk.store.channels.append(OUTLET)
        desk.store.refused = set() if has_scope else {"checkout"}
        desk.store.failure, desk.store.calls_left = KeyboardInterrupt(), calls
        desk.store.is_done = after_effect
        try:
            desk.install()
        except KeyboardInterrupt:
            desk.store.failure = None
            assert is_due(desk.source, desk.clock)
            look_after_script("acme", desk.source, ports=desk.ports)
        else:
            break
        pages = [ALL_PAGES] if has_scope else [STOREFRONT, CONFIRMATION]
        assert sorted(desk.in_pages()) == sorted((number, p) for number in (1, 7) for p in pages)
        assert {one.state for one in desk.source.script.channels} == {"installed"}
    else:
        pytest.fail("it died every time")


def test_an_answer_that_is_lost_makes_no_second_one(desk: Desk) -> None:
    desk.store.failure, desk.store.calls_left = MalformedAnswerError("broke off"), 3
    desk.store.is_done = True
    assert desk.install().note == ""
    assert desk.in_pages() == [(1, ALL_PAGES)]
    assert desk.store.calls.count("create") == 1


def test_a_store_that_is_full_is_named_and_tried_again(desk: Desk) -> None:
    desk.store.channels.append(OUTLET)
    desk.store.most = 1
    desk.install()
    assert desk.in_pages() == [(1, ALL_PAGES)]
    assert desk.states()[1] == (7, "refused", "")
    assert "takes no more scripts" in desk.faults
    desk.store.most = 2
    desk.look()
    assert len(desk.in_pages()) == 2


def test_it_is_looked_at_once_a_day_and_only_if_it_is_wanted(desk: Desk) -> None:
    assert not is_due(desk.source, desk.clock)
    desk.install()
    assert not is_due(desk.source, desk.clock)
    desk.clock.advance(timedelta(hours=23))
    assert is_due(desk.source, desk.clock)


def test_dropped_it_is_gone_and_a_strangers_stays(desk: Desk) -> None:
    desk.install()
    stranger = StoreScript(1, "<script>1</script>", ALL_PAGES, "essential", uuid="stranger")
    desk.store.stored.append(stranger)
    assert desk.drop() == TrackingScript()
    assert desk.store.stored == [stranger]
    assert not is_due(desk.source, desk.clock)
    calls = list(desk.store.calls)
    assert desk.drop() == TrackingScript()
    assert desk.store.calls == calls


def test_one_that_the_store_does_not_delete_is_tried_again(desk: Desk) -> None:
    desk.install()
    desk.store.failure = StoreUnavailableError("503")
    assert not desk.drop().is_on
    assert "Script Manager" in desk.faults
    desk.store.failure = None
    assert is_due(desk.source, desk.clock)
    look_after_script("acme", desk.source, ports=desk.ports)
    assert (desk.store.stored, desk.source.script) == ([], TrackingScript())


def test_a_source_that_the_collector_does_not_know_is_told(desk: Desk) -> None:
    desk.sites.remove(KEY)
    assert "connect the store again" in desk.install().note
    assert desk.store.stored == []
