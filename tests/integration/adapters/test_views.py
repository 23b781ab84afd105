"""Saved views are kept, each account's apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.unit.usecases.views import a_view

if TYPE_CHECKING:
    from tests.integration.adapters.conftest import Stores

VIEW = a_view(name="Zürich = #1 %", range="last_month", filter="campaign ~ 'a#b'")


def test_a_view_is_kept_whole_and_replaced(stores: Stores) -> None:
    stores.views.save("acme", VIEW)
    assert stores.views.get("acme", VIEW.view_id) == VIEW
    changed = replace(VIEW, name="Other", parameters=())
    stores.views.save("acme", changed)
    assert stores.views.get("acme", VIEW.view_id) == changed
    assert stores.views.all("acme") == [changed]


def test_views_are_listed_the_oldest_first_and_each_account_has_its_own(stores: Stores) -> None:
    later = replace(VIEW, view_id="29aa")
    for view in (later, VIEW):
        stores.views.save("acme", view)
    stores.views.save("other", replace(VIEW, view_id="39aa"))
    assert stores.views.all("acme") == [VIEW, later]
    assert stores.views.get("acme", "39aa") is None
    assert stores.views.all("nobody") == []


def test_a_view_is_removed_once(stores: Stores) -> None:
    stores.views.save("acme", VIEW)
    stores.views.save("other", VIEW)
    assert stores.views.remove("acme", VIEW.view_id)
    assert not stores.views.remove("acme", VIEW.view_id)
    assert stores.views.all("other") == [VIEW]
