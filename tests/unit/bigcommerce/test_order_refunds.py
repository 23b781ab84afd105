from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from headwater.adapters.bigcommerce.orders import order_id_of, rejected
from headwater.errors import InvalidRowError
from tests.unit.bigcommerce.samples import Json, order_row, read, refund_row


def _payment(amount: float, *, is_declined: bool) -> Json:
    return {"amount": amount, "is_declined": is_declined}


@pytest.mark.parametrize(
    ("payments", "amount"),
    [
        ([], "16.2"),
        ([_payment(10.1, is_declined=False), _payment(6.1, is_declined=True)], "10.1"),
        ([_payment(16.2, is_declined=True)], "0"),
    ],
)
def test_a_refund_is_what_was_really_paid_back(payments: list[Json], amount: str) -> None:
    order = read(order_row(), (refund_row(payments=payments),))
    assert order.refunds[0].amount == Decimal(amount)


def test_several_refunds_of_an_order_stand_in_the_order_of_their_ids() -> None:
    order = read(order_row(), (refund_row(id=63), refund_row(id=61)))
    assert [refund.refund_id for refund in order.refunds] == [61, 63]


def test_an_unreadable_refund_spoils_its_order() -> None:
    with pytest.raises(InvalidRowError, match="WireRefund total_amount"):
        read(order_row(), (refund_row(total_amount="much"),))


@pytest.mark.parametrize("row", [None, "order", 7, [], {}, {"id": "x"}, {"id": None}])
def test_a_row_without_an_id_has_none(row: Any) -> None:  # noqa: ANN401
    assert order_id_of(row) is None


def test_a_rejected_row_is_plain_json() -> None:
    row = json.loads('{"id": 1, "total": 1.10}', parse_float=Decimal)
    bad = rejected("why", row)
    assert (bad.reason, json.loads(json.dumps(bad.row))) == ("why", {"id": 1, "total": "1.10"})
