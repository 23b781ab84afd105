"""Removal effects: how many of the conversions a channel's removal would cost, exactly.

Transition counts make a Markov chain of order 1 over the channels, with conversion and null as its
ends. With Q the chances between start and channels, ``N = (I - Q)^-1`` and ``h = N P(conversion)``,
the chance to convert from each state, the chance to ever visit channel c is ``N[s, c] / N[c, c]``
and what its visitors then convert is ``h[c]``. So, with c sent to null,

    RE_c = 1 - P(conversion without c) / P(conversion) = N[s, c] / N[c, c] * h[c] / h[s]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.effects import CONVERSION, EFFECT_SCALE, NULL, START

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from headwater.domain.attribution.columns import Ints


def removal_effects(steps: Ints) -> NDArray[np.float64]:
    """Return each channel's removal effect, from 0 to 1; all 0 where nobody converts.

    Args:
        steps: as in ``TransitionCounts``. From every channel that is ever left some way leads to
            an end, as it does where the counts are those of whole paths.
    """
    channels = len(steps) - 1
    # Staying where one is changes no effect, and without it no row is divided by the rare leaving.
    leaving = steps.astype(np.float64)
    leaving[np.arange(1, channels + 1), np.arange(channels)] = 0
    total = leaving.sum(axis=1, keepdims=True)
    chance = np.divide(leaving, total, out=np.zeros_like(leaving), where=total > 0)
    # Nobody returns to the start, which is state 0.
    between = np.zeros((channels + 1, channels + 1))
    between[:, 1:] = chance[:, :channels]
    visits = np.linalg.inv(np.eye(channels + 1) - between)
    converting = visits @ chance[:, channels]
    if converting[0] <= 0:
        return np.zeros(channels)
    reached = visits[0, 1:] / np.diagonal(visits)[1:]
    effects: NDArray[np.float64] = np.clip(reached * converting[1:] / converting[0], 0, 1)
    return effects


def scaled(effects: NDArray[np.float64]) -> tuple[int, ...]:
    """Return removal effects in whole millionths."""
    return tuple(int(effect) for effect in np.rint(effects * EFFECT_SCALE))


def global_shares(effects: Sequence[int]) -> tuple[int, ...]:
    """Return effects as shares of their sum, in millionths that sum to a million exactly.

    What rounding leaves goes to the largest remainders, the first of equal ones; without any
    effect all shares are 0.
    """
    whole = sum(effects)
    if not whole:
        return (0,) * len(effects)
    parts = [divmod(effect * EFFECT_SCALE, whole) for effect in effects]
    shares = [share for share, _ in parts]
    by_remainder = sorted(range(len(parts)), key=lambda index: (-parts[index][1], index))
    for index in by_remainder[: EFFECT_SCALE - sum(shares)]:
        shares[index] += 1
    return tuple(shares)


def named_transitions(steps: Ints, channels: Sequence[str]) -> dict[tuple[str, str], int]:
    """Return the steps that ever happened by the names of their states."""
    sources, targets = (START, *channels), (*channels, CONVERSION, NULL)
    return {
        (sources[row], targets[column]): int(steps[row, column])
        for row, column in zip(*(axis.tolist() for axis in np.nonzero(steps)), strict=True)
    }
