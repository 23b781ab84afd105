"""The sweep's places, and the objects of the fake lake that it removes."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from headwater.usecases.ports.sweeps import StoredObject, Sweep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.fakes.lake import FakeFacts, FakeLake


class FakeSweeps:
    def __init__(self) -> None:
        self._sweeps: dict[str, Sweep] = {}

    def get(self, account: str) -> Sweep:
        return self._sweeps.get(account, Sweep())

    def save(self, account: str, sweep: Sweep) -> None:
        self._sweeps[account] = sweep


class FakeSweptObjects:
    """The objects of a lake and of fact tables that have a clock, ``page`` at a time."""

    def __init__(self, lake: FakeLake, facts: FakeFacts, page: int = 1000) -> None:
        self.page = page
        self._stores = (lake.objects, facts.objects)

    def after(self, account: str, place: str) -> Iterator[Sequence[StoredObject]]:
        put_at = {key: store.put_at[key] for store in self._stores for key in store}
        found = sorted(key for key in put_at if key > place and _is_swept(account, key))
        for keys in batched(found, self.page):
            yield [StoredObject(key, put_at[key]) for key in keys]

    def remove(self, keys: Sequence[str]) -> None:
        for key in keys:
            for store in self._stores:
                store.pop(key, None)


def _is_swept(account: str, key: str) -> bool:
    folder, *rest = key.split("/")
    return (
        folder in {"facts", "manifests", "reports"}
        and rest[folder == "facts"] == f"account={account}"
    )
