"""Manage account: what an owner sees and changes of his account's settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headwater.domain.plain_settings import change_setting
from headwater.domain.setting_documents import (
    SETTING_DOCUMENTS,
    SETTING_NAMES,
    setting_documents,
)
from headwater.domain.settings import AccountSettings
from headwater.domain.subscription_rules import rules_document, rules_from_document
from headwater.errors import InvalidParameterError
from headwater.usecases.change_settings import save_changed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.domain.setting_documents import SettingChange
    from headwater.domain.subscription_rules import SubscriptionRule
    from headwater.usecases.change_settings import SettingPorts
    from headwater.usecases.ports import Accounts
    from headwater.usecases.ports.setting_history import SettingHistory

# Whose change is followed by a run at once; the others wait for the next one.
_STARTS_RUN = frozenset(
    {"time-zone", "currency", "revenue", "windows", "tracking-start", "domains"}
)


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
    ports: SettingPorts,
) -> SubscriptionRules:
    """Replace the account's rules; None returns to the defaults. The next run follows them.

    Raises:
        InvalidRulesError: naming each bad rule and its field; nothing is changed.
    """
    rules = None if document is None else rules_from_document(document)
    settings = ports.accounts.settings(account)
    changed = replace(settings, subscription_rules=rules)
    save_changed(account, settings, changed, ports=ports)
    return SubscriptionRules(changed.rules, rules is None)


def read_setting(account: str, name: str, *, accounts: Accounts) -> dict[str, Any]:
    """Return the document of a setting that the account's next run follows."""
    return setting_documents(accounts.settings(account))[name]


def save_setting(
    account: str, name: str, values: Mapping[str, Any], *, ports: SettingPorts
) -> dict[str, Any]:
    """Change one of the plain settings; where money moves, start the run that follows it.

    Args:
        account: the account.
        name: of the setting, one of ``PLAIN_SETTINGS``.
        values: those of its document.
        ports: the outside world.

    Returns:
        The document as it stands now, with ``run_started`` where a run was started.

    Raises:
        InvalidParameterError: naming a value that is out of bounds; nothing is changed.
        RetriableError: something was not done; the same call may be repeated.
    """
    settings = ports.accounts.settings(account)
    changed = change_setting(settings, name, values)
    start = changed.tracking_start
    if start != settings.tracking_start and start is not None and start > ports.clock.now():
        message = "tracking_start: has not come yet"
        raise InvalidParameterError(message)
    save_changed(account, settings, changed, ports=ports)
    document = setting_documents(changed)[name]
    if name not in _STARTS_RUN:
        return document
    ports.pipeline.pull(account)
    return {**document, "run_started": True}


def list_settings(account: str, *, accounts: Accounts) -> list[dict[str, Any]]:
    """Return all settings, each with its document, the default one, and where it is changed."""
    present = setting_documents(accounts.settings(account))
    defaults = setting_documents(AccountSettings())
    return [
        {
            "setting": each.name,
            "path": each.path,
            "preview": each.preview,
            "moves_money": each.moves_money,
            "is_default": present[each.name] == defaults[each.name],
            "value": present[each.name],
            "default": defaults[each.name],
        }
        for each in SETTING_DOCUMENTS
    ]


def read_setting_history(
    account: str, setting: str, after: str, limit: int, *, history: SettingHistory
) -> tuple[list[SettingChange], str | None]:
    """Return a page of the changes of a setting, or of all, the latest first.

    Returns:
        The changes, and what to give as ``after`` for earlier ones, None where there are none.

    Raises:
        InvalidParameterError: there is no such setting.
    """
    if setting and setting not in SETTING_NAMES:
        message = f"setting: choose among {', '.join(SETTING_NAMES)}"
        raise InvalidParameterError(message)
    found = history.changes(account, setting=setting, after=after, limit=limit + 1)
    page = found[:limit]
    return page, page[-1].change_id if len(found) > limit else None
