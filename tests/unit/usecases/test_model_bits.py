from __future__ import annotations

import pytest

from headwater.usecases.databases import open_database
from headwater.usecases.reports.model_bits import all_bits, bits_where, holds_model, under_models

# As many as an account has at most: sixteen built-in ones, sixteen of its own.
MODELS = tuple(f"model_{number}" for number in range(32))


@pytest.mark.parametrize("model", [MODELS[0], MODELS[15], MODELS[31]])
def test_each_of_32_models_is_found_in_a_set_of_itself_and_in_no_other(model: str) -> None:
    held = bits_where(f"'{{}}' = '{model}'", MODELS)
    with open_database() as db:
        found = db.execute(
            f"SELECT model FROM {under_models(f'(SELECT {held} AS held)', MODELS)} "
            f"WHERE {holds_model('held')}"
        ).fetchall()
    assert found == [(model,)]


def test_a_condition_that_always_holds_makes_the_set_of_all() -> None:
    with open_database() as db:
        found = db.execute(f"SELECT {bits_where('true', MODELS)}").fetchall()
    assert found == [(all_bits(MODELS),)]


def test_rows_stand_under_each_model_with_its_own_columns() -> None:
    rows = under_models("(SELECT 1 AS a_net, 2 AS b_net)", ("a", "b"), net="{}_net".format)
    with open_database() as db:
        found = db.execute(f"SELECT model, bit, net FROM {rows} ORDER BY bit").fetchall()
    assert found == [("a", 0, 1), ("b", 1, 2)]
