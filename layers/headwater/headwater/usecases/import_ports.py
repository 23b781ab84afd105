"""What the work on an import of a file is done with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.usecases.ports import Accounts, Clock, Costs, Journeys, Orders, Pipeline
    from headwater.usecases.ports.imports import (
        ImportedCosts,
        ImportedJourneys,
        ImportedOrders,
        ImportFiles,
        Imports,
        ImportWorkers,
    )


@dataclass(frozen=True, slots=True)
class RequestPorts:
    """What requests for imports need from the outside world."""

    clock: Clock
    accounts: Accounts
    imports: Imports
    files: ImportFiles
    workers: ImportWorkers
    token_hex: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class ImportPorts:
    """What the work on imports needs from the outside world."""

    clock: Clock
    accounts: Accounts
    imports: Imports
    files: ImportFiles
    journeys: Journeys
    orders: Orders
    costs: Costs
    imported_journeys: ImportedJourneys
    imported_orders: ImportedOrders
    imported_costs: ImportedCosts
    pipeline: Pipeline
