from __future__ import annotations

from datetime import UTC, datetime

import pytest

from headwater.usecases.authorize_request import authorize_request, hash_of_key
from headwater.usecases.ports import ApiKey
from tests.fakes import FakeAccounts

KEY = "hw_" + "aB3-_" * 8 + "xyz"
OWNER = ApiKey("acme", "owner", "9f2c41d0")


@pytest.fixture
def accounts() -> FakeAccounts:
    accounts = FakeAccounts()
    accounts.add_key(hash_of_key(KEY), OWNER, datetime(2026, 11, 21, tzinfo=UTC))
    return accounts


@pytest.mark.parametrize("header", [f"Bearer {KEY}", f"bearer  {KEY}", f" BEARER {KEY} "])
def test_a_bearer_of_a_known_key_is_its_owner(accounts: FakeAccounts, header: str) -> None:
    assert authorize_request(header, accounts=accounts) == OWNER


def test_the_key_itself_is_stored_nowhere(accounts: FakeAccounts) -> None:
    assert list(accounts.keys) == [hash_of_key(KEY)]
    assert KEY not in repr(vars(accounts))


class ClosedAccounts(FakeAccounts):
    """Fails the test that looks a key up."""

    def find_key(self, key_sha256: str) -> ApiKey | None:
        raise AssertionError(key_sha256)


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
    assert authorize_request(header, accounts=ClosedAccounts()) is None


@pytest.mark.parametrize("key", [KEY[:-1] + "A", "hw_" + "a" * 43, KEY.replace("hw_", "HW_")])
def test_an_unknown_key_is_nobodys(accounts: FakeAccounts, key: str) -> None:
    assert authorize_request(f"Bearer {key}", accounts=accounts) is None
