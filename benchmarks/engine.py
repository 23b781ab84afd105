"""The attribution engine, and the whole step around it, against reading and sorting the touches."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.attribution.short import whole_job_line
from benchmarks.database import connect
from benchmarks.fact_files import TABLES, write_facts
from benchmarks.history import (
    ADS_PER_CAMPAIGN,
    CAMPAIGNS,
    DIRECT,
    FIRST_INSTANT,
    make_history,
)
from benchmarks.lines import Line
from benchmarks.timing import best_of, in_fresh_process
from headwater.adapters.s3.parquet import create_view
from headwater.domain.attribution.columns import LATER_THAN_ALL, NEVER, Milestones, Orders, Touches
from headwater.domain.attribution.engine import attribute_blocks
from headwater.domain.settings import AccountSettings
from headwater.usecases.attribute_orders import build_attribution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.history import History, Ints
    from benchmarks.scale import Scale
    from benchmarks.timing import Outcome, Spent

_FLOOR = "scan and sort the touches"
# For a million orders: the floor and 30 % of it, two seconds, and a gigabyte.
_BUDGET_ORDERS, _BUDGET_FACTOR, _BUDGET_SECONDS, _BUDGET_MB = 1_000_000, 1.3, 2.0, 1024
# What the engine's touches may be besides direct; its channels and campaigns are numbers here.
_CHANNELS = 12
_THREADS = 2
_MEGABYTE = 2**20
_STEP_ROUNDS = 2


def measure(scale: Scale) -> list[Line]:
    """Measure the engine on columns in memory, and ``build_attribution`` from files to rows."""
    history = make_history(scale.orders)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _write_touches(history, folder)
        write_facts(history, folder)
        engine = _Engine(history, sort_touches(folder))
        floor, core = best_of(scale.rounds * 3, lambda: sort_touches(folder), engine.run)
        memory_floor = in_fresh_process(sort_touches, folder).peak_memory
        steps = [in_fresh_process(build_rows, folder) for _ in range(_STEP_ROUNDS)]
    return [
        Line(f"engine: floor, {_of(scale)}, {len(history.touch_at):,} touches", floor.wall, "s"),
        _core_line(scale, floor, core),
        whole_job_line(scale),
        *_step_lines(scale, floor, memory_floor, steps),
    ]


def _of(scale: Scale) -> str:
    return f"{scale.orders:,} orders"


def _core_line(scale: Scale, floor: Spent, core: Spent) -> Line:
    together, allowed = floor.wall + core.wall, floor.wall * _BUDGET_FACTOR + _BUDGET_SECONDS
    return Line(
        f"engine: all models, {_of(scale)}",
        core.wall,
        "s",
        core.cpu / floor.cpu,
        _FLOOR,
        "1 M orders, with floor: <= 1.3 x floor + 2 s",
        is_over=scale.orders >= _BUDGET_ORDERS and together > allowed,
    )


def _step_lines(
    scale: Scale, floor: Spent, memory_floor: int, steps: Sequence[Outcome[int]]
) -> list[Line]:
    wall = min(step.spent.wall for step in steps)
    memory = max(step.peak_memory for step in steps)
    return [
        Line(
            f"engine: facts to credit rows, {_of(scale)}",
            wall,
            "s",
            min(step.spent.cpu for step in steps) / floor.cpu,
            _FLOOR,
            "1 M orders: a part of the run's 5 min",
        ),
        Line(f"engine: credit rows per second, {_of(scale)}", steps[0].result / wall, "rows/s"),
        Line(
            f"engine: peak memory of facts to credit rows, {_of(scale)}",
            memory / _MEGABYTE,
            "MB",
            memory / memory_floor,
            _FLOOR,
            "1 M orders: <= 1 GB",
            is_over=scale.orders >= _BUDGET_ORDERS and memory > _BUDGET_MB * _MEGABYTE,
        ),
    ]


def sort_touches(folder: Path) -> Touches:
    """Read the touches into NumPy, sorted by contact and time: what no engine can do without."""
    with connect() as db:
        columns = db.execute(
            "SELECT contact, moment, mark, is_direct FROM read_parquet(?) ORDER BY contact, moment",
            [str(folder / "sorted_by_time.parquet")],
        ).fetchnumpy()
    mark, is_direct = columns["mark"], columns["is_direct"]
    campaign = np.minimum(mark // ADS_PER_CAMPAIGN, CAMPAIGNS)
    channel = np.where(is_direct, _CHANNELS, campaign % _CHANNELS)
    return Touches(
        columns["contact"],
        columns["moment"],
        channel,
        campaign,
        is_direct,
        mark < DIRECT,
        mark > DIRECT,
        tuple(map(str, range(_CHANNELS + 1))),
        tuple(map(str, range(CAMPAIGNS + 1))),
    )


def build_rows(folder: Path) -> int:
    """Do the step ``attribute_orders`` up to its tables; return how many credit rows it made."""
    with connect() as db:
        for table in TABLES:
            create_view(db, table, [folder / f"{table}.parquet"])
        build_attribution(db, AccountSettings())
        [(rows,)] = db.execute("SELECT count(*) FROM credit_rows").fetchall()
    return int(rows)


def _write_touches(history: History, folder: Path) -> None:
    """Write the touches as they happened, which is not how an engine needs them."""
    with connect() as db:
        columns = {
            "contact": history.touch_contact,
            "moment": history.touch_at,
            "mark": history.touch_mark,
            "is_direct": history.touch_mark == DIRECT,
        }
        db.register("touches", columns)
        path = folder / "sorted_by_time.parquet"
        db.execute(f"COPY (SELECT * FROM touches ORDER BY moment) TO '{path}' (COMPRESSION zstd)")


class _Engine:
    """The engine's inputs as a run gives them, orders by contact and time; and one run."""

    def __init__(self, history: History, touches: Touches) -> None:
        self._touches = touches
        by_contact = np.lexsort((history.re_opt_in_at, history.re_opt_in_contact))
        in_order = np.lexsort((history.order_at, history.order_contact))
        contact, gross = history.order_contact[in_order], history.gross[in_order]
        never = np.zeros(len(contact), dtype=bool)
        self._orders = Orders(
            contact,
            history.order_at[in_order],
            gross,
            gross - history.refund[in_order],
            np.arange(len(contact)),
            ~never,
            never,
            np.append(True, contact[1:] != contact[:-1]),
            never,
            ~never,
        )
        lead_at: Ints = np.full(history.contacts, NEVER)
        lead_at[history.opt_in_contact] = history.opt_in_at
        self._milestones = Milestones(
            lead_at,
            np.where(lead_at == NEVER, LATER_THAN_ALL, lead_at),
            np.zeros(history.contacts, dtype=bool),
            history.re_opt_in_contact[by_contact],
            history.re_opt_in_at[by_contact],
            FIRST_INSTANT,
        )

    def run(self) -> int:
        """Credit all orders under every model; return how many rows that makes."""
        blocks = attribute_blocks(
            self._orders,
            self._touches,
            self._milestones,
            AccountSettings().model_definitions,
            threads=_THREADS,
        )
        return sum(len(block.order) for block in blocks)
