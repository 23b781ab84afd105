"""Saved views in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.domain.views import View


class FakeViews:
    def __init__(self) -> None:
        self._views: dict[tuple[str, str], View] = {}

    def save(self, account: str, view: View) -> None:
        self._views[account, view.view_id] = view

    def get(self, account: str, view_id: str) -> View | None:
        return self._views.get((account, view_id))

    def all(self, account: str) -> list[View]:
        return [self._views[key] for key in sorted(self._views) if key[0] == account]

    def remove(self, account: str, view_id: str) -> bool:
        return self._views.pop((account, view_id), None) is not None
