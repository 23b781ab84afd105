from __future__ import annotations

import secrets

import pytest

from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError
from headwater.usecases.authorize_request import authorize_request
from headwater.usecases.create_account import COMMAND_LINE, create_account
from headwater.usecases.manage_keys import KeyPorts
from tests.fakes import FakeAccess, FakeAccounts, FakeClock


@pytest.fixture
def accounts() -> FakeAccounts:
    return FakeAccounts()


@pytest.fixture
def access() -> FakeAccess:
    return FakeAccess()


def create(
    accounts: FakeAccounts, access: FakeAccess, name: str = "acme", currency: str = "USD"
) -> str:
    return create_account(
        name,
        AccountSettings(currency=currency),
        accounts=accounts,
        ports=KeyPorts(access, FakeClock(), secrets.token_urlsafe),
    )


def test_a_new_account_has_its_settings_and_an_owner(
    accounts: FakeAccounts, access: FakeAccess
) -> None:
    key = create(accounts, access, currency="EUR")
    assert key.startswith("hw_")
    assert accounts.settings("acme").currency == "EUR"
    owner = authorize_request(f"Bearer {key}", [], callers=access, clock=FakeClock())
    assert owner is not None
    assert (owner.account, owner.role) == ("acme", "owner")
    assert [record.created_by for record in access.ring("acme").keys] == [COMMAND_LINE]


def test_an_existing_account_gets_no_second_owner_by_creating_it_again(
    accounts: FakeAccounts, access: FakeAccess
) -> None:
    create(accounts, access)
    with pytest.raises(InvalidParameterError, match="exists already"):
        create(accounts, access, currency="EUR")
    assert len(access.keys) == 1
    assert accounts.settings("acme").currency == "USD"


@pytest.mark.parametrize("name", ["", "Acme", "a b", "-a", "a#b", "a/b", "ü", "x" * 33, "a\n"])
def test_an_account_has_a_plain_name(accounts: FakeAccounts, access: FakeAccess, name: str) -> None:
    with pytest.raises(InvalidParameterError, match="account"):
        create(accounts, access, name)
    assert accounts.active() == []
    assert access.keys == {}
