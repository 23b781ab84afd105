"""How the settings of accounts came to be what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from headwater.domain.setting_documents import SettingChange


class SettingHistory(Protocol):
    """The changes of settings; ``Accounts.save_settings`` writes them with the settings."""

    def changes(self, account: str, *, setting: str, after: str, limit: int) -> list[SettingChange]:
        """Return changes, the latest first.

        Args:
            account: whose.
            setting: its name; empty for all.
            after: the id of a change, of which only earlier ones are wanted; empty for all.
            limit: how many at most.
        """
        ...
