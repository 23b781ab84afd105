from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headwater.errors import LeaseLostError
from tests.lambda_side import RUN, sample

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide


def test_the_usual_reports_of_the_run_are_written(side: LambdaSide) -> None:
    side.workshop.order(7, "2026-11-20 15:00")
    side.workshop.begin(RUN)
    side.workshop.export(RUN)
    for step in ("chain_subscriptions", "attribute_orders"):
        side.invoke(step, sample(step))
    answer = side.invoke("materialize_reports", sample("materialize_reports"))
    written = [key for key in side.workshop.lake.objects if key.startswith("reports/account=acme/")]
    assert answer["reports"] > 0
    assert written


def test_a_lost_lease_leaves_the_handler_under_its_own_name(side: LambdaSide) -> None:
    with pytest.raises(LeaseLostError):
        side.invoke("materialize_reports", sample("materialize_reports"))
