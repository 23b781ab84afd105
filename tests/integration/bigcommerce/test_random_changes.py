from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.bigcommerce.machine import StoreMachine

# A few in each run of the tests; CONTRIBUTING.md tells how to have many.
RUNS = int(os.environ.get("HEADWATER_RANDOM_RUNS", "10"))
OPERATIONS = 40
SECONDS_PER_RUN = 20
# What many runs together have to have met, or their passing says little.
ENOUGH_RUNS = 100
MET = (
    "comparisons after a pull",
    "comparisons without a pull",
    "deaths of a run",
    "deaths while recording",
    "orders retracted",
    "webhooks known",
    "webhooks lost",
    "webhooks that come again",
)


@pytest.mark.timeout(300 + SECONDS_PER_RUN * RUNS)
def test_whatever_happens_every_order_is_here_once_and_as_the_store_has_it() -> None:
    run_state_machine_as_test(
        StoreMachine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=OPERATIONS,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(*(f"{what}: {times}" for what, times in sorted(StoreMachine.happened.items())), sep="\n")
    assert StoreMachine.happened["orders fetched for webhooks"] > 0
    assert StoreMachine.happened["comparisons without a pull"] > 0
    assert RUNS < ENOUGH_RUNS or all(StoreMachine.happened[what] > 0 for what in MET)
