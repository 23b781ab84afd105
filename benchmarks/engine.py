"""The attribution engine, and the whole step around it, against reading and sorting the touches."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.database import connect
from benchmarks.fact_files import TABLES, write_facts
from benchmarks.history import DIRECT, FIRST_INSTANT, make_history
from benchmarks.lines import Line
from benchmarks.timing import best_of, in_fresh_process
from headwater.adapters.s3.parquet import create_view
from headwater.domain.attribution import attribute
from headwater.domain.roles import NEVER, ReOptIns, Touches, TouchSearch, find_roles, microseconds
from headwater.domain.settings import AccountSettings
from headwater.usecases.attribute_orders import build_attribution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.history import History, Ints
    from benchmarks.scale import Scale
    from benchmarks.timing import Outcome, Spent
    from headwater.domain.attribution import Credits
    from headwater.domain.roles import Bools

_FLOOR = "scan and sort the touches"
# For a million orders: the floor and 30 % of it, two seconds, and a gigabyte.
_BUDGET_ORDERS, _BUDGET_FACTOR, _BUDGET_SECONDS, _BUDGET_MB = 1_000_000, 1.3, 2.0, 1024
_LAST_CLICK_WINDOW, _OPT_IN_WINDOW = timedelta(days=30), timedelta(days=7)
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
        *_step_lines(scale, floor, memory_floor, steps),
    ]


def _of(scale: Scale) -> str:
    return f"{scale.orders:,} orders"


def _core_line(scale: Scale, floor: Spent, core: Spent) -> Line:
    together, allowed = floor.wall + core.wall, floor.wall * _BUDGET_FACTOR + _BUDGET_SECONDS
    return Line(
        f"engine: roles and credits, {_of(scale)}",
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
            "SELECT contact, moment, is_direct FROM read_parquet(?) ORDER BY contact, moment",
            [str(folder / "sorted_by_time.parquet")],
        ).fetchnumpy()
    return Touches(columns["contact"], columns["moment"], columns["is_direct"])


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
        self._re_opt_ins = ReOptIns(
            history.re_opt_in_contact[by_contact], history.re_opt_in_at[by_contact]
        )
        in_order = np.lexsort((history.order_at, history.order_contact))
        self._contact, self._placed_at = history.order_contact[in_order], history.order_at[in_order]
        self._gross, self._refund = history.gross[in_order], history.refund[in_order]
        lead_at: Ints = np.full(history.contacts, NEVER)
        lead_at[history.opt_in_contact] = history.opt_in_at
        self._lead_at: Ints = lead_at[self._contact]
        self._is_early: Bools = self._placed_at < FIRST_INSTANT + microseconds(_LAST_CLICK_WINDOW)

    def run(self) -> Credits:
        """Find the roles of all orders, and credit them under every model."""
        roles = find_roles(
            TouchSearch(self._touches),
            contact=self._contact,
            placed_at=self._placed_at,
            lead_at=self._lead_at,
            re_opt_ins=self._re_opt_ins,
            last_click_window=_LAST_CLICK_WINDOW,
            opt_in_window=_OPT_IN_WINDOW,
        )
        return attribute(
            roles,
            gross=self._gross,
            net=self._gross - self._refund,
            is_known_before=self._is_early,
            is_placed_before_tracking=self._is_early,
        )
