"""A small labeled set of each app: the thresholds that the benchmark holds on a large one."""

from __future__ import annotations

import pytest

from benchmarks.chains import LEAST_PRECISION, LEAST_RECALL, judge, true_triples
from benchmarks.subscription_apps import APPS, App
from benchmarks.subscription_orders import make_orders


@pytest.mark.parametrize("app", APPS, ids=[app.name for app in APPS])
def test_chains_are_found_as_they_were_lived(app: App) -> None:
    orders = make_orders(app, contacts=60)
    accuracy = judge(orders)
    assert len(true_triples(orders)) > 200
    if app.has_ids:
        assert (accuracy.precision, accuracy.recall) == (1, 1)
    assert accuracy.precision >= LEAST_PRECISION
    assert accuracy.recall >= LEAST_RECALL
