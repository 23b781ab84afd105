from __future__ import annotations

import secrets
from datetime import timedelta
from itertools import repeat
from typing import TYPE_CHECKING

import pytest

from headwater.domain.access import MOST_KEYS, ROLES, KeyRing
from headwater.errors import ConflictError, InvalidParameterError, UnknownResourceError
from headwater.usecases.authorize_request import authorize_request, hash_of_key
from headwater.usecases.manage_keys import (
    KeyPorts,
    list_keys,
    make_key,
    remove_key,
    rotate_key,
)
from tests.fakes import FakeAccess, FakeClock

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headwater.domain.access import KeyRecord
    from headwater.usecases.ports import ApiKey

HOUR = timedelta(hours=1)


@pytest.fixture
def ports() -> KeyPorts:
    return KeyPorts(FakeAccess(), FakeClock(), secrets.token_urlsafe)


def make(ports: KeyPorts, role: str = "owner", label: str = "office") -> tuple[str, KeyRecord]:
    return make_key("acme", role, label, created_by="key 1", ports=ports)


def opens(secret: str, ports: KeyPorts) -> ApiKey | None:
    access, clock = ports.keys, ports.clock
    assert isinstance(access, FakeAccess)
    return authorize_request(f"Bearer {secret}", [], callers=access, clock=clock)


@pytest.mark.parametrize("role", ROLES)
def test_a_key_opens_its_account_under_its_role_and_label(ports: KeyPorts, role: str) -> None:
    secret, record = make(ports, role, " weekly sheet ")
    found = opens(secret, ports)
    assert found is not None
    assert (found.account, found.role, found.label) == ("acme", role, "weekly sheet")
    assert found.key_id == record.key_id
    assert list_keys("acme", ports=ports) == [record]
    assert list_keys("other", ports=ports) == []


def test_the_secret_itself_is_stored_nowhere(ports: KeyPorts) -> None:
    secret, _ = make(ports)
    assert secret[3:] not in repr(vars(ports.keys))
    assert hash_of_key(secret) in repr(vars(ports.keys))


def test_keys_whose_hashes_begin_alike_can_be_told_apart(ports: KeyPorts) -> None:
    same = KeyPorts(ports.keys, ports.clock, lambda size: "a" * size)
    _, one = make(same)
    _, other = make(same)
    assert other.key_id.startswith(one.key_id)
    assert other.key_id != one.key_id


@pytest.mark.parametrize("label", ["", " ", "ann@example.com", "a\nb", "x" * 65, "\x00"])
def test_a_label_is_short_plain_and_no_email(ports: KeyPorts, label: str) -> None:
    with pytest.raises(InvalidParameterError, match="label"):
        make(ports, label=label)
    assert list_keys("acme", ports=ports) == []


def test_a_key_has_one_of_three_roles(ports: KeyPorts) -> None:
    with pytest.raises(InvalidParameterError, match="role"):
        make(ports, "admin")


def test_an_account_has_an_end_of_keys(ports: KeyPorts) -> None:
    for _ in range(MOST_KEYS):
        make(ports)
    with pytest.raises(InvalidParameterError, match="at most"):
        make(ports)


def test_a_rotated_key_has_another_secret_and_the_one_before_stops_at_once(
    ports: KeyPorts,
) -> None:
    before, record = make(ports)
    after, rotated = rotate_key("acme", record.key_id, timedelta(0), ports=ports)
    assert opens(before, ports) is None
    found = opens(after, ports)
    assert found is not None
    assert found.key_id == record.key_id == rotated.key_id
    assert (rotated.rotated_at, rotated.old_ends_at) == (ports.clock.now(), None)


def test_a_grace_lets_the_secret_before_in_for_as_long(ports: KeyPorts) -> None:
    before, record = make(ports)
    after, rotated = rotate_key("acme", record.key_id, 2 * HOUR, ports=ports)
    assert opens(before, ports) is not None
    assert rotated.old_ends_at == ports.clock.now() + 2 * HOUR
    later = KeyPorts(ports.keys, FakeClock(ports.clock.now() + 2 * HOUR), secrets.token_urlsafe)
    assert opens(before, later) is None
    assert opens(after, later) is not None


def test_two_rotations_leave_two_secrets_at_most(ports: KeyPorts) -> None:
    first, record = make(ports)
    second, _ = rotate_key("acme", record.key_id, HOUR, ports=ports)
    third, _ = rotate_key("acme", record.key_id, HOUR, ports=ports)
    assert [opens(each, ports) is not None for each in (first, second, third)] == [
        False,
        True,
        True,
    ]
    last, _ = rotate_key("acme", record.key_id, timedelta(0), ports=ports)
    assert opens(second, ports) is None
    assert opens(third, ports) is None
    assert opens(last, ports) is not None


@pytest.mark.parametrize("grace", [timedelta(seconds=-1), timedelta(hours=24, seconds=1)])
def test_a_grace_is_a_day_at_most(ports: KeyPorts, grace: timedelta) -> None:
    secret, record = make(ports)
    with pytest.raises(InvalidParameterError, match="grace_hours"):
        rotate_key("acme", record.key_id, grace, ports=ports)
    assert opens(secret, ports) is not None


def test_a_removed_key_stops_at_once_and_so_does_the_secret_before_it(ports: KeyPorts) -> None:
    make(ports)
    before, record = make(ports, "marketer")
    after, _ = rotate_key("acme", record.key_id, HOUR, ports=ports)
    remove_key("acme", record.key_id, ports=ports)
    assert opens(before, ports) is None
    assert opens(after, ports) is None
    assert len(list_keys("acme", ports=ports)) == 1


def test_the_last_owner_key_stays(ports: KeyPorts) -> None:
    secret, record = make(ports)
    make(ports, "marketer")
    with pytest.raises(InvalidParameterError, match="last owner"):
        remove_key("acme", record.key_id, ports=ports)
    assert opens(secret, ports) is not None
    make(ports)
    remove_key("acme", record.key_id, ports=ports)
    assert opens(secret, ports) is None


def test_a_key_of_another_account_is_none_of_ours(ports: KeyPorts) -> None:
    _, record = make(ports)
    for act in (
        lambda: remove_key("other", record.key_id, ports=ports),
        lambda: rotate_key("other", record.key_id, HOUR, ports=ports),
    ):
        with pytest.raises(UnknownResourceError):
            act()


class BusyAccess(FakeAccess):
    """Somebody else changes the ring before each of the first changes."""

    def __init__(self, others: int) -> None:
        super().__init__()
        self.others = iter(repeat(None, others))

    def change(
        self, account: str, ring: KeyRing, let_in: Mapping[str, ApiKey], shut_out: Collection[str]
    ) -> bool:
        for _ in self.others:
            super().change(account, KeyRing(version=self.ring(account).version + 1), {}, ())
            break
        return super().change(account, ring, let_in, shut_out)


def test_a_change_at_the_same_moment_is_seen_and_tried_again() -> None:
    ports = KeyPorts(BusyAccess(2), FakeClock(), secrets.token_urlsafe)
    secret, _ = make(ports)
    assert opens(secret, ports) is not None
    with pytest.raises(ConflictError):
        make(KeyPorts(BusyAccess(3), FakeClock(), secrets.token_urlsafe))
