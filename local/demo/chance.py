"""Seeded randomness: one independent stream per subject, so that they do not shift one another."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def stream(seed: int, subject: str) -> Random:
    """Return the generator of one subject; the same seed and subject always give the same one."""
    return Random(f"{seed}/{subject}")  # noqa: S311 - demo data, repeatable on purpose


def happens(rng: Random, probability: float) -> bool:
    """Return True as often as the probability says."""
    return rng.random() < probability


def pick[T](rng: Random, weights: Mapping[T, float]) -> T:
    """Return a key, each as often as its weight says."""
    return rng.choices(list(weights), list(weights.values()))[0]


def zipf(count: int) -> list[float]:
    """Return the weights 1, 1/2, 1/3 …: few things are popular, most are not."""
    return [1 / rank for rank in range(1, count + 1)]


def geometric(rng: Random, mean: float, most: int) -> int:
    """Return an integer from 1 to ``most``, geometric with about this mean (at least 1)."""
    if mean <= 1:
        return 1
    drawn = 1 + int(math.log(1 - rng.random()) / math.log(1 - 1 / mean))
    return min(drawn, most)


def sample[T](rng: Random, items: Sequence[T], count: int) -> list[T]:
    """Return up to ``count`` different items."""
    return rng.sample(items, min(count, len(items)))


def identifier(rng: Random) -> str:
    """Return a random UUID, the form in which a browser names visitors, sessions and events."""
    return str(UUID(int=rng.getrandbits(128), version=4))
