"""What a peer's script tells: the seconds of its preparation and of each model, and its memory."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from benchmarks.timing import peak_memory, spend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def tell(prepare: Callable[[], object], models: Mapping[str, Callable[[], object]]) -> None:
    """Prepare, run each model once, and print what it took as the last line, in JSON."""
    took = {"preparation": asdict(spend(prepare))}
    took |= {model: asdict(spend(work)) for model, work in models.items()}
    print(json.dumps({"took": took, "peak_memory": peak_memory()}))
