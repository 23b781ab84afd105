"""Sets of models as numbers with a bit for each: sixteen models cost a row one column, not many.

Rows are grouped by such numbers first; then the few groups stand once under each model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# What of a row stands under a model, as SQL.
type ColumnOf = Callable[[str], str]


def bits_where(condition: str, models: Sequence[str]) -> str:
    """Return the SQL of the set of models for which a condition holds; ``{}`` is their name."""
    bits = (
        f"({condition.format(model)})::UINTEGER << {place}" for place, model in enumerate(models)
    )
    return f"({' | '.join(f'({bit})' for bit in bits)})"


def all_bits(models: Sequence[str]) -> int:
    """Return the set of all of some models."""
    return (1 << len(models)) - 1


def under_models(relation: str, models: Sequence[str], **columns: ColumnOf) -> str:
    """Return the SQL of a relation's rows once under each model.

    Args:
        relation: the rows.
        models: the models, in the order of their bits.
        columns: what each row has besides ``model`` and the place of its ``bit``, by name.
    """
    lists = {
        "model": [f"'{model}'" for model in models],
        "bit": [str(place) for place in range(len(models))],
        **{name: [of(model) for model in models] for name, of in columns.items()},
    }
    unnested = ", ".join(f"unnest([{', '.join(sql)}]) AS {name}" for name, sql in lists.items())
    return f"(SELECT *, {unnested} FROM {relation})"


def holds_model(bits: str) -> str:
    """Return the SQL of whether a set holds the model of a row of ``under_models``."""
    return f"({bits} >> bit) & 1 = 1"
