from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from headwater.domain.sites import Site, Sites
from headwater.errors import StoreUnavailableError
from headwater.runtime.edge import CachedSites


@dataclass
class Registry:
    """Hands out sites, one more each time, and counts how often it was asked."""

    asked: int = 0
    is_down: bool = False
    now: float = 1000.0
    sites: dict[str, Site] = field(default_factory=dict)

    def read(self) -> Sites:
        self.asked += 1
        if self.is_down:
            message = "AWS does not answer"
            raise StoreUnavailableError(message)
        self.sites[f"key{self.asked}"] = Site("acme", "shop", frozenset())
        return Sites(self.sites)

    def seconds(self) -> float:
        return self.now


@pytest.fixture
def registry() -> Registry:
    return Registry()


def test_sites_are_read_once_a_minute(registry: Registry) -> None:
    cached = CachedSites(registry.read, registry.seconds)
    cached.get()
    registry.now += 59
    assert cached.get().find("key2") is None
    registry.now += 1
    assert cached.get().find("key2")
    assert registry.asked == 2


def test_whoever_is_unknown_has_them_read_again_but_not_every_time(registry: Registry) -> None:
    cached = CachedSites(registry.read, registry.seconds)
    cached.get()
    registry.now += 4.9
    assert cached.renew().find("key2") is None
    registry.now += 0.1
    for _ in range(100):
        assert cached.renew().find("key2")
    assert registry.asked == 2


def test_old_sites_serve_while_new_ones_cannot_be_read(registry: Registry) -> None:
    cached = CachedSites(registry.read, registry.seconds)
    cached.get()
    registry.is_down = True
    for _ in range(3):
        registry.now += 30
        assert cached.get().find("key1")
    # A minute passes between two attempts, also between failed ones.
    assert registry.asked == 2


def test_without_any_sites_the_edge_cannot_answer(registry: Registry) -> None:
    registry.is_down = True
    with pytest.raises(StoreUnavailableError):
        CachedSites(registry.read, registry.seconds).get()
