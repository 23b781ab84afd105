from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headwater.errors import ConfigurationError
from headwater.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_settings_are_the_variables_of_the_same_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_TABLE", "headwater-orders")
    assert settings().required("orders_table") == "headwater-orders"


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAKE_BUCKET", raising=False)
    with pytest.raises(ConfigurationError, match="LAKE_BUCKET"):
        settings().required("lake_bucket")
