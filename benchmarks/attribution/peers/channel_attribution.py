"""ChannelAttribution on ready-made paths: ``python -m … <paths>``.

Preparing is what it asks of its user: equal paths counted into one row. Its Markov model is
simulated, with an error of some percent at these defaults.
"""

from __future__ import annotations

import sys
from typing import Any

import pandas as pd
from ChannelAttribution import heuristic_models, markov_model

from benchmarks.attribution.peers.clock import tell


def main(folder: str) -> None:
    """Run the models that it shares with the engine."""
    paths = pd.read_csv(f"{folder}/paths.csv")
    counted: list[Any] = []

    def prepare() -> None:
        rows = paths.assign(nulls=1 - paths["is_converted"])
        counted.append(
            rows.groupby("path", as_index=False)[["is_converted", "revenue", "nulls"]].sum()
        )

    def markov() -> object:
        return markov_model(
            counted[0],
            var_path="path",
            var_conv="is_converted",
            var_value="revenue",
            var_null="nulls",
            verbose=False,
        )

    tell(
        prepare,
        {
            "first_click+last_touch+linear_all": lambda: heuristic_models(
                counted[0], var_path="path", var_conv="is_converted", var_value="revenue"
            ),
            "markov": markov,
        },
    )


if __name__ == "__main__":
    main(sys.argv[1])
