"""Counting transitions and solving them, and what a bucket of contacts takes."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.database import connect
from benchmarks.fact_files import TABLES, write_facts
from benchmarks.history import DIRECT, make_history
from benchmarks.lines import Line
from benchmarks.timing import best_of, in_fresh_process
from headwater.adapters.s3.parquet import create_view
from headwater.domain.buckets import Bucket
from headwater.domain.removal_effects import removal_effects
from headwater.domain.settings import AccountSettings
from headwater.domain.transition_counts import Period, Purchases, Trail, count_transitions
from headwater.usecases.attribute_orders import build_attribution

if TYPE_CHECKING:
    from benchmarks.history import History, Ints
    from benchmarks.scale import Scale

_CHANNELS = 12
_BUCKETS = 4
_WINDOW = 30 * 86_400_000_000
_FLOOR = "sorting as many whole numbers"
_WHOLE = "the whole account"
_MEGABYTE = 2**20


def measure(scale: Scale) -> list[Line]:
    """Measure training on columns in memory, and the memory of one bucket of several."""
    history = make_history(scale.orders)
    trail, purchases, period = _journeys(history)
    keys = np.random.default_rng(1).permutation(len(trail.at))
    floor, counting, solving = best_of(
        scale.rounds,
        lambda: np.sort(keys),
        lambda: count_transitions(trail, purchases, _CHANNELS, period),
        lambda: removal_effects(_dense()),
    )
    size = f"{scale.orders:,} orders, {len(trail.at):,} touches"
    return [
        Line(f"effects: floor, {size}", floor.wall, "s"),
        Line(f"effects: count transitions, {size}", counting.wall, "s",
             counting.cpu / floor.cpu, _FLOOR),
        Line("effects: removal effects of 12 channels", solving.wall * 1_000, "ms"),
        *_bucket_lines(scale, history),
    ]  # fmt: skip


def _bucket_lines(scale: Scale, history: History) -> list[Line]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_facts(history, folder)
        idle = in_fresh_process(_open_nothing, folder).peak_memory
        whole = in_fresh_process(partial(_build, Bucket()), folder).peak_memory
        part = in_fresh_process(partial(_build, Bucket(0, _BUCKETS)), folder).peak_memory
    of = f"{scale.orders:,} orders"
    return [
        Line(f"buckets: memory of the whole, {of}", (whole - idle) / _MEGABYTE, "MB"),
        Line(f"buckets: memory of one of {_BUCKETS}, {of}", max(part - idle, 1) / _MEGABYTE, "MB",
             max(part - idle, 1) / (whole - idle), _WHOLE),
    ]  # fmt: skip


def _journeys(history: History) -> tuple[Trail, Purchases, Period]:
    """Return a history as training takes it: every third person's orders are left out."""
    by_person = np.lexsort((history.touch_at, history.touch_contact))
    is_direct = history.touch_mark[by_person] == DIRECT
    channel: Ints = np.where(is_direct, 0, 1 + history.touch_mark[by_person] % (_CHANNELS - 1))
    trail = Trail(history.touch_contact[by_person], history.touch_at[by_person], channel, is_direct)
    bought = np.flatnonzero(history.order_contact % 3 > 0)
    bought = bought[np.lexsort((history.order_at[bought], history.order_contact[bought]))]
    purchases = Purchases(
        history.order_contact[bought],
        history.order_at[bought],
        np.ones(len(bought), dtype=bool),
    )
    return trail, purchases, Period(0, int(history.order_at.max()), _WINDOW)


def _dense() -> Ints:
    return np.arange(1, 1 + (_CHANNELS + 1) * (_CHANNELS + 2)).reshape(_CHANNELS + 1, -1)


def _open_nothing(folder: Path) -> int:
    with connect() as db:
        create_view(db, "orders", [folder / "orders.parquet"])
    return 1


def _build(bucket: Bucket, folder: Path) -> int:
    with connect() as db:
        for table in TABLES:
            create_view(db, table, [folder / f"{table}.parquet"])
        build_attribution(db, AccountSettings(), bucket=bucket)
    return 1
