"""How far the sweep of each account is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.usecases.ports.sweeps import Sweep

if TYPE_CHECKING:
    from headwater.adapters.dynamodb.table import Table


class DynamoSweeps:
    """The port ``Sweeps`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, account: str) -> Sweep:
        """Return how far an account's sweep is."""
        return codec.from_plain(Sweep, self._table.get(keys.sweep(account)) or {})

    def save(self, account: str, sweep: Sweep) -> None:
        """Write down how far an account's sweep is."""
        pk, sk = keys.sweep(account)
        self._table.put({"pk": pk, "sk": sk, **codec.to_plain(sweep)})
