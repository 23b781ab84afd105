"""The targets, and whether they are met."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.attribution.runs import Run

# Of the whole job of a million orders on two cores.
BUDGET_ORDERS, BUDGET_FACTOR, BUDGET_SECONDS, TARGET_SECONDS = 1_000_000, 1.3, 2.0, 0.8
BUDGET_MEGABYTES = 1024
SMALL_ORDERS, SMALL_SECONDS = 10_000, 0.3
LEAST_RATIO_TO_PEERS = 10
# Ten times the orders may cost that much more than ten times the CPU: sorting is not linear, and
# what fits the cache is faster.
GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Check:
    """A target, what was measured, and whether that meets it."""

    target: str
    measured: str
    is_met: bool

    def __str__(self) -> str:
        """Return it as a line."""
        return f"{'met   ' if self.is_met else 'MISSED'}  {self.target}: {self.measured}"


def check_size(ours: Run, floor: Run) -> list[Check]:
    """Check what is promised for an account of so many orders; most sizes have no promise."""
    if ours.orders == SMALL_ORDERS:
        return [
            Check(
                f"{ours.orders:,} orders in at most {SMALL_SECONDS} s, imports apart",
                f"{ours.best.wall:.3f} s",
                ours.best.wall <= SMALL_SECONDS,
            )
        ]
    if ours.orders != BUDGET_ORDERS:
        return []
    own = ours.best.wall - BUDGET_FACTOR * floor.best.wall
    return [
        Check(
            f"{ours.orders:,} orders in at most {BUDGET_FACTOR} x floor + {BUDGET_SECONDS} s "
            f"(target {TARGET_SECONDS} s)",
            f"{BUDGET_FACTOR} x {floor.best.wall:.3f} s {own:+.3f} s",
            own <= BUDGET_SECONDS,
        ),
        Check(
            f"{ours.orders:,} orders in at most {BUDGET_MEGABYTES} MB",
            f"{ours.peak_megabytes:.0f} MB",
            ours.peak_megabytes <= BUDGET_MEGABYTES,
        ),
    ]


def check_growth(ours: Sequence[Run]) -> list[Check]:
    """Check that CPU time grows no faster than the account, from each size to the next."""
    return [
        Check(
            f"from {small.orders:,} to {large.orders:,} orders at most {GROWTH} x linear",
            f"{growth:.2f} x linear",
            growth <= GROWTH,
        )
        for small, large in pairwise(ours)
        for growth in [large.best.cpu / small.best.cpu * small.orders / large.orders]
    ]


def check_peer(peer: Run, models: Sequence[str], ours: Run) -> Check:
    """Check the engine against one peer, on the models that both have and the same paths."""
    ratio = peer.best.wall / ours.best.wall
    subject = f"{peer.orders:,} orders, {len(models)} models"
    return Check(
        f"{subject} {LEAST_RATIO_TO_PEERS} x as fast as {peer.program}",
        f"{peer.best.wall:.3f} s / {ours.best.wall:.3f} s = {ratio:.1f} x "
        f"({peer.best.cpu / ours.best.cpu:.1f} x of CPU)",
        ratio >= LEAST_RATIO_TO_PEERS,
    )


def check_equality(orders: int, differences: Sequence[str]) -> Check:
    """Check that the engine and the independent SQL agree on every cell."""
    return Check(
        f"{orders:,} orders, every cell as the SQL has it",
        "; ".join(differences) or "no cent differs",
        not differences,
    )
