from __future__ import annotations

import secrets

import pytest

from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.authorize_request import authorize_request
from headwater.usecases.create_account import KEY_ROLES, add_key, create_account
from tests.fakes import FakeAccounts, FakeClock


@pytest.fixture
def accounts() -> FakeAccounts:
    return FakeAccounts()


def create(accounts: FakeAccounts, name: str = "acme", currency: str = "USD") -> str:
    return create_account(
        name,
        AccountSettings(currency=currency),
        accounts=accounts,
        clock=FakeClock(),
        token_urlsafe=secrets.token_urlsafe,
    )


def add(accounts: FakeAccounts, role: str, name: str = "acme") -> str:
    return add_key(
        name,
        role,
        accounts=accounts,
        clock=FakeClock(),
        token_urlsafe=secrets.token_urlsafe,
    )


def test_a_new_account_has_its_settings_and_an_owner(accounts: FakeAccounts) -> None:
    key = create(accounts, currency="EUR")
    assert key.startswith("hw_")
    assert accounts.settings("acme").currency == "EUR"
    owner = authorize_request(f"Bearer {key}", accounts=accounts)
    assert owner is not None
    assert (owner.account, owner.role) == ("acme", "owner")


def test_an_existing_account_gets_no_second_owner_by_creating_it_again(
    accounts: FakeAccounts,
) -> None:
    create(accounts)
    with pytest.raises(InvalidParameterError, match="exists already"):
        create(accounts, currency="EUR")
    assert len(accounts.keys) == 1
    assert accounts.settings("acme").currency == "USD"


@pytest.mark.parametrize("name", ["", "Acme", "a b", "-a", "a#b", "a/b", "ü", "x" * 33, "a\n"])
def test_an_account_has_a_plain_name(accounts: FakeAccounts, name: str) -> None:
    with pytest.raises(InvalidParameterError, match="account"):
        create(accounts, name)
    assert accounts.active() == []


@pytest.mark.parametrize("role", KEY_ROLES)
def test_a_key_opens_its_account_under_its_role(accounts: FakeAccounts, role: str) -> None:
    create(accounts)
    found = authorize_request(f"Bearer {add(accounts, role)}", accounts=accounts)
    assert found is not None
    assert (found.account, found.role) == ("acme", role)


def test_keys_of_one_account_can_be_told_apart(accounts: FakeAccounts) -> None:
    create(accounts)
    add(accounts, "ingest")
    assert len({key.key_id for key in accounts.keys.values()}) == 2


def test_a_key_needs_a_role_and_an_account(accounts: FakeAccounts) -> None:
    with pytest.raises(UnknownResourceError):
        add(accounts, "owner")
    create(accounts)
    with pytest.raises(InvalidParameterError, match="role"):
        add(accounts, "admin")
    assert len(accounts.keys) == 1
