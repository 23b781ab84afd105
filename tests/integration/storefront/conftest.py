"""A running shop with a clock of its own, and a client that knows its token."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from local.storefront.model import StoreLine, StoreOrder
from local.storefront.server import Storefront

type PlaceOrder = Callable[..., int]


@dataclass
class ShopClock:
    """The true time, moved by tests."""

    now: datetime = datetime(2026, 3, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@dataclass
class Api:
    """Asks the shop as a well-behaved client does, unless told otherwise."""

    shop: Storefront
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **query: object) -> requests.Response:
        """GET a path below the store; ``__`` in a parameter's name stands for a colon."""
        return self.get_with({}, path, **query)

    def get_with(
        self, headers: Mapping[str, str | None], path: str, **query: object
    ) -> requests.Response:
        """GET a path with other headers than usual; ``None`` leaves one out."""
        defaults = {"X-Auth-Token": self.shop.token, "Accept": "application/json"}
        parameters = {name.replace("__", ":"): str(value) for name, value in query.items()}
        return self.session.get(
            self.shop.api_url + path, params=parameters, headers={**defaults, **headers}
        )

    def ids(self, **query: object) -> list[int]:
        """Return the ids of the orders on a page."""
        response = self.get("/v2/orders", **query)
        return [] if response.status_code == 204 else [order["id"] for order in response.json()]


@pytest.fixture
def clock() -> ShopClock:
    return ShopClock()


@pytest.fixture
def shop(tmp_path: Path, clock: ShopClock) -> Iterator[Storefront]:
    with Storefront(tmp_path / "shop.sqlite", clock=clock, quota=10_000) as running:
        yield running


@pytest.fixture
def api(shop: Storefront) -> Iterator[Api]:
    with requests.Session() as session:
        yield Api(shop, session)


@pytest.fixture
def place(shop: Storefront) -> PlaceOrder:
    """Place an order of one mug for 20 dollars a week ago, but for what is told."""

    def place_order(**fields: object) -> int:
        mug = StoreLine("Mug", Decimal(20), sku="MUG", product_id=77)
        defaults = {"placed_at": datetime(2026, 3, 13, 15, tzinfo=UTC), "lines": (mug,)}
        [order_id] = shop.store.load([StoreOrder(**{**defaults, **fields})])  # type: ignore[arg-type]
        return order_id

    return place_order
