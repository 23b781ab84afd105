from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.domain.access import KeyRing
from headwater.usecases.authorize_request import COOKIE, authorize_request, hash_of_key
from headwater.usecases.ports import ApiKey
from tests.fakes import FakeAccess, FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.usecases.ports.access import Callers

SECRET = "aB3-_" * 8 + "xyz"
KEY = "hw_" + SECRET
OWNER = ApiKey("acme", "owner", "9f2c41d0")
CLOCK = FakeClock()
KIM = ApiKey("acme", "marketer", "5d41", "session", "Kim", CLOCK.now() + timedelta(days=1))


@pytest.fixture
def access() -> FakeAccess:
    access = FakeAccess()
    access.change("acme", KeyRing(version=1), {hash_of_key(KEY): OWNER}, ())
    access.cookies[hash_of_key(SECRET)] = KIM
    return access


def caller(
    access: Callers,
    header: str | None = None,
    cookies: Sequence[str] = (),
    clock: FakeClock = CLOCK,
) -> ApiKey | None:
    return authorize_request(header, cookies, callers=access, clock=clock)


@pytest.mark.parametrize("header", [f"Bearer {KEY}", f"bearer  {KEY}", f" BEARER {KEY} "])
def test_a_bearer_of_a_known_key_is_its_owner(access: FakeAccess, header: str) -> None:
    assert caller(access, header) == OWNER


@pytest.mark.parametrize(
    "cookies",
    [
        [f"{COOKIE}={SECRET}"],
        ["theme=dark", f"{COOKIE}={SECRET}"],
        [f"theme=dark; {COOKIE}={SECRET}; x=1"],
    ],
)
def test_a_browser_with_a_sessions_cookie_is_whom_it_was_opened_for(
    access: FakeAccess, cookies: list[str]
) -> None:
    assert caller(access, None, cookies) == KIM
    assert caller(access, "", cookies) == KIM


def test_a_header_counts_and_its_cookie_does_not(access: FakeAccess) -> None:
    cookies = [f"{COOKIE}={SECRET}"]
    assert caller(access, f"Bearer {KEY}", cookies) == OWNER
    assert caller(access, "Bearer hw_no", cookies) is None


def test_what_has_ended_lets_nobody_in(access: FakeAccess) -> None:
    cookies, later = [f"{COOKIE}={SECRET}"], FakeClock(CLOCK.now() + timedelta(days=1))
    assert caller(access, None, cookies, later) is None
    access.keys[hash_of_key(KEY)] = replace(OWNER, ends_at=CLOCK.now())
    assert caller(access, f"Bearer {KEY}") is None


def test_a_key_is_no_session_and_a_session_no_key(access: FakeAccess) -> None:
    access.cookies.clear()
    assert caller(access, None, [f"{COOKIE}={SECRET}"]) is None
    access.keys.clear()
    access.cookies[hash_of_key(KEY)] = KIM
    assert caller(access, f"Bearer {KEY}") is None


class ClosedAccess(FakeAccess):
    """Fails the test that looks anything up."""

    def find_key(self, key_sha256: str) -> ApiKey | None:
        raise AssertionError(key_sha256)

    find_session = find_key  # type: ignore[assignment] # the argument has another name


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        KEY,
        f"Basic {KEY}",
        f"Bearer {KEY}x",
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY} {KEY}",
        f"Bearer {KEY},",
        f"Bearer {KEY[:-1]}é",
        f"Bearer {KEY[:-1]}\n",
        "Bearer " + "hw_" + "x" * 100_000,
    ],
)
def test_a_malformed_header_is_refused_without_a_look_at_the_table(header: str | None) -> None:
    assert caller(ClosedAccess(), header) is None


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        ";;=;",
        COOKIE,
        f"{COOKIE}=",
        f"{COOKIE}={SECRET}x",
        f"{COOKIE}={SECRET[:-1]}é",
        f"x{COOKIE}={SECRET}",
        f"hw_session={SECRET}",
        f"{COOKIE.lower()}={SECRET}",
        "a=" + "x" * 100_000,
    ],
)
def test_a_malformed_cookie_is_refused_without_a_look_at_the_table(cookie: str) -> None:
    assert caller(ClosedAccess(), None, [cookie]) is None


@pytest.mark.parametrize("key", [KEY[:-1] + "A", "hw_" + "a" * 43, KEY.replace("hw_", "HW_")])
def test_an_unknown_key_is_nobodys(access: FakeAccess, key: str) -> None:
    assert caller(access, f"Bearer {key}") is None
