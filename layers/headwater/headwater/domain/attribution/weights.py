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

    from headwater.domain.attribution.columns import Ints
    from headwater.domain.attribution.rows import Rows
    from headwater.domain.effects import Effects

# The weight of the latest touch under time decay.
DECAY_SCALE = 2**20
# A float closer than this to the middle between two whole numbers does not decide which it is.
_DOUBT = 1e-6
# The least common multiple of 1 … 16.
_SHARED_BY = 720_720
_MOST_SHARED = 16


def channel_weights(rows: Rows, channel: Ints) -> Weights:
    """Weigh channels equally, and the touches of one channel equally within it.

    Args:
        rows: the touches.
        channel: per row, its channel's code.
    """
    codes = int(channel.max()) + 1 if len(channel) else 1
    pair = rows.segment * codes + channel
    count = np.bincount(pair)[pair]
    weight = _SHARED_BY // np.minimum(count, _MOST_SHARED)
    many = np.unique(rows.segment[count > _MOST_SHARED])
    return Weights(weight, {segment: _exact_channels(rows, count, segment) for segment in many})


def _exact_channels(rows: Rows, count: Ints, segment: int) -> list[int]:
    start = int(rows.start[segment])
    counts = count[start : start + int(rows.count[segment])].tolist()
    shared_by = math.lcm(*set(counts))
    return [shared_by // each for each in counts]


def position_weights(rows: Rows, percent: Sequence[int]) -> Weights:
    """Weigh the first and the last touch, and all between together.

    Two touches share the middle's part; a single one has everything.
    """
    return Weights(_by_position(rows, percent))


def _by_position(rows: Rows, percent: Sequence[int]) -> Ints:
    first, middle, last = percent
    between = rows.count[rows.segment] - 2
    is_first, is_last = rows.rank == 0, rows.is_last
    weight: Ints = np.where(
        between > 0,
        np.where(is_first, first * between, np.where(is_last, last * between, middle)),
        np.where(
            between == 0,
            np.where(is_first, 2 * first + middle, 2 * last + middle),
            1,
        ),
    )
    return weight


def w_shaped_weights(rows: Rows, lead_touch: Ints, percent: Sequence[int]) -> Weights:
    """Weigh the first touch, the one that made the lead, the last, and all others together.

    A touch that is several of them has their sum; without others their part goes to the three
    equally. An order whose window does not hold the lead's touch is position based.

    Args:
        rows: the touches.
        lead_touch: per order, the touch that made the contact a lead, or -1.
        percent: first, lead, last, others.
    """
    first, lead, last, other = percent
    is_lead = rows.touch == lead_touch[rows.order_of_row]
    is_first, is_last = rows.rank == 0, rows.is_last
    has_lead = rows.sums(is_lead.astype(np.int64)) > 0
    is_other = ~(is_first | is_lead | is_last)
    others = rows.sums(is_other.astype(np.int64))[rows.segment]
    own = first * is_first + lead * is_lead + last * is_last
    held = is_first.astype(np.int64) + is_lead + is_last
    shaped = np.where(others > 0, np.where(is_other, other, own * others), 3 * own + other * held)
    by_position = _by_position(rows, POSITION_WEIGHTS)
    return Weights(np.where(has_lead[rows.segment], shaped, by_position))


def decay_weights(rows: Rows, at: Ints, half_life: int) -> Weights:
    """Weigh a touch by 2^(-age / half-life), its age counted back from the window's last touch.

    The weight is 2^20 times that, rounded to the nearest whole number, a half upwards.

    Args:
        rows: the touches.
        at: per row, µs.
        half_life: µs.
    """
    latest = at[rows.start + rows.count - 1] if len(rows) else at
    age = latest[rows.segment] - at
    exact = DECAY_SCALE * np.exp2(-(age / half_life))
    whole = np.floor(exact)
    doubtful = np.abs(exact - whole - 0.5) < _DOUBT
    weight = (whole + (exact - whole >= 0.5)).astype(np.int64)  # noqa: PLR2004 - a half
    for row in np.flatnonzero(doubtful).tolist():
        weight[row] = exact_decay(int(age[row]), half_life)
    return Weights(weight)


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
    column = np.array([effects.code_of(name) for name in channels], dtype=np.int64)
    version = effects.version_at(placed_at)
    weight = effects.weights[version[rows.segment], column[channel]]
    return Weights(np.where((rows.sums(weight) == 0)[rows.segment], 1, weight))


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
    is_first = rows.touch == first_click[rows.order_of_row]
    stage = np.where(is_first, 0, np.where(at <= opted_in_at[rows.segment], 1, 2))
    return channel_weights(rows, stage)
