from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from local.demo import tour as tours
from local.demo.tour import DemoError, Tour
from local.storefront.server import Storefront

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Api:
    """Takes what is put, and says what the store said to webhooks."""

    note = ""

    def __init__(self, url: str, key: str) -> None:
        assert (url, key) == ("http://reports.example", "hw_1")

    def put(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        puts.append((path, body))
        return {"source": {"webhooks": {"note": self.note}, "script": {"note": ""}}}


puts: list[tuple[str, Mapping[str, Any]]] = []


@pytest.fixture
def tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tour]:
    puts.clear()
    monkeypatch.setattr(tours, "ReportsApi", Api)
    with Storefront(tmp_path / "shop.sqlite") as shop:
        tour = Tour(tmp_path)
        tour.shop, tour.key = shop, "hw_1"
        stack = SimpleNamespace(
            collector_url="http://collector.example", reports_url="http://reports.example"
        )
        monkeypatch.setattr(tour, "_deployed", stack)
        yield tour


def test_the_shop_that_stays_tells_of_its_changes_by_itself(tour: Tour) -> None:
    tour.follow_changes()
    assert puts == [
        ("/v1/sources/bigcommerce/options", {"webhooks": True, "script": True}),
        ("/v1/settings/refresh", {"refresh": "15min"}),
    ]
    settings = tour.shop.store.settings
    assert settings.webhook_gateway == settings.script_gateway == "http://collector.example"
    assert settings.tracking_script == ""
    assert tour.shop.courier.is_going


def test_a_shop_that_takes_no_webhooks_fails_the_demo(
    tour: Tour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Api, "note", "503")
    with pytest.raises(DemoError, match="503"):
        tour.follow_changes()
    assert not tour.shop.courier.is_going
