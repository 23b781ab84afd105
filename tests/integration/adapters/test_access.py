"""Keys and sign-ins are found by hash, listed by account, and gone when they are gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.domain.access import KeyRecord, KeyRing, SignIn
from headwater.usecases.ports.access import ApiKey, Invitation
from tests.integration.adapters.samples import NOON

if TYPE_CHECKING:
    from tests.integration.adapters.conftest import Stores, Tables

RECORD = KeyRecord(
    "k1", "owner", "office", NOON, "command line", "a" * 64, NOON, "b" * 64, NOON + timedelta(1)
)
CALLER = ApiKey("acme", "owner", "k1", label="office", ends_at=NOON + timedelta(days=1))
LINK = SignIn("s1", "marketer", "Kim", NOON, "key k1", NOON + timedelta(hours=24), 30, "c" * 64)
SESSION = LINK.opened("d" * 64, NOON + timedelta(hours=1))


def test_a_ring_comes_back_whole_and_its_keys_are_found_by_hash_alone(stores: Stores) -> None:
    ring = KeyRing((RECORD, replace(RECORD, key_id="k2", rotated_at=None)), 1)
    assert stores.keys.ring("acme") == KeyRing()
    assert stores.keys.change("acme", ring, {"a" * 64: CALLER}, ())
    assert stores.keys.ring("acme") == ring
    assert stores.keys.ring("other") == KeyRing()
    assert stores.callers.find_key("a" * 64) == CALLER
    assert stores.callers.find_key("b" * 64) is None
    assert stores.callers.find_session("a" * 64) is None


def test_a_change_of_an_older_ring_changes_nothing(stores: Stores) -> None:
    assert stores.keys.change("acme", KeyRing((), 1), {"a" * 64: CALLER}, ())
    for version in (1, 3):
        ring = KeyRing((RECORD,), version)
        assert not stores.keys.change("acme", ring, {"b" * 64: CALLER}, ["a" * 64])
    assert stores.keys.ring("acme") == KeyRing((), 1)
    assert stores.callers.find_key("a" * 64) == CALLER
    assert stores.callers.find_key("b" * 64) is None


def test_a_key_that_is_shut_out_is_found_no_more(stores: Stores) -> None:
    stores.keys.change("acme", KeyRing((), 1), {"a" * 64: CALLER}, ())
    assert stores.keys.change("acme", KeyRing((), 2), {"b" * 64: CALLER}, ["a" * 64])
    assert stores.callers.find_key("a" * 64) is None
    assert stores.callers.find_key("b" * 64) == CALLER


def test_a_link_is_found_and_listed_until_it_is_used(stores: Stores) -> None:
    stores.sessions.invite("acme", LINK)
    assert stores.sessions.invitation("c" * 64) == Invitation("acme", "s1")
    assert stores.sessions.all("acme") == [stores.sessions.get("acme", "s1")] == [LINK]
    assert stores.sessions.open("acme", LINK, SESSION)
    assert stores.sessions.invitation("c" * 64) is None
    assert stores.sessions.all("acme") == [SESSION]
    assert stores.callers.find_session("d" * 64) == ApiKey(
        "acme", "marketer", "s1", "session", "Kim", SESSION.ends_at
    )
    assert stores.sessions.all("other") == []
    assert stores.sessions.get("other", "s1") is None


def test_a_link_opens_one_session(stores: Stores) -> None:
    stores.sessions.invite("acme", LINK)
    assert stores.sessions.open("acme", LINK, SESSION)
    assert not stores.sessions.open("acme", LINK, LINK.opened("e" * 64, NOON))
    assert stores.callers.find_session("e" * 64) is None
    assert stores.sessions.get("acme", "s1") == SESSION


def test_a_closed_link_opens_nothing(stores: Stores) -> None:
    stores.sessions.invite("acme", LINK)
    assert stores.sessions.close("acme", LINK)
    assert stores.sessions.invitation("c" * 64) is None
    assert not stores.sessions.open("acme", LINK, SESSION)
    assert stores.callers.find_session("d" * 64) is None
    assert not stores.sessions.close("acme", LINK)


def test_a_link_that_was_used_is_not_closed_as_a_link(stores: Stores) -> None:
    stores.sessions.invite("acme", LINK)
    stores.sessions.open("acme", LINK, SESSION)
    assert not stores.sessions.close("acme", LINK)
    assert stores.callers.find_session("d" * 64)
    assert stores.sessions.close("acme", SESSION)
    assert stores.callers.find_session("d" * 64) is None
    assert stores.sessions.all("acme") == []


def test_the_table_forgets_what_has_ended(on_aws: Stores, tables: Tables) -> None:
    on_aws.keys.change("acme", KeyRing((), 1), {"a" * 64: CALLER}, ())
    on_aws.sessions.invite("acme", LINK)
    on_aws.sessions.invite("acme", replace(LINK, session_id="s2", token_sha256="f" * 64))
    on_aws.sessions.open("acme", LINK, SESSION)
    looked_up = (f"key#{'a' * 64}", f"invite#{'f' * 64}", f"session#{'d' * 64}")
    expires = {
        item["sk"]: item["expires_at"]
        for partition in (*looked_up, "acme#sessions")
        for item in tables.accounts.query(partition)
    }
    assert CALLER.ends_at
    ends = {"key": CALLER.ends_at, "invite": LINK.link_ends_at, "session": SESSION.ends_at}
    ends |= {"s1": SESSION.ends_at, "s2": LINK.link_ends_at}
    assert expires == {name: int(end.timestamp()) for name, end in ends.items()}


def test_no_secret_and_no_hash_of_a_link_stays_where_a_session_is_listed(
    on_aws: Stores, tables: Tables
) -> None:
    on_aws.sessions.invite("acme", LINK)
    on_aws.sessions.open("acme", LINK, SESSION)
    (item,) = tables.accounts.query("acme#sessions")
    assert item["token_sha256"] == ""
