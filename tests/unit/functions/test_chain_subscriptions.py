from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from headwater.domain.orders import OrderLine
from headwater.errors import LeaseLostError
from tests.lambda_side import RUN, sample

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide


def test_contacts_and_chains_of_the_run_are_counted(side: LambdaSide) -> None:
    option = (("Subscription ID", "sub-1"),)
    line = OrderLine(70, 7, "CD", "Record", 1, Decimal(100), options=option)
    side.workshop.order(7, "2026-11-19 15:00", lines=(line,))
    side.workshop.order(8, "2026-11-20 15:00", lines=(line,))
    side.workshop.begin(RUN)
    side.workshop.export(RUN)
    answer = side.invoke("chain_subscriptions", sample("chain_subscriptions"))
    counts = {"contacts": 1, "flagged": 0, "chains": 1, "inferred": 0, "rebills": 1}
    assert answer == {"account": "acme", "run": RUN, **counts}


def test_a_lost_lease_leaves_the_handler_under_its_own_name(side: LambdaSide) -> None:
    with pytest.raises(LeaseLostError):
        side.invoke("chain_subscriptions", sample("chain_subscriptions"))
