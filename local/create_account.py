"""Creates an account on a deployed stack, and prints its owner key once: `make account`.

The stack is one on AWS or, with AWS_ENDPOINT_URL set, on the local emulator.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from typing import TYPE_CHECKING, Any, Protocol

import boto3

from headwater.adapters.dynamodb.access import DynamoKeys
from headwater.adapters.dynamodb.accounts import DynamoAccounts
from headwater.adapters.dynamodb.table import Table
from headwater.adapters.system_clock import SystemClock
from headwater.domain.access import ROLES
from headwater.domain.settings import AccountSettings
from headwater.errors import HeadwaterError, UnknownResourceError
from headwater.usecases.create_account import COMMAND_LINE, create_account
from headwater.usecases.manage_keys import KeyPorts, make_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Stack(Protocol):
    """A deployed stack: its outputs, and clients that talk to where it is."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """Return the stack's outputs."""
        ...

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes clients at run time
        """Return a boto3 client."""
        ...


class NamedStack:
    """A stack by its name, under the credentials and region of this shell."""

    def __init__(self, name: str) -> None:
        described = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        self.outputs: dict[str, str] = {
            output["OutputKey"]: output["OutputValue"] for output in described[0].get("Outputs", [])
        }

    def client(self, service: str) -> Any:  # noqa: ANN401
        """Return a boto3 client."""
        # boto3-stubs type a client by a literal name; here the name is a variable.
        make_client: Any = boto3.client
        return make_client(service)


def create_account_on_stack(
    stack: Stack, account: str, *, currency: str = "USD", time_zone: str = "America/New_York"
) -> str:
    """Create an account; return its owner key, which nobody can read again.

    Raises:
        InvalidParameterError: the name is impossible or taken, or there is no such time zone.
    """
    return create_account(
        account,
        AccountSettings(currency=currency, time_zone=time_zone),
        accounts=DynamoAccounts(_table(stack)),
        ports=_key_ports(stack),
    )


def add_key_on_stack(stack: Stack, account: str, role: str) -> str:
    """Add a key to an account; return it.

    Raises:
        InvalidParameterError: there is no such role.
        UnknownResourceError: there is no such account.
    """
    DynamoAccounts(_table(stack)).settings(account)
    ports = _key_ports(stack)
    secret, _ = make_key(account, role, f"{role} key", created_by=COMMAND_LINE, ports=ports)
    return secret


def _key_ports(stack: Stack) -> KeyPorts:
    return KeyPorts(DynamoKeys(_table(stack)), SystemClock(), secrets.token_urlsafe)


def _table(stack: Stack) -> Table:
    if "AccountsTableName" not in stack.outputs:
        message = "the stack has no output AccountsTableName: is it a stack of Headwater?"
        raise UnknownResourceError(message)
    return Table(stack.client("dynamodb"), stack.outputs["AccountsTableName"])


def main(arguments: Sequence[str]) -> None:
    """Create an account, or add a key to one, as the command line says."""
    parser = argparse.ArgumentParser(prog="local.create_account", description=__doc__)
    parser.add_argument("--stack", required=True, help="the CloudFormation stack")
    parser.add_argument("--name", required=True, help="the account: a-z, 0-9 and -")
    parser.add_argument("--currency", default="USD", help="of its first store")
    parser.add_argument("--time-zone", default="America/New_York", help="of its reports")
    parser.add_argument(
        "--add-key", choices=ROLES, help="add a key of this role to an existing account"
    )
    given = parser.parse_args(arguments)
    try:
        stack = NamedStack(given.stack)
        if given.add_key:
            key = add_key_on_stack(stack, given.name, given.add_key)
        else:
            key = create_account_on_stack(
                stack, given.name, currency=given.currency, time_zone=given.time_zone
            )
    except HeadwaterError as error:
        sys.exit(f"create_account: {error}")
    role = given.add_key or "owner"
    print(f"The {role} key of {given.name}, shown this once:\n\n    {key}\n")
    print(f"Reports: {stack.outputs.get('ReportsUrl', '')}/v1/reports")


if __name__ == "__main__":
    main(sys.argv[1:])
