from __future__ import annotations

import base64
import hashlib

import pytest

from headwater.domain.nodes import customer_node, email_node, hashed_email_node
from headwater.errors import InvalidRowError


@pytest.mark.parametrize("typed", ["ann@shop.example", " Ann@Shop.Example\n", "ANN@SHOP.EXAMPLE"])
def test_an_email_is_one_node_however_it_is_typed(typed: str) -> None:
    first_128_bits = hashlib.sha256(b"ann@shop.example").digest()[:16]
    node = email_node(typed)
    assert base64.b32decode(node.upper() + "=" * (-len(node) % 8)) == first_128_bits


def test_a_browsers_hash_of_an_email_meets_the_email_of_an_order() -> None:
    sent = hashlib.sha256(b"ann@shop.example").hexdigest()
    assert hashed_email_node(sent) == email_node("Ann@shop.example")


def test_a_customer_id_is_a_node_of_its_own_store() -> None:
    assert customer_node("shop", 42) == customer_node("shop", "42")
    assert customer_node("shop", 42) != customer_node("other", 42)


@pytest.mark.parametrize("nobody", [0, "0", "", -1], ids=repr)
def test_a_guests_customer_id_is_no_node(nobody: int | str) -> None:
    assert customer_node("shop", nobody) is None


@pytest.mark.parametrize("text", ["ann", "ann@shop", "a b@shop.example", "@", ""])
def test_what_is_no_address_is_no_node(text: str) -> None:
    with pytest.raises(InvalidRowError):
        email_node(text)
