"""Effects: what the model ``markov`` splits revenue by, one frozen version per month.

A version is named by its month (UTC, ``2026-11``). An order uses the version of the month in which
it was placed, or the latest one before it; orders older than all versions use the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.effect_months import month_of, start_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from headwater.domain.attribution.columns import Ints

MARKOV, LINEAR_ALL = "markov", "linear_all"
# An effect is kept in millionths: whole numbers split revenue the same way on every machine, and a
# million times any sum of money stays far inside 64 bits.
EFFECT_SCALE = 1_000_000
# From which state to which: a channel, or one of these. No channel is named so.
START, CONVERSION, NULL = "(start)", "(conversion)", "(null)"

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class EffectsVersion:
    """One month's training.

    Attributes:
        month: ``2026-11``, UTC.
        method: what the version splits by: ``markov``, or ``linear_all`` where it rests on too
            few paths.
        reason: why it is ``linear_all``; empty for ``markov``.
        converting_paths: how many paths ended in an order.
        null_paths: how many did not.
        trained_from: the first instant that was trained on; None for everything there was.
        trained_until: the instant at which training ended, itself not included.
        channels: the channels that were seen, ascending.
        effects: each channel's removal effect, millionths of the conversions.
        shares: the same as shares of all effects, millionths that sum to a million.
        transitions: (from, to) → how often, over all paths.
    """

    month: str
    method: str
    reason: str
    converting_paths: int
    null_paths: int
    trained_from: datetime | None
    trained_until: datetime
    channels: tuple[str, ...]
    effects: tuple[int, ...]
    shares: tuple[int, ...]
    transitions: dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Effects:
    """All versions as the engine reads them.

    A path's revenue is split over its touches by the weights of their channels; where all of them
    are 0, equally. A version that is ``linear_all`` weighs every channel 1.

    Attributes:
        months: the versions, ascending; never none.
        starts: each version's first instant, µs since 1970, shape (months,).
        channels: the channels that any version knows, ascending.
        weights: shape (months, channels + 1); the last column is that of a channel which the
            version has not seen: the mean of those that it has.
        methods: what each version splits by.
    """

    months: tuple[str, ...]
    starts: Ints
    channels: tuple[str, ...]
    weights: Ints
    methods: tuple[str, ...]

    def version_at(self, at: Ints) -> Ints:
        """Return the index of the version that orders placed at these instants (µs) use."""
        latest = np.searchsorted(self.starts, at, "right") - 1
        return np.maximum(latest, 0).astype(np.int64)

    def code_of(self, channel: str) -> int:
        """Return a channel's column in ``weights``; one that is unknown has the last, as -1."""
        return self.channels.index(channel) if channel in self.channels else -1


def version_for(versions: Sequence[EffectsVersion], placed_at: datetime) -> EffectsVersion | None:
    """Return the version that an order uses; the versions are ascending. None without any."""
    before = [version for version in versions if version.month <= month_of(placed_at)]
    return before[-1] if before else next(iter(versions), None)


def effects_of(versions: Sequence[EffectsVersion]) -> Effects:
    """Return versions as the engine reads them; without any, every channel weighs the same."""
    ordered = sorted(versions, key=lambda version: version.month)
    channels = sorted({channel for version in ordered for channel in version.channels})
    column = {channel: index for index, channel in enumerate(channels)}
    weights = np.ones((max(len(ordered), 1), len(channels) + 1), dtype=np.int64)
    for row, version in zip(weights, ordered, strict=False):
        if version.method == MARKOV:
            row[:] = round(sum(version.effects) / len(version.effects))
            row[[column[channel] for channel in version.channels]] = version.effects
    return Effects(
        tuple(version.month for version in ordered) or ("",),
        np.array(
            [int(start_of(version.month).timestamp()) * _MICROSECONDS for version in ordered] or [0]
        ),
        tuple(channels),
        weights,
        tuple(version.method for version in ordered) or (LINEAR_ALL,),
    )
