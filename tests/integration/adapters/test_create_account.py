"""`make account`, on mocked AWS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.dynamodb.access import DynamoCallers, DynamoKeys
from headwater.adapters.dynamodb.accounts import DynamoAccounts
from headwater.adapters.system_clock import SystemClock
from headwater.usecases.authorize_request import authorize_request
from local import create_account
from local.create_account import main

if TYPE_CHECKING:
    from headwater.usecases.ports import ApiKey
    from tests.integration.adapters.conftest import Tables


class OneStack:
    """A stack whose tables are those of the test."""

    tables: Tables

    def __init__(self, name: str) -> None:
        assert name == "headwater"
        self.outputs = {
            "AccountsTableName": self.tables.accounts.name,
            "ReportsUrl": "https://r.example",
        }

    def client(self, service: str) -> Any:  # noqa: ANN401 - a boto3 client
        assert service == "dynamodb"
        return self.tables.client


@pytest.fixture
def accounts(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> DynamoAccounts:
    monkeypatch.setattr(OneStack, "tables", tables, raising=False)
    monkeypatch.setattr(create_account, "NamedStack", OneStack)
    return DynamoAccounts(tables.accounts)


def owner_of(said: str, tables: Tables) -> ApiKey | None:
    [key] = re.findall(r"hw_[\w-]{43}", said)
    callers = DynamoCallers(tables.accounts)
    return authorize_request(f"Bearer {key}", [], callers=callers, clock=SystemClock())


def test_the_key_is_printed_once_and_opens_the_account(
    accounts: DynamoAccounts, tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--stack", "headwater", "--name", "acme", "--currency", "EUR"])
    said = capsys.readouterr().out
    found = owner_of(said, tables)
    assert found is not None
    assert (found.account, found.role) == ("acme", "owner")
    assert "https://r.example/v1/reports" in said
    assert accounts.settings("acme").currency == "EUR"
    assert accounts.active() == ["acme"]


def test_a_taken_name_ends_with_the_reason(accounts: DynamoAccounts) -> None:
    arguments = ["--stack", "headwater", "--name", "acme"]
    main(arguments)
    with pytest.raises(SystemExit, match="exists already"):
        main(arguments)
    assert accounts.active() == ["acme"]


@pytest.mark.usefixtures("accounts")
def test_a_further_key_has_its_role(tables: Tables, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--stack", "headwater", "--name", "acme"])
    capsys.readouterr()
    main(["--stack", "headwater", "--name", "acme", "--add-key", "ingest"])
    found = owner_of(capsys.readouterr().out, tables)
    assert found is not None
    assert found.role == "ingest"
    listed = DynamoKeys(tables.accounts).ring("acme").keys
    assert [(key.role, key.created_by) for key in listed] == [
        ("owner", "command line"),
        ("ingest", "command line"),
    ]
