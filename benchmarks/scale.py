"""How much work a benchmark does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes: of the history, of the store that is pulled, of the hits; and how often each runs.

    ``short_history``, ``long_history``: the orders of the pulls whose memory is compared.
    ``random_runs``: how many runs the randomized comparison has to find a bug.
    """

    orders: int = 100_000
    pulled_orders: int = 1_000
    hits: int = 3_000
    rounds: int = 5
    short_history: int = 10_000
    long_history: int = 30_000
    random_runs: int = 120
