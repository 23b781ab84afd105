"""The functions over fakes: importing a handler needs no environment, and no test sets one."""

from __future__ import annotations

import copy

import pytest

from tests.lambda_side import LambdaSide
from tests.workshop import Workshop


@pytest.fixture
def side(monkeypatch: pytest.MonkeyPatch) -> LambdaSide:
    """All functions, wired to the fakes of an account."""
    side = LambdaSide(Workshop())
    side.wire(monkeypatch)
    return side


@pytest.fixture(scope="session")
def finished_run() -> Workshop:
    """An account whose last run saw one order, of one campaign; not to be changed."""
    shop = Workshop()
    shop.click("2026-11-19 09:00", source="google", medium="cpc", campaign="=brand")
    shop.order(7, "2026-11-20 15:00", "100.00")
    shop.opt_in("2026-11-18 09:00", "bob@example.com")
    shop.spend("2026-11-19", "20.00", utm_source="google", utm_medium="cpc", utm_campaign="=brand")
    with pytest.MonkeyPatch.context() as patch:
        side = LambdaSide(shop)
        side.wire(patch)
        side.run_pipeline()
    return shop


@pytest.fixture
def reported(finished_run: Workshop, monkeypatch: pytest.MonkeyPatch) -> LambdaSide:
    """All functions over that account, which each test has for itself."""
    side = LambdaSide(copy.deepcopy(finished_run))
    side.wire(monkeypatch)
    return side
