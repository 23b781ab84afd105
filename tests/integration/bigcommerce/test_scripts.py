"""The tracking script in the shop's pages: the real client against the real shop."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import requests

from headwater.adapters.bigcommerce.scripts import BigCommerceScripts
from headwater.adapters.bigcommerce.session import Session
from headwater.domain.settings import AccountSettings
from headwater.errors import MalformedAnswerError
from headwater.usecases.describe_source import describe_source
from headwater.usecases.manage_sources import Options, RemovePorts, remove_source
from headwater.usecases.ports import TrackingScript
from headwater.usecases.ports.scripts import StoreFrontend
from local.storefront import access
from local.storefront.faults import FaultKind
from local.storefront.model import StoreChannel, StoreProduct
from tests.fakes import FakePipeline
from tests.fakes.scripts import BUILD
from tests.integration.bigcommerce.world import ACCOUNT, COLLECTOR, DeathError, Fuse, World
from tests.unit.bigcommerce.scripted_server import Reply, scripted

if TYPE_CHECKING:
    from tests.fakes import FakeClock

SCRIPTS = "/v3/content/scripts"
EVERYTHING = access.READ_ONLY_SCOPES | access.SCRIPT_SCOPES
INSTALL = Options(script=True)


@pytest.fixture
def world(world: World) -> World:
    """A world whose token may put scripts into all pages."""
    world.accounts.create(ACCOUNT, AccountSettings(), world.clock.now())
    use_token(world, EVERYTHING)
    return world


def use_token(world: World, scopes: frozenset[str]) -> str:
    token = world.shop.store.issue_token(scopes)
    world.secrets.put(ACCOUNT, "bigcommerce", token)
    return token


def install(world: World, fuse: Fuse | None = None) -> TrackingScript:
    return world.switch(INSTALL, fuse).script


def in_pages(world: World) -> list[tuple[int, str, str]]:
    return [(one.channel_id, one.visibility, one.location) for one in world.shop.store.scripts]


def faults(world: World) -> str:
    return " ".join(one.off for one in describe_source(world.source, world.clock.now()).off)


def test_it_is_in_all_pages_of_all_storefronts_that_are_open(world: World) -> None:
    world.shop.store.load_channels(
        [
            StoreChannel(7, "Outlet", platform="catalyst", url="https://outlet.example"),
            StoreChannel(8, "Next year", status="prelaunch"),
            StoreChannel(9, "Given up", status="archived"),
            StoreChannel(10, "Till", kind="pos"),
        ]
    )
    state = install(world)
    assert (state.note, state.hints) == ("", ())
    assert in_pages(world) == [(number, "all_pages", "footer") for number in (1, 7, 8)]
    assert [(one.name, one.state) for one in state.channels] == [
        ("Harbor Coffee", "installed"),
        ("Outlet", "installed"),
        ("Next year", "installed"),
    ]
    site = world.sites.sites[world.source.public_key]
    assert {"https://outlet.example", world.shop.url} <= site.origins


def test_a_page_has_it_with_the_type_of_the_page_once_the_shopper_agrees(world: World) -> None:
    world.shop.store.load_products([StoreProduct(501, "Mug")])
    install(world)
    page = requests.get(f"{world.shop.url}/products/501", timeout=10).text
    assert (
        f'<script type="text/plain" data-waits-for="4" async src="{COLLECTOR}/s/{BUILD.script}"'
        f' integrity="{BUILD.integrity}" crossorigin="anonymous"'
    ) in page
    assert 'data-type="product" data-order=""' in page


def test_a_token_that_may_only_read_is_told_what_to_do(world: World) -> None:
    use_token(world, access.READ_ONLY_SCOPES)
    state = install(world)
    assert state.is_on
    assert in_pages(world) == []
    assert "needs the scope Content on modify (store_v2_content)" in faults(world)
    assert "create a new one in the control panel" in faults(world)


def test_without_the_scope_for_the_checkout_orders_are_told_by_the_page_after_it(
    world: World,
) -> None:
    use_token(world, EVERYTHING - {access.CHECKOUT_CONTENT})
    install(world)
    expected = [(1, "storefront", "footer"), (1, "order_confirmation", "footer")]
    assert in_pages(world) == expected
    assert "scope Checkout Content" in faults(world)
    world.pull_next_day()
    assert in_pages(world) == expected


def test_without_channels_and_sites_the_default_storefront_has_it(world: World) -> None:
    scopes = {access.CHANNELS + access.READ_ONLY, access.SITES + access.READ_ONLY}
    use_token(world, EVERYTHING - scopes)
    install(world)
    assert in_pages(world) == [(1, "all_pages", "footer")]
    assert "Channel Settings" in faults(world)


def test_the_daily_pull_looks_and_leaves_to_a_person_what_a_person_did(world: World) -> None:
    install(world)
    [script] = world.shop.store.scripts
    world.shop.store.categorize_script(script.uuid, "analytics")
    world.pull_next_day()
    [moved] = world.shop.store.scripts
    assert (moved.uuid, moved.consent_category) == (script.uuid, "analytics")
    assert 'data-purpose="analytics"' in moved.html
    world.shop.store.delete_script(script.uuid)
    world.pull_next_day()
    assert in_pages(world) == []
    assert "somebody has deleted it" in faults(world)
    install(world)
    assert in_pages(world) == [(1, "all_pages", "footer")]
    assert faults(world) == ""


def test_a_pull_of_the_same_day_asks_for_no_scripts(world: World) -> None:
    install(world)
    world.calls()
    world.pull()
    assert [path for path in world.calls() if "script" in path] == []
    world.pull_next_day()
    assert len([path for path in world.calls() if "script" in path]) == 1


def test_a_store_that_is_full_of_scripts_is_named(world: World) -> None:
    world.shop.store.load_channels([StoreChannel(20 + n, f"Shop {n}") for n in range(11)])
    state = install(world)
    assert len(in_pages(world)) == 10
    assert [one.state for one in state.channels].count("refused") == 2
    assert "maximum number of scripts" in faults(world)


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        (FaultKind.THROTTLE, 2_000),
        (FaultKind.THROTTLE_BARE, None),
        (FaultKind.UNAUTHORIZED, None),
        (FaultKind.ERROR, 503),
        (FaultKind.HTML, 502),
        (FaultKind.TRUNCATE, None),
        (FaultKind.RESET, None),
    ],
)
@pytest.mark.parametrize("calls", [1, 2, 3])
def test_what_passes_is_waited_for_and_nothing_is_installed_twice(
    world: World, kind: FaultKind, argument: int | None, calls: int
) -> None:
    world.shop.store.fail(kind, argument, path=SCRIPTS, times=calls)
    state = install(world)
    if state.note:
        world.shop.store.recover()
        world.pull()
    assert in_pages(world) == [(1, "all_pages", "footer")]
    assert faults(world) == ""


@pytest.mark.parametrize(
    ("kind", "argument", "said"),
    [
        (FaultKind.UNAUTHORIZED, None, "rejects the access token"),
        (FaultKind.ERROR, 500, "500"),
        (FaultKind.ERROR, 409, "409"),
        (FaultKind.FORBID_SCOPE, access.CONTENT, "Content on modify"),
    ],
)
def test_what_stays_stops_no_pull_and_is_noted(
    world: World, kind: FaultKind, argument: int | str | None, said: str
) -> None:
    world.shop.store.fail(kind, argument, path=SCRIPTS, times=None)
    assert said in install(world).note
    assert world.pull().failed_sources == ()
    assert said in faults(world)
    world.shop.store.recover()
    world.pull()
    assert faults(world) == ""
    assert in_pages(world) == [(1, "all_pages", "footer")]


def test_another_account_installs_its_own_and_the_store_drops_the_deleted_ones(
    world: World,
) -> None:
    install(world)
    before = world.source
    old = world.secrets.get(before.secret_arn)
    use_token(world, EVERYTHING)
    world.shop.store.revoke_token(old)
    assert in_pages(world) == []
    reset = TrackingScript(is_on=True)
    world.accounts.change_source(ACCOUNT, before.source, script=reset)
    world.pull()
    assert in_pages(world) == [(1, "all_pages", "footer")]


def test_switched_off_it_is_gone(world: World) -> None:
    install(world)
    world.switch(Options(script=False))
    assert in_pages(world) == []
    world.pull_next_day()
    assert (in_pages(world), world.source.script) == ([], TrackingScript())


def test_a_source_that_is_removed_takes_its_script_along(world: World) -> None:
    install(world)
    ports = RemovePorts(
        world.accounts,
        world.secrets,
        world.sites,
        FakePipeline(),
        world.hook_ports(world.sources()),
        world.script_ports(world.sources()),
    )
    now = world.clock.now()
    remove_source(ACCOUNT, "bigcommerce", with_orders=False, ports=ports, now=now)
    assert in_pages(world) == []


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("scopes", [EVERYTHING, EVERYTHING - {access.CHECKOUT_CONTENT}])
def test_whoever_installs_it_may_die_at_any_call_and_the_next_pull_ends_it(
    world: World, scopes: frozenset[str], after_effect: bool
) -> None:
    world.shop.store.load_channels([StoreChannel(7, "Outlet", platform="catalyst")])
    parts = 1 if access.CHECKOUT_CONTENT in scopes else 2
    for calls in range(1, 40):
        token = use_token(world, scopes)
        fuse = Fuse(calls, after_effect=after_effect)
        try:
            install(world, fuse)
        except DeathError:
            world.pull()
        if world.source.script.is_on:  # else it died before anybody knew
            assert len(in_pages(world)) == len(set(in_pages(world))) == 2 * parts
        world.accounts.change_source(ACCOUNT, "bigcommerce", script=TrackingScript())
        world.shop.store.revoke_token(token)
        if not fuse.has_blown:
            break
    else:
        pytest.fail("the fuse blew every time")


def test_lists_that_cannot_be_read_are_told(clock: FakeClock) -> None:
    def asked(reply: Reply) -> BigCommerceScripts:
        script = stack.enter_context(scripted(*[reply] * 9))
        deadline = clock.now() + timedelta(hours=1)
        session = Session(script.url, "t", clock=clock, deadline=deadline, sleep=lambda _: None)
        return BigCommerceScripts(session)

    with ExitStack() as stack:
        with pytest.raises(MalformedAnswerError):
            asked(Reply(200, b'{"data": [{"name": "no uuid"}]}')).scripts()
        with pytest.raises(MalformedAnswerError):
            asked(Reply(200, b'{"data": [{"id": "1"}]}')).frontends()
        lax = asked(Reply(200, b'{"data": [{"id": 1, "status": "active", "x": {}}]}'))
        assert lax.frontends() == [StoreFrontend(1, "", is_stencil=False)]
        sites = asked(Reply(200, b'{"data": [{"channel_id": 1, "url": null, "urls": [null]}]}'))
        assert sites.addresses() == []
