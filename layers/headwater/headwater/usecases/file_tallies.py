"""What became of a batch's rows, counted."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.file_imports import Example, Tally, days_as_bits
from headwater.usecases.ports.imports import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from headwater.domain.file_batches import Group
    from headwater.usecases.file_loaders import Loader

_LONGEST_REASON = 300
_MOST_EXAMPLES = 5


def tally_of(
    taken: Sequence[tuple[Group, Any]],
    standings: Sequence[str],
    refused: Sequence[tuple[Group, str]],
    loader: Loader[Any],
) -> Tally:
    """Count rows, and add up what they touch.

    Args:
        taken: the groups that can be read, each with what it says.
        standings: of these, in order.
        refused: the other groups, each with the reason.
        loader: knows what a row touches.
    """
    counts: Counter[str] = Counter()
    days: set[date] = set()
    amounts: dict[str, Decimal] = {}
    for (group, row), standing in zip(taken, standings, strict=True):
        counts[standing] += len(group.records)
        if standing == Standing.UNCHANGED:
            continue
        effect = loader.effect(row)
        days |= effect.days
        if effect.amount:
            currency, amount = effect.amount
            amounts[currency] = amounts.get(currency, Decimal(0)) + amount
    return Tally(
        counts[Standing.NEW],
        counts[Standing.CHANGED],
        counts[Standing.UNCHANGED],
        sum(len(group.records) for group, _ in refused),
        days_as_bits(days),
        tuple(sorted(amounts.items())),
        tuple(Example(g.number, why[:_LONGEST_REASON]) for g, why in refused[:_MOST_EXAMPLES]),
    )
