from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.domain.audit import BEGUN, DONE, REFUSED
from headwater.errors import (
    InvalidParameterError,
    StoreUnavailableError,
    UnknownResourceError,
)
from headwater.usecases.authorize_request import COOKIE, authorize_request
from headwater.usecases.manage_sessions import close_session, invite, list_sessions
from headwater.usecases.open_session import OpenSession, SessionPorts, open_session
from headwater.usecases.ports.access import Invitation
from tests.fakes import FakeAccess, FakeAuditLog, FakeClock

if TYPE_CHECKING:
    from headwater.domain.access import SignIn
    from headwater.domain.audit import AuditEntry
    from headwater.usecases.ports import ApiKey

DAY = timedelta(days=1)


@pytest.fixture
def access() -> FakeAccess:
    return FakeAccess()


@pytest.fixture
def ports(access: FakeAccess) -> SessionPorts:
    return SessionPorts(access, FakeAuditLog(), FakeClock(), secrets.token_urlsafe)


def invited(ports: SessionPorts, days: int = 30, hours: int = 24) -> tuple[str, SignIn]:
    return invite("acme", "Kim", days=days, hours=hours, created_by="key 1", ports=ports)


def entered(token: str, ports: SessionPorts) -> OpenSession:
    return open_session(token, "r1", ports=ports)


def caller(opened: OpenSession, access: FakeAccess, ports: SessionPorts) -> ApiKey | None:
    cookies = [f"{COOKIE}={opened.secret}"]
    return authorize_request(None, cookies, callers=access, clock=ports.clock)


def later(ports: SessionPorts, step: timedelta) -> SessionPorts:
    return replace(ports, clock=FakeClock(ports.clock.now() + step))


def log_of(ports: SessionPorts) -> list[AuditEntry]:
    now = ports.clock.now()
    return ports.log.entries("acme", now - DAY, now + DAY, after="", limit=9)


def test_a_link_lets_a_marketer_in_for_as_long_as_was_said(
    access: FakeAccess, ports: SessionPorts
) -> None:
    token, link = invited(ports, days=7)
    opened = entered(token, ports)
    found = caller(opened, access, ports)
    assert found is not None
    assert (found.account, found.role, found.kind) == ("acme", "marketer", "session")
    assert (found.key_id, found.label) == (link.session_id, "Kim")
    assert caller(opened, access, later(ports, 7 * DAY - timedelta(seconds=1))) is not None
    assert caller(opened, access, later(ports, 7 * DAY)) is None


def test_a_link_is_used_once(access: FakeAccess, ports: SessionPorts) -> None:
    token, _ = invited(ports)
    entered(token, ports)
    with pytest.raises(UnknownResourceError, match="used already"):
        entered(token, ports)
    assert len(access.cookies) == 1


def test_of_two_who_use_a_link_at_once_one_gets_in(
    access: FakeAccess, ports: SessionPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, link = invited(ports)
    entered(token, ports)
    # The other has looked before the first was through.
    monkeypatch.setattr(access, "invitation", lambda _: Invitation("acme", link.session_id))
    monkeypatch.setattr(access, "get", lambda *_: link)
    monkeypatch.setattr(access, "open", lambda *_: False)
    with pytest.raises(UnknownResourceError):
        open_session(token, "r2", ports=ports)
    assert [entry.outcome for entry in log_of(ports)] == [REFUSED, DONE]


def test_a_link_ends(ports: SessionPorts) -> None:
    token, _ = invited(ports, hours=3)
    with pytest.raises(UnknownResourceError):
        entered(token, later(ports, timedelta(hours=3)))
    entered(token, later(ports, timedelta(hours=3) - timedelta(seconds=1)))


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 44, "ä" * 43, "../home"])
def test_an_unknown_link_is_none(ports: SessionPorts, token: str) -> None:
    with pytest.raises(UnknownResourceError):
        entered(token, ports)
    assert log_of(ports) == []


def test_neither_the_link_nor_the_cookie_is_stored(access: FakeAccess, ports: SessionPorts) -> None:
    token, _ = invited(ports)
    assert token not in repr(vars(access))
    opened = entered(token, ports)
    assert opened.secret not in repr(vars(access))
    assert opened.secret not in repr(log_of(ports))


def test_a_sign_in_is_in_the_audit_log(ports: SessionPorts) -> None:
    token, link = invited(ports, days=7)
    entered(token, ports)
    (entry,) = log_of(ports)
    assert (entry.action, entry.outcome, entry.note) == ("sign in", DONE, "days=7")
    assert entry.subject == f"session={link.session_id}"
    assert (entry.actor.kind, entry.actor.label, entry.actor.role) == (
        "session",
        "Kim",
        "marketer",
    )


def test_without_a_log_nobody_gets_in_and_the_link_stays_good(
    access: FakeAccess, ports: SessionPorts
) -> None:
    token, _ = invited(ports)
    log = ports.log
    assert isinstance(log, FakeAuditLog)
    log.refused = {BEGUN}
    with pytest.raises(StoreUnavailableError):
        entered(token, ports)
    assert access.cookies == {}
    log.refused = set()
    assert entered(token, ports).account == "acme"


def test_links_and_sessions_that_count_are_listed_the_latest_first(ports: SessionPorts) -> None:
    token, first = invited(ports, days=1)
    entered(token, ports)
    soon = later(ports, timedelta(hours=1))
    _, second = invited(soon, hours=1)
    listed = [each.session_id for each in list_sessions("acme", ports=soon)]
    assert listed == [second.session_id, first.session_id]
    assert len(list_sessions("acme", ports=later(ports, timedelta(hours=2)))) == 1
    assert list_sessions("acme", ports=later(ports, DAY)) == []
    assert list_sessions("other", ports=soon) == []


def test_a_session_that_is_closed_stops_at_once(access: FakeAccess, ports: SessionPorts) -> None:
    token, link = invited(ports)
    opened = entered(token, ports)
    close_session("acme", link.session_id, ports=ports)
    assert caller(opened, access, ports) is None
    assert list_sessions("acme", ports=ports) == []


def test_a_link_that_is_withdrawn_lets_nobody_in(ports: SessionPorts) -> None:
    token, link = invited(ports)
    close_session("acme", link.session_id, ports=ports)
    with pytest.raises(UnknownResourceError):
        entered(token, ports)


def test_a_link_that_is_used_while_it_is_withdrawn_leaves_no_session(
    access: FakeAccess, ports: SessionPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, link = invited(ports)
    close, uses = access.close, iter([token])

    def close_late(account: str, sign_in: SignIn) -> bool:
        for each in uses:
            entered(each, ports)
        return close(account, sign_in)

    monkeypatch.setattr(access, "close", close_late)
    close_session("acme", link.session_id, ports=ports)
    assert access.cookies == {}


def test_a_session_of_another_account_is_none_of_ours(ports: SessionPorts) -> None:
    _, link = invited(ports)
    for session in (link.session_id, "none"):
        with pytest.raises(UnknownResourceError):
            close_session("other", session, ports=ports)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("days", {"days": 0}),
        ("days", {"days": 91}),
        ("hours", {"hours": 0}),
        ("hours", {"hours": 73}),
    ],
)
def test_an_invitation_has_bounds(ports: SessionPorts, name: str, values: dict[str, int]) -> None:
    with pytest.raises(InvalidParameterError, match=name):
        invited(ports, **values)


def test_an_invitation_names_nobody_by_email(ports: SessionPorts) -> None:
    with pytest.raises(InvalidParameterError, match="label"):
        invite("acme", "kim@x.com", days=1, hours=1, created_by="key 1", ports=ports)
    assert list_sessions("acme", ports=ports) == []
