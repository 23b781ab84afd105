"""DP6's marketing-attribution-models on ready-made paths: ``python -m … <paths>``."""

from __future__ import annotations

import sys
from typing import Any

import polars as pl
from mam import MAM

from benchmarks.attribution.peers.clock import tell


def main(folder: str) -> None:
    """Run the models that it shares with the engine; its Shapley value is of another game."""
    paths = pl.read_parquet(f"{folder}/paths.parquet")
    made: list[Any] = []

    def prepare() -> None:
        made.append(
            MAM(
                paths,
                format_type="journey",
                user_id_colname="journey_id",
                channels_colname="path",
                journey_with_conv_colname="is_converted",
                time_till_conv_colname="hours_left",
                conversion_value_colname="revenue",
            )
        )

    tell(
        prepare,
        {
            "first_click": lambda: made[0].run_first_click().to_polars(),
            "last_touch": lambda: made[0].run_last_click().to_polars(),
            "linear_all": lambda: made[0].run_linear().to_polars(),
            "position_based": lambda: made[0].run_position_based().to_polars(),
            "time_decay": lambda: made[0].run_time_decay().to_polars(),
            "markov": lambda: made[0].run_markov().to_polars(),
        },
    )


if __name__ == "__main__":
    main(sys.argv[1])
