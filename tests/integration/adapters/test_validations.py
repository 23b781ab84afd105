"""Tests of the tracking are kept, and the visits that belong to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import keys
from headwater.domain.validations import MOST_VISITS, Item, Step, Validation, Visit
from tests.integration.adapters.samples import NOON

if TYPE_CHECKING:
    from tests.integration.adapters.conftest import Stores, Tables

TEST = Validation(
    "19a3f2c7e40a",
    "sales",
    "https://shop.example/",
    "https://shop.example/?hwv=19a3f2c7e40a",
    NOON,
    NOON + timedelta(days=1),
    (Step("https://shop.example/?hwv=19a3f2c7e40a", 301, ("gclid",)),),
    (Item("script", "failed", "seen", "cause", "fix"),),
)


def a_visit(event: str = "e1", **more: object) -> Visit:
    return replace(Visit(TEST.validation_id, event, "v1", "s1"), **more)  # type: ignore[arg-type]


def test_a_test_is_kept_whole_and_replaced(stores: Stores) -> None:
    stores.validations.save("acme", TEST)
    assert stores.validations.get("acme", TEST.validation_id) == TEST
    ended = replace(TEST, ended_at=NOON, items=(Item("hit", "passed"),))
    stores.validations.save("acme", ended)
    assert stores.validations.get("acme", TEST.validation_id) == ended


def test_tests_are_listed_the_latest_first_and_each_account_has_its_own(stores: Stores) -> None:
    later = replace(TEST, validation_id="19a3f2c7e40b")
    for test in (later, TEST):
        stores.validations.save("acme", test)
    stores.validations.save("other", replace(TEST, validation_id="19a3f2c7e40c"))
    assert stores.validations.all("acme") == [later, TEST]
    assert stores.validations.get("acme", "19a3f2c7e40c") is None
    assert stores.validations.all("nobody") == []


def test_a_visit_is_noted_once(stores: Stores) -> None:
    stores.validations.save("acme", TEST)
    visits = [a_visit(), a_visit("e2", visitor="v2", is_private=True)]
    assert stores.validations.note_visits("acme", [visits[0], visits[0]], NOON) == 1
    assert stores.validations.note_visits("acme", visits, NOON) == 1
    found = stores.validations.visits("acme", TEST.validation_id)
    assert sorted(found, key=lambda visit: visit.event_id) == visits


def test_a_visit_of_no_test_or_of_one_that_is_over_is_passed_over(stores: Stores) -> None:
    stores.validations.save("acme", TEST)
    assert stores.validations.note_visits("acme", [a_visit(validation_id="unknown")], NOON) == 0
    assert stores.validations.note_visits("other", [a_visit()], NOON) == 0
    assert stores.validations.note_visits("acme", [a_visit()], TEST.closes_at) == 0
    stores.validations.save("acme", replace(TEST, ended_at=NOON))
    assert stores.validations.note_visits("acme", [a_visit()], NOON) == 0
    assert stores.validations.visits("acme", TEST.validation_id) == []


def test_a_link_that_goes_round_fills_no_table(stores: Stores) -> None:
    stores.validations.save("acme", TEST)
    crowd = [a_visit(f"e{n}") for n in range(MOST_VISITS + 3)]
    assert stores.validations.note_visits("acme", crowd[:5], NOON) == 5
    assert stores.validations.note_visits("acme", crowd, NOON) == MOST_VISITS - 5
    assert stores.validations.note_visits("acme", crowd, NOON) == 0
    assert len(stores.validations.visits("acme", TEST.validation_id)) == MOST_VISITS


def test_the_table_forgets_visits_by_itself(on_aws: Stores, tables: Tables) -> None:
    on_aws.validations.save("acme", TEST)
    on_aws.validations.note_visits("acme", [a_visit()], NOON)
    item = tables.accounts.get(keys.test_visit("acme", TEST.validation_id, "e1"))
    assert item is not None
    assert item["expires_at"] == int((NOON + timedelta(days=90)).timestamp())
