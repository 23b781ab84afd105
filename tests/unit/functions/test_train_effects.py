from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headwater.errors import LeaseLostError
from tests.lambda_side import RUN, sample

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide


def test_the_first_run_trains_its_months_effects(side: LambdaSide) -> None:
    side.workshop.click("2026-11-19 09:00", source="google", medium="cpc")
    side.workshop.order(7, "2026-11-20 15:00")
    side.workshop.begin(RUN)
    side.workshop.export(RUN)
    side.invoke("chain_subscriptions", sample("chain_subscriptions"))
    answer = side.invoke("train_effects", sample("train_effects"))
    assert answer == {"account": "acme", "run": RUN, "trained": 1, "linear": 1}


def test_a_lost_lease_leaves_the_handler_under_its_own_name(side: LambdaSide) -> None:
    with pytest.raises(LeaseLostError):
        side.invoke("train_effects", sample("train_effects"))
