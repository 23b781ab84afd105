"""An account's models as plain JSON values, read parameter by parameter to name each bad one.

A model's document names its parameters only where they differ from its default: a built-in model's
from its own, a custom model's from those of its kind.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.attribution.definitions import (
    MULTI_TOUCH_WINDOW,
    POSITION_WEIGHTS,
    ROLE_KINDS,
    W_WEIGHTS,
    Direct,
    Kind,
    ModelDefinition,
    Scope,
    TouchFilter,
)
from headwater.domain.models import MODEL_NAME, MODELS
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from enum import StrEnum

MOST_CUSTOM_MODELS = 16
MOST_NAMES, LONGEST_NAME = 100, 200
LONGEST_DAYS = 3_650
# Orders count once per dimension value under it, which no other model's reports do.
CUSTOM_KINDS = tuple(kind.value for kind in Kind if kind is not Kind.ROLES_FULL)
# Names that would give a column another meaning.
_RESERVED = frozenset({"attributed", "creditable", "duplicate", "order", "pre_tracking", "rest"})
_WEIGHTS = {Kind.POSITION: POSITION_WEIGHTS, Kind.W_SHAPED: W_WEIGHTS}
_A_DAY = timedelta(days=1)
_WHOLE = 100


class InvalidModelsError(InvalidParameterError):
    """Some models cannot work.

    Attributes:
        faults: where (``models.<name>.<parameter>``) and why, one for each bad parameter.
    """

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{where}: {reason}" for where, reason in faults))
        self.faults = tuple(faults)


class _BadValueError(Exception):
    """Why one value cannot be taken."""


def models_from_document(
    document: Any,  # noqa: ANN401 - any JSON value
    defaults: Sequence[ModelDefinition],
) -> tuple[ModelDefinition, ...]:
    """Read an account's models: the built-in ones with what the document changes, then its own.

    Args:
        document: name → parameters.
        defaults: the built-in models.

    Raises:
        InvalidModelsError: naming each bad model, parameter and the reason.
    """
    if not isinstance(document, dict):
        raise InvalidModelsError([("models", "give an object of models by name")])
    faults: list[tuple[str, str]] = []
    built_in = {model.name: model for model in defaults}
    own = sorted(set(document) - set(built_in))
    if len(own) > MOST_CUSTOM_MODELS:
        faults.append(("models", f"at most {MOST_CUSTOM_MODELS} of your own"))
    models = []
    for name in (*built_in, *own[:MOST_CUSTOM_MODELS]):
        start = built_in.get(name) or _custom(name, document[name], built_in, faults)
        if start is not None:
            models.append(_read_model(start, document.get(name, {}), built_in, faults))
    if faults:
        raise InvalidModelsError(faults)
    return tuple(models)


def model_document(model: ModelDefinition) -> dict[str, Any]:
    """Return all parameters that mean something for a model, as plain JSON values."""
    values: dict[str, Any] = {
        "kind": model.kind.value,
        "window_days": None if model.window is None else _days(model.window),
        "direct": model.filter.direct.value,
        "campaign_first": model.filter.campaign_first,
        "channels": list(model.filter.channels),
        "excluded_channels": list(model.filter.excluded_channels),
        "excluded_campaigns": list(model.filter.excluded_campaigns),
        "paid_only": model.filter.paid_only,
        "conversion_cycle": model.conversion_cycle,
        "orders": model.orders.value,
        "weights": list(model.weights),
        "half_life_days": _days(model.half_life),
    }
    return {name: value for name, value in values.items() if _applies(name, model.kind)}


def changes_document(
    models: Sequence[ModelDefinition], defaults: Sequence[ModelDefinition]
) -> dict[str, Any]:
    """Return what ``models_from_document`` reads back to the same models."""
    built_in = {model.name: model for model in defaults}
    changes = {}
    for model in models:
        document = model_document(model)
        if default := built_in.get(model.name):
            before = model_document(default)
            document = {name: value for name, value in document.items() if value != before[name]}
        if document:
            changes[model.name] = document
    return changes


def _custom(
    name: str,
    document: Any,  # noqa: ANN401 - any JSON value
    built_in: Mapping[str, ModelDefinition],
    faults: list[tuple[str, str]],
) -> ModelDefinition | None:
    """Return a custom model before its parameters are read."""
    place = f"models.{name[:64]}"
    if not re.fullmatch(MODEL_NAME, name) or name in _RESERVED or name in MODELS:
        reason = "a name is up to 32 of a-z, 0-9 and _, begins with a letter, and is not taken"
        faults.append((place, reason))
        return None
    kind = document.get("kind") if isinstance(document, dict) else None
    if kind not in CUSTOM_KINDS:
        faults.append((f"{place}.kind", f"choose among {', '.join(CUSTOM_KINDS)}"))
        return None
    known = Kind(kind)
    # A lead's window is that of the built-in model of the same name.
    is_lead = known in {Kind.NEW_LEAD, Kind.REENGAGED_LEAD}
    window = built_in[known.value].window if is_lead else MULTI_TOUCH_WINDOW
    return ModelDefinition(
        name, known, None if known in ROLE_KINDS else window, weights=_WEIGHTS.get(known, ())
    )


def _read_model(
    model: ModelDefinition,
    document: Any,  # noqa: ANN401 - any JSON value
    built_in: Mapping[str, ModelDefinition],
    faults: list[tuple[str, str]],
) -> ModelDefinition:
    place = f"models.{model.name}"
    if not isinstance(document, dict):
        faults.append((place, "give an object of parameters"))
        return model
    changed: dict[str, Any] = {}
    filters: dict[str, Any] = {}
    for name, value in document.items():
        if name == "kind" and (model.name not in built_in or value == model.kind):
            continue
        if name not in _READERS or not _applies(name, model.kind):
            faults.append((f"{place}.{name[:64]}", _unknown(name, model)))
            continue
        try:
            read = _READERS[name](value, model.kind)
        except _BadValueError as error:
            faults.append((f"{place}.{name}", str(error)))
            continue
        if name in _FILTERS:
            filters[name] = read
        else:
            parameter: str = name
            changed[_FIELDS.get(parameter, parameter)] = read
    return replace(model, **changed, filter=replace(model.filter, **filters))


def _unknown(name: str, model: ModelDefinition) -> str:
    if name == "kind":
        return f"this model is of kind {model.kind}; give one of your own another name"
    return f"a model of kind {model.kind} has no such parameter"


def _applies(name: str, kind: Kind) -> bool:
    if name == "window_days":
        return kind not in ROLE_KINDS
    if name == "weights":
        return kind in _WEIGHTS
    return kind is Kind.DECAY if name == "half_life_days" else True


def _days(span: timedelta) -> int | float:
    days = span / _A_DAY
    return int(days) if days.is_integer() else days


def _read_days(value: Any, _kind: Kind) -> timedelta:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        message = "a number of days"
        raise _BadValueError(message)
    if not 0 < value <= LONGEST_DAYS:
        message = f"more than 0 and at most {LONGEST_DAYS} days"
        raise _BadValueError(message)
    span = timedelta(days=float(value))
    if not span:
        message = "longer than nothing"
        raise _BadValueError(message)
    return span


def _read_window(value: Any, kind: Kind) -> timedelta | None:  # noqa: ANN401 - any JSON value
    return None if value is None else _read_days(value, kind)


def _read_flag(value: Any, _kind: Kind) -> bool:  # noqa: ANN401 - any JSON value
    if not isinstance(value, bool):
        message = "true or false"
        raise _BadValueError(message)
    return value


def _read_names(value: Any, _kind: Kind) -> tuple[str, ...]:  # noqa: ANN401 - any JSON value
    if not isinstance(value, list) or len(value) > MOST_NAMES:
        message = f"a list of at most {MOST_NAMES} names"
        raise _BadValueError(message)
    for name in value:
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
            message = f"a name is a text of 1 to {LONGEST_NAME} characters"
            raise _BadValueError(message)
    return tuple(dict.fromkeys(value))


def _read_weights(value: Any, kind: Kind) -> tuple[int, ...]:  # noqa: ANN401 - any JSON value
    wanted = len(_WEIGHTS[kind])
    is_whole = isinstance(value, list) and all(
        isinstance(each, int) and not isinstance(each, bool) and each >= 0 for each in value
    )
    if not is_whole or len(value) != wanted or sum(value) != _WHOLE:
        message = f"{wanted} whole percentages that sum to {_WHOLE}"
        raise _BadValueError(message)
    return tuple(value)


def _reader_of[E: StrEnum](choices: type[E]) -> Callable[[Any, Kind], E]:
    def read(value: Any, _kind: Kind) -> E:  # noqa: ANN401 - any JSON value
        try:
            return choices(value)
        except ValueError:
            message = f"choose among {', '.join(choices)}"
            raise _BadValueError(message) from None

    return read


_READERS: dict[str, Callable[[Any, Kind], Any]] = {
    "window_days": _read_window,
    "direct": _reader_of(Direct),
    "campaign_first": _read_flag,
    "channels": _read_names,
    "excluded_channels": _read_names,
    "excluded_campaigns": _read_names,
    "paid_only": _read_flag,
    "conversion_cycle": _read_flag,
    "orders": _reader_of(Scope),
    "weights": _read_weights,
    "half_life_days": _read_days,
}
# What a definition calls them.
_FIELDS = {"window_days": "window", "half_life_days": "half_life"}
_FILTERS = frozenset(TouchFilter.__dataclass_fields__)
