"""Create an account, and the keys that open it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headwater.errors import InvalidParameterError
from headwater.usecases.authorize_request import KEY_BYTES, KEY_PREFIX, hash_of_key
from headwater.usecases.ports import ApiKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Accounts, Clock

KEY_ROLES = ("owner", "marketer", "ingest")
# With a run's id of 25 characters it names an execution, which has at most 80.
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)


def create_account(
    account: str,
    settings: AccountSettings,
    *,
    accounts: Accounts,
    clock: Clock,
    token_urlsafe: Callable[[int], str],
) -> str:
    """Create an account; return its owner key, which nobody can read again.

    Args:
        account: its name.
        settings: its rules.
        accounts: where it is kept.
        clock: says when.
        token_urlsafe: makes n random bytes as URL-safe text.

    Raises:
        InvalidParameterError: the name is impossible, or taken.
    """
    if not _ACCOUNT.fullmatch(account):
        message = "account: a name has 1 to 32 of the characters a-z, 0-9 and -, no - first"
        raise InvalidParameterError(message)
    if not accounts.create(account, settings, clock.now()):
        message = f"account: {account} exists already"
        raise InvalidParameterError(message)
    return add_key(account, "owner", accounts=accounts, clock=clock, token_urlsafe=token_urlsafe)


def add_key(
    account: str,
    role: str,
    *,
    accounts: Accounts,
    clock: Clock,
    token_urlsafe: Callable[[int], str],
) -> str:
    """Add a key to an account; return it. Only its hash is stored.

    Raises:
        InvalidParameterError: there is no such role.
        UnknownResourceError: there is no such account.
    """
    if role not in KEY_ROLES:
        message = f"role: choose among {', '.join(KEY_ROLES)}"
        raise InvalidParameterError(message)
    accounts.settings(account)
    key = KEY_PREFIX + token_urlsafe(KEY_BYTES)
    digest = hash_of_key(key)
    # Eight digits tell an account's keys apart in a log and say nothing of the key.
    accounts.add_key(digest, ApiKey(account, role, digest[:8]), clock.now())
    return key
