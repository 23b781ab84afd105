"""Each kind of model as whole-number weights over the touches of a window.

Only the ratios of an order's weights mean anything, so their scale may differ from order to order.
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution.apportion import EQUAL, Weights
from headwater.domain.attribution.definitions import POSITION_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from headwater.domain.attribution.columns import Ints
    from headwater.domain.attribution.rows import Rows
    from headwater.domain.effects import Effects

    type Floats = NDArray[np.float64]

# The weight of the latest touch under time decay.
DECAY_SCALE = 2**20
# A float closer than this to the middle between two whole numbers does not decide which it is.
_DOUBT = 1e-6
# The least common multiple of 1 … 16.
_SHARED_BY = 720_720
_MOST_SHARED = 16
_SHARED_PARTS = _SHARED_BY // np.maximum(np.arange(1 + _MOST_SHARED), 1)
# A half-life in steps. After so many half-lives nothing is left to round up.
_STEPS, _MOST_LIVES = 256, 22
_HALVED = DECAY_SCALE * np.exp2(-np.arange(_MOST_LIVES * _STEPS + 1) / _STEPS)


def channel_weights(rows: Rows, channel: Ints) -> Weights:
    """Weigh channels equally, and the touches of one channel equally within it.

    Args:
        rows: the touches.
        channel: per row, its channel's code.
    """
    codes = int(channel.max(initial=0)) + 1
    pair = rows.spread(np.arange(len(rows.count)) * codes) + channel
    count = np.bincount(pair)[pair]
    many = np.unique(rows.segment[np.flatnonzero(count > _MOST_SHARED)]).tolist()
    return Weights(
        _SHARED_PARTS[np.minimum(count, _MOST_SHARED)],
        {segment: _exact_channels(count[rows.of_segment(segment)]) for segment in many},
    )


def _exact_channels(count: Ints) -> list[int]:
    counts = count.tolist()
    shared_by = math.lcm(*set(counts))
    return [shared_by // each for each in counts]


def position_weights(rows: Rows, percent: Sequence[int]) -> Weights:
    """Weigh the first and the last touch, and all between together.

    Two touches share the middle's part; a single one has everything.
    """
    between = np.full(len(rows), percent[1])
    return Weights(_with_ends(rows, between, percent))


def _with_ends(rows: Rows, between: Ints, percent: Sequence[int]) -> Ints:
    """Return weights by position, beside those of the touches between, which are there."""
    first, middle, last = percent
    two, three = rows.longer_than(1), rows.longer_than(2)
    for row, own in ((rows.last, last), (slice(len(rows.count)), first)):
        weight = np.ones(len(rows.count), dtype=np.int64)
        weight[:two] = 2 * own + middle
        weight[:three] = own * (rows.count[:three] - 2)
        between[row] = weight
    return between


def w_shaped_weights(rows: Rows, lead_touch: Ints, percent: Sequence[int]) -> Weights:
    """Weigh the first touch, the one that made the lead, the last, and all others together.

    A touch that is several of them has their sum; without others their part goes to the three
    equally. An order whose window does not hold the lead's touch is position based.

    Args:
        rows: the touches.
        lead_touch: per order, the touch that made the contact a lead, or -1.
        percent: first, lead, last, others.
    """
    *of_holders, other = percent
    lead = np.flatnonzero(rows.touch == rows.spread(lead_touch[rows.order]))
    segment = rows.segment[lead]
    between = np.full(len(rows.count), POSITION_WEIGHTS[1])
    between[segment] = other
    weight = _with_ends(rows, rows.spread(between), POSITION_WEIGHTS)
    holders = segment, lead, rows.last[segment]
    others = rows.count[segment] - 1 - (holders[0] != lead) - (lead != holders[2])
    for row in holders:
        is_it = [row == holder for holder in holders]
        own = sum(part * each for part, each in zip(of_holders, is_it, strict=True))
        held = np.sum(is_it, axis=0)
        weight[row] = np.where(others > 0, own * others, len(holders) * own + other * held)
    return Weights(weight)


def decay_weights(rows: Rows, at: Ints, half_life: int) -> Weights:
    """Weigh a touch by 2^(-age / half-life), its age counted back from the window's last touch.

    The weight is 2^20 times that, rounded to the nearest whole number, a half upwards.

    Args:
        rows: the touches.
        at: per row, µs.
        half_life: µs.
    """
    age = rows.spread(at[rows.last]) - at
    exact = _halved(age / half_life) + 0.5
    weight = np.floor(exact)
    doubtful = np.abs(exact - weight - 0.5) > 0.5 - _DOUBT
    weight = weight.astype(np.int64)
    for row in np.flatnonzero(doubtful).tolist():
        weight[row] = exact_decay(int(age[row]), half_life)
    return Weights(weight)


def _halved(lives: Floats) -> Floats:
    """Return ``DECAY_SCALE`` times 2^-x, to 1 part in 10^13: by a table and four terms of a series.

    NumPy's own power takes four times as long on most processors.
    """
    lives = np.minimum(lives, _MOST_LIVES)
    step = (lives * _STEPS).astype(np.int64)
    rest = (lives - step / _STEPS) * math.log(2)
    series = 1 - rest * (1 - rest / 2 * (1 - rest / 3 * (1 - rest / 4)))
    halved: Floats = _HALVED[step] * series
    return halved


def exact_decay(age: int, half_life: int) -> int:
    """Return the weight of one age; the rule itself."""
    lives, rest = divmod(age, half_life)
    if rest == 0:
        return (2 * DECAY_SCALE >> lives) + 1 >> 1
    with localcontext() as context:
        context.prec = 60
        twice = 2 * DECAY_SCALE * Decimal(2) ** (-Decimal(age) / Decimal(half_life))
        return (int(twice) + 1) >> 1


def markov_weights(
    rows: Rows,
    channel: Ints,
    channels: Sequence[str],
    placed_at: Ints,
    effects: Effects | None,
) -> Weights:
    """Weigh each touch by its channel's removal effect in the version that the order uses.

    Equal where all effects of an order's channels are 0, or none was ever trained.

    Args:
        rows: the touches.
        channel: per row, its channel's code.
        channels: names by code.
        placed_at: per segment, µs.
        effects: the frozen effects.
    """
    if effects is None:
        return EQUAL
    width = effects.weights.shape[1]
    column = np.array([effects.code_of(name) % width for name in channels], dtype=np.int64)
    version = rows.spread(effects.version_at(placed_at) * width)
    weight = effects.weights.ravel()[version + column[channel]]
    nothing = rows.sums(weight) == 0
    return Weights(np.where(rows.spread(nothing), 1, weight) if nothing.any() else weight)


def funnel_weights(rows: Rows, first_click: Ints, at: Ints, opted_in_at: Ints) -> Weights:
    """Weigh the stages of a journey equally, and the touches of a stage equally within it.

    The stages: the first click; what follows it up to the opt-in; what follows that. Without an
    opt-in nothing follows it: an order stands in for one in the role *new lead* alone.

    Args:
        rows: the touches.
        first_click: per order, the first click, or -1.
        at: per row, µs.
        opted_in_at: per segment, the contact's first opt-in, µs, or ``LATER_THAN_ALL``.
    """
    is_first = rows.touch == rows.spread(first_click[rows.order])
    stage = (2 - (at <= rows.spread(opted_in_at))) * ~is_first
    return channel_weights(rows, stage)
