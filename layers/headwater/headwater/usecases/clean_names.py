"""Clean names: what an owner sees and changes of how his account's clicks are named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headwater.domain.cleaning_documents import cleaning_document, cleaning_from_document
from headwater.usecases.change_settings import save_changed

if TYPE_CHECKING:
    from headwater.usecases.change_settings import SettingPorts
    from headwater.usecases.ports import Accounts


def read_cleaning(account: str, *, accounts: Accounts) -> dict[str, Any]:
    """Return the cleaning that the account's next run follows, as plain JSON values."""
    return cleaning_document(accounts.settings(account).cleaning)


def save_cleaning(
    account: str,
    document: Any,  # noqa: ANN401 - any JSON value
    *,
    ports: SettingPorts,
) -> dict[str, Any]:
    """Replace the account's aliases and channel rules, and start the run that follows them.

    Returns the cleaning as it stands now, with ``run_started``.

    Raises:
        InvalidCleaningError: naming each bad alias or rule; nothing is changed.
        RetriableError: something was not done; the same call may be repeated.
    """
    cleaning = cleaning_from_document(document)
    settings = ports.accounts.settings(account)
    changed = replace(settings, cleaning=cleaning)
    save_changed(account, settings, changed, ports=ports)
    ports.pipeline.pull(account)
    return {**cleaning_document(cleaning), "run_started": True}
