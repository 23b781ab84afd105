"""Create an account, and the owner's key that opens it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headwater.errors import InvalidParameterError
from headwater.usecases.manage_keys import make_key

if TYPE_CHECKING:
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.manage_keys import KeyPorts
    from headwater.usecases.ports import Accounts

# Who makes keys without a key: whoever may write the table.
COMMAND_LINE = "command line"
# With a run's id of 25 characters it names an execution, which has at most 80.
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)


def create_account(
    account: str,
    settings: AccountSettings,
    *,
    accounts: Accounts,
    ports: KeyPorts,
) -> str:
    """Create an account; return its owner key, which nobody can read again.

    Args:
        account: its name.
        settings: its rules.
        accounts: where it is kept.
        ports: what the key is made with.

    Raises:
        InvalidParameterError: the name is impossible, or taken.
    """
    if not _ACCOUNT.fullmatch(account):
        message = "account: a name has 1 to 32 of the characters a-z, 0-9 and -, no - first"
        raise InvalidParameterError(message)
    if not accounts.create(account, settings, ports.clock.now()):
        message = f"account: {account} exists already"
        raise InvalidParameterError(message)
    secret, _ = make_key(account, "owner", "first owner", created_by=COMMAND_LINE, ports=ports)
    return secret
