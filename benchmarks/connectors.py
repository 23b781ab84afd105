"""A pull of each ad platform and CRM from its server here: its calls, and the time it takes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.lines import Line
from headwater.usecases.connectors import KINDS
from tests.integration.connectors.ad_world import AdWorld
from tests.integration.connectors.cases import CASES

if TYPE_CHECKING:
    from benchmarks.scale import Scale
    from tests.integration.connectors.world import World

_ROWS = 10_000
_ROWS_PER_CALL = 1_000


@dataclass(frozen=True, slots=True)
class _Pulled:
    """What a pull took: rows that came, calls, and seconds of CPU, those of the server included.

    ``waited`` are the seconds that the vendor's rate costs besides.
    """

    rows: int
    calls: int
    seconds: float
    waited: float


def measure(scale: Scale) -> list[Line]:
    """Pull so many rows of each vendor; figures are per 10,000 rows.

    Of an ad platform it is a daily pull, which asks for the days that may be restated; of a CRM it
    is the first one. Waits are not slept.
    """
    rows = scale.pulled_orders * 10
    return [line for kind in sorted(CASES) for line in _lines(kind, rows)]


def _lines(kind: str, rows: int) -> list[Line]:
    pulled = _pull(kind, rows)
    per = _ROWS / pulled.rows
    lines = [
        Line(
            f"connectors: calls per 10,000 rows, {kind}",
            pulled.calls * per,
            "calls",
            pulled.calls / -(-pulled.rows // _ROWS_PER_CALL),
            "one call per 1,000 rows",
        ),
        Line(f"connectors: CPU per 10,000 rows, {kind}", pulled.seconds * per, "s with server"),
    ]
    if pulled.waited:
        measure = f"connectors: waits for its rate per 10,000 rows, {kind}"
        lines.append(Line(measure, pulled.waited * per, "s, not slept"))
    return lines


def _pull(kind: str, rows: int) -> _Pulled:
    """Pull a vendor; raises RuntimeError if a row is missing."""
    make, case = CASES[kind]
    world = make(case)
    with world.server:
        world.begin()
        world.connect()
        world.enter_endless(rows)
        if isinstance(world, AdWorld):
            # The history is asked for once, and mostly in vain.
            world.pull_all()
            # The rows lie on thirty days.
            rows = rows * KINDS[kind].restated_days // 30
        return _measured(world, rows)


def _measured(world: World, rows: int) -> _Pulled:
    before, calls, waits = world.count_kept(), len(world.server.requests), len(world.waits)
    began = time.process_time()
    world.pull_all()
    seconds = time.process_time() - began
    kept = world.count_kept() - before
    if kept < rows:
        message = f"{world.kind}: {kept:,} of {rows:,} rows came"
        raise RuntimeError(message)
    waited = sum(world.waits[waits:])
    return _Pulled(kept, len(world.server.requests) - calls, seconds, waited)
