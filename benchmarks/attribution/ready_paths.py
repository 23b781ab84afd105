"""The engine's shares on a peer's own ground: ready-made paths in, totals per channel out.

No raw tables, windows, roles, refunds or campaigns: the engine's rows, weights and cents of each
order alone, summed by channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.attribution.peers.paths import make_paths
from benchmarks.attribution.raw_tables import CHANNELS
from benchmarks.database import connect
from benchmarks.timing import spend
from headwater.domain.attribution import weights as w
from headwater.domain.attribution.apportion import EQUAL, Weights, apportion
from headwater.domain.attribution.columns import microseconds
from headwater.domain.attribution.definitions import HALF_LIFE, POSITION_WEIGHTS
from headwater.domain.attribution.engine import BLOCK_ORDERS
from headwater.domain.attribution.rows import expand
from headwater.domain.effects import MARKOV, Effects
from headwater.domain.removal_effects import removal_effects, scaled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmarks.attribution.engine_jobs import PeerJob
    from benchmarks.timing import Spent
    from headwater.domain.attribution.columns import Ints
    from headwater.domain.attribution.rows import Rows

_HOUR = timedelta(hours=1)
_NAMES = tuple(map(str, range(CHANNELS)))
_TOUCHES = """
SELECT channel, hours FROM (
    SELECT is_converted, journey_id, unnest(generate_series(1, len(channels))) AS place,
        unnest(channels) AS channel, unnest(hours) AS hours
    FROM (
        SELECT is_converted, journey_id, string_split(hours_left, ' > ')::DOUBLE[] AS hours,
            string_split(replace(path, 'channel ', ''), ' > ')::BIGINT[] AS channels
        FROM read_parquet(?)
    )
) ORDER BY is_converted DESC, journey_id, place
"""
_PATHS = """
SELECT is_converted, round(revenue * 100)::BIGINT AS revenue,
    len(string_split(path, ' > ')) AS touches
FROM read_parquet(?) ORDER BY is_converted DESC, journey_id
"""


@dataclass(frozen=True, slots=True)
class Paths:
    """Ready-made paths as columns; those that converted come first.

    Attributes:
        channel: per touch, its code.
        at: per touch, µs, so that an order is at 0.
        start: per path, its first touch; one more at the end.
        revenue: per path that converted, cents.
    """

    channel: Ints
    at: Ints
    start: Ints
    revenue: Ints


def read_paths(folder: Path) -> Paths:
    """Read ``paths.parquet`` of a data set, which is made where it is not there."""
    path = str(make_paths(folder) / "paths.parquet")
    with connect() as db:
        touches, paths = (db.execute(query, [path]).fetchnumpy() for query in (_TOUCHES, _PATHS))
    until_order = np.asarray(touches["hours"]) * microseconds(_HOUR)
    return Paths(
        np.asarray(touches["channel"], dtype=np.int64),
        -np.rint(until_order).astype(np.int64),
        np.concatenate([[0], np.cumsum(paths["touches"])]),
        np.asarray(paths["revenue"], dtype=np.int64)[np.asarray(paths["is_converted"], dtype=bool)],
    )


def credit_ready_paths(job: PeerJob) -> Spent:
    """Return what a peer's models take the engine on the paths that the peer begins with."""
    paths = read_paths(job.folder)
    return spend(lambda: channel_totals(paths, job.models))


def channel_totals(paths: Paths, models: Sequence[str]) -> dict[str, Ints]:
    """Return model → cents per channel; each order is shared to the cent."""
    totals = {model: np.zeros(CHANNELS, dtype=np.int64) for model in models}
    effects = _train(paths) if "markov" in models else None
    for first in range(0, len(paths.revenue), BLOCK_ORDERS):
        start = paths.start[first : min(first + BLOCK_ORDERS, len(paths.revenue)) + 1]
        mine = slice(start[0], start[-1])
        rows = expand(start[:-1] - start[0], start[1:] - start[0], np.arange(start[-1] - start[0]))
        revenue = paths.revenue[first + rows.order]
        channel, at = paths.channel[mine][rows.touch], paths.at[mine][rows.touch]
        for model, total in totals.items():
            if model in _ENDS:
                np.add.at(total, channel[_ENDS[model](rows)], revenue)
            else:
                weights = _weights(model, rows, channel, at, effects)
                np.add.at(total, channel, apportion(rows, weights, revenue))
    return totals


_ENDS: dict[str, Callable[[Rows], Ints]] = {
    "first_click": lambda rows: np.arange(len(rows.count)),
    "last_touch": lambda rows: rows.last,
}


def _weights(model: str, rows: Rows, channel: Ints, at: Ints, effects: Effects | None) -> Weights:
    match model:
        case "position_based":
            return w.position_weights(rows, POSITION_WEIGHTS)
        case "time_decay":
            return w.decay_weights(rows, at, microseconds(HALF_LIFE))
        case "markov":
            same_month = np.zeros(len(rows.count), dtype=np.int64)
            return w.markov_weights(rows, channel, _NAMES, same_month, effects)
        case _:
            return EQUAL


def _train(paths: Paths) -> Effects:
    """Return the removal effects over all paths, converted or not."""
    converted = len(paths.revenue)
    steps = np.zeros((CHANNELS + 1, CHANNELS + 2), dtype=np.int64)
    for start, end in (
        (paths.start[: converted + 1], CHANNELS),
        (paths.start[converted:], CHANNELS + 1),
    ):
        channel = paths.channel[start[0] : start[-1]]
        first, last = start[:-1] - start[0], start[1:] - start[0] - 1
        step = channel[:-1] * CHANNELS + channel[1:]
        # What follows the last touch of a path is another's.
        counts = np.bincount(step, minlength=CHANNELS**2)
        counts -= np.bincount(step[last[:-1]], minlength=CHANNELS**2)
        steps[1:, :CHANNELS] += counts.reshape(CHANNELS, CHANNELS)
        steps[0, :CHANNELS] += np.bincount(channel[first], minlength=CHANNELS)
        steps[1:, end] += np.bincount(channel[last], minlength=CHANNELS)
    effects = np.array([[*scaled(removal_effects(steps)), 1]])
    return Effects(("",), np.zeros(1, dtype=np.int64), _NAMES, effects, (MARKOV,))
