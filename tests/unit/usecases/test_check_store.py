from __future__ import annotations

import pytest

from headwater.errors import (
    CredentialsRejectedError,
    MissingScopeError,
    RequestRejectedError,
    StoreNotFoundError,
    StoreUnavailableError,
)
from headwater.usecases.check_store import (
    CONTENT,
    CUSTOMERS,
    FULFILLMENT,
    INFORMATION,
    MARKETING,
    ORDERS,
    PERMISSIONS,
    PRODUCTS,
    TRANSACTIONS,
    Finding,
    Permission,
    StoreDescription,
    check_store,
)
from tests.unit.usecases.test_connect_source import OpenStore

REQUIRED = [one for one in PERMISSIONS if one.is_required]
OPTIONAL = [one for one in PERMISSIONS if not one.is_required]


def finding(store: OpenStore, permission: Permission) -> Finding:
    return next(one for one in check_store(store).findings if one.permission is permission)


def test_a_token_that_opens_all_is_welcome() -> None:
    description = StoreDescription("Harbor", "America/Chicago", "USD", dst_correction=False)
    check = check_store(OpenStore(description=description))
    assert {one.state for one in check.findings} == {"granted"}
    assert (check.refusal, check.missing) == (None, ())
    assert (check.orders_total, check.description) == (12, description)


def test_what_revenue_and_attribution_read_is_required_and_nothing_else() -> None:
    assert REQUIRED == [ORDERS, TRANSACTIONS, CUSTOMERS, PRODUCTS]


def test_all_missing_scopes_are_named_at_once_with_what_they_are_for_and_where_to_mend_it() -> None:
    refusal = check_store(OpenStore(missing=(TRANSACTIONS, CUSTOMERS, CONTENT))).refusal
    assert isinstance(refusal, MissingScopeError)
    text = str(refusal)
    assert "2 scopes" in text
    assert "Order Transactions (store_v2_transactions_read_only)" in text
    assert "Customers (store_v2_customers_read_only), for customers and newsletter" in text
    assert "Settings > Store-level API accounts" in text
    assert "cannot be edited" in text
    assert "Content" not in text
    assert list(refusal.scopes) == ["Order Transactions", "Customers"]


@pytest.mark.parametrize("permission", OPTIONAL, ids=lambda one: one.title)
def test_an_optional_scope_turns_off_what_it_is_for(permission: Permission) -> None:
    check = check_store(OpenStore(missing=(permission,)))
    assert check.refusal is None
    assert check.missing == (permission.title,)
    assert finding(OpenStore(missing=(permission,)), permission).detail == permission.without


def test_a_store_that_may_not_be_asked_says_nothing_of_itself() -> None:
    told = StoreDescription("Harbor", "America/Chicago", "USD")
    check = check_store(OpenStore(missing=(INFORMATION,), description=told))
    assert check.description == StoreDescription()


def test_a_store_that_refuses_everything_has_another_hash() -> None:
    refusal = check_store(OpenStore(missing=PERMISSIONS)).refusal
    assert isinstance(refusal, StoreNotFoundError)
    assert "the store hash is wrong" in str(refusal)


def test_what_could_not_be_tried_does_not_hide_a_wrong_hash() -> None:
    store = OpenStore(missing=PERMISSIONS, failing={MARKETING: StoreUnavailableError("503")})
    assert isinstance(check_store(store).refusal, StoreNotFoundError)


def test_one_scope_that_opens_shows_that_the_hash_is_right() -> None:
    missing = tuple(one for one in PERMISSIONS if one is not CONTENT)
    assert isinstance(check_store(OpenStore(missing=missing)).refusal, MissingScopeError)


@pytest.mark.parametrize(
    "error",
    [StoreUnavailableError("503"), RequestRejectedError("400"), StoreNotFoundError("404")],
    ids=str,
)
def test_trouble_with_an_optional_scope_stops_nothing(error: Exception) -> None:
    found = finding(OpenStore(failing={FULFILLMENT: error}), FULFILLMENT)
    assert (found.state, found.detail) == ("unchecked", str(error))


@pytest.mark.parametrize("permission", REQUIRED, ids=lambda one: one.title)
def test_trouble_with_a_required_scope_is_the_answer(permission: Permission) -> None:
    with pytest.raises(StoreUnavailableError):
        check_store(OpenStore(failing={permission: StoreUnavailableError("503")}))


def test_a_wrong_token_is_told_before_any_scope() -> None:
    with pytest.raises(CredentialsRejectedError):
        check_store(OpenStore(failing=dict.fromkeys(PERMISSIONS, CredentialsRejectedError("no"))))
