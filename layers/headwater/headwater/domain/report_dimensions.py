"""What the rows of a report can be named by, and which figures stand under each name.

A dimension of a *touch* names clicks, leads and, where an ad can know it, cost. One of an *order*
or a *line* says nothing of clicks and leads: these figures are null under it, not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from headwater.domain.facts import AD_NAMES, DIMENSIONS, VISIT_NAMES
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable


ORDER_DIMENSIONS = ("new_repeat", "order_kind", "store", "store_channel", "coupon")
LINE_DIMENSIONS = ("product", "category")


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension: what it is a property of, and whether ad cost has it."""

    name: str
    of: Literal["touch", "order", "line"]
    has_cost: bool = False


_ALL = (
    *(Dimension(name, "touch", has_cost=True) for name in (*DIMENSIONS, *AD_NAMES)),
    *(Dimension(name, "touch") for name in VISIT_NAMES),
    *(Dimension(name, "order") for name in ORDER_DIMENSIONS),
    *(Dimension(name, "line") for name in LINE_DIMENSIONS),
)
REPORT_DIMENSIONS = {dimension.name: dimension for dimension in _ALL}
# Those that cannot be told before the whole order history is in.
OF_THE_HISTORY = frozenset({"new_repeat", "order_kind"})


def choose_dimensions(names: Iterable[str]) -> tuple[Dimension, ...]:
    """Return the dimensions of these names.

    Raises:
        InvalidParameterError: none at all, an unknown one, or one twice.
    """
    chosen = tuple(names)
    if not chosen or not REPORT_DIMENSIONS.keys() >= set(chosen) or len(set(chosen)) < len(chosen):
        message = f"by: choose among {', '.join(REPORT_DIMENSIONS)}, each once"
        raise InvalidParameterError(message)
    return tuple(REPORT_DIMENSIONS[name] for name in chosen)
