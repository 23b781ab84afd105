"""Manage account: what an owner sees and changes of his account's settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headwater.domain.subscription_rules import rules_document, rules_from_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.domain.settings import AccountSettings
    from headwater.domain.subscription_rules import SubscriptionRule
    from headwater.usecases.ports import Accounts, Clock


@dataclass(frozen=True, slots=True)
class SubscriptionRules:
    """An account's rules; ``is_default``: it has none of its own."""

    rules: tuple[SubscriptionRule, ...]
    is_default: bool

    def document(self) -> dict[str, Any]:
        """Return the rules as plain JSON values."""
        return {"is_default": self.is_default, "rules": rules_document(self.rules)}


def read_subscription_rules(account: str, *, accounts: Accounts) -> SubscriptionRules:
    """Return the rules that the account's next run follows."""
    settings = accounts.settings(account)
    return SubscriptionRules(settings.rules, settings.subscription_rules is None)


def save_subscription_rules(
    account: str,
    document: Any,  # noqa: ANN401 - any JSON value
    *,
    accounts: Accounts,
    clock: Clock,
) -> SubscriptionRules:
    """Replace the account's rules; None returns to the defaults. The next run follows them.

    Raises:
        InvalidRulesError: naming each bad rule and its field; nothing is changed.
    """
    rules = None if document is None else rules_from_document(document)
    settings = accounts.settings(account)
    changed = replace(settings, subscription_rules=rules)
    if changed != settings:
        accounts.save_settings(account, changed, clock.now())
    return SubscriptionRules(changed.rules, rules is None)


def read_engine(account: str, *, accounts: Accounts) -> dict[str, int]:
    """Return how the account's next run computes credits: ``markov_min_paths contact_buckets``."""
    return _engine_of(accounts.settings(account))


def save_engine(
    account: str, values: Mapping[str, int], *, accounts: Accounts, clock: Clock
) -> dict[str, int]:
    """Change how credits are computed; the next run follows, frozen effects stay as they are.

    Args:
        account: the account.
        values: ``markov_min_paths`` and ``contact_buckets``.
        accounts: where its settings are.
        clock: when they are changed.

    Raises:
        InvalidParameterError: naming a value that is out of bounds; nothing is changed.
    """
    settings = accounts.settings(account)
    changed = replace(
        settings,
        markov_min_paths=values["markov_min_paths"],
        contact_buckets=values["contact_buckets"],
    )
    if changed != settings:
        accounts.save_settings(account, changed, clock.now())
    return _engine_of(changed)


def _engine_of(settings: AccountSettings) -> dict[str, int]:
    return {
        "markov_min_paths": settings.markov_min_paths,
        "contact_buckets": settings.contact_buckets,
    }


def read_refresh(account: str, *, accounts: Accounts) -> str:
    """Return how soon the account's reports follow: daily, hourly or 15min."""
    return accounts.settings(account).refresh


def save_refresh(account: str, refresh: str, *, accounts: Accounts, clock: Clock) -> str:
    """Change how soon the account's reports follow.

    Raises:
        InvalidParameterError: there is no such choice.
    """
    settings = accounts.settings(account)
    changed = replace(settings, refresh=refresh)
    if changed != settings:
        accounts.save_settings(account, changed, clock.now())
    return changed.refresh
