"""Requests held against the facts of a vendor's specification."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter as a specification declares it.

    ``type`` is string, integer, boolean, day, array (JSON) or list (between commas); ``choices``
    are the values, or the items of an array or list, that it may have; ``least`` and ``most`` bound
    a number.
    """

    name: str
    type: str = "string"
    is_required: bool = False
    choices: frozenset[str] = frozenset()
    least: int | None = None
    most: int | None = None


def faults_of(query: Mapping[str, str], parameters: Iterable[Parameter]) -> list[str]:
    """Return what of a query breaks a specification, one sentence per fault."""
    known = {one.name: one for one in parameters}
    faults = [f"{name}: unknown parameter" for name in query if name not in known]
    for one in known.values():
        if one.name not in query:
            faults += [f"{one.name}: missing"] * one.is_required
        elif fault := _fault_of(query[one.name], one):
            faults.append(f"{one.name}: {fault}")
    return faults


def _fault_of(value: str, parameter: Parameter) -> str:
    return _TYPES[parameter.type](value, parameter)


def _string(value: str, parameter: Parameter) -> str:
    if parameter.choices and value not in parameter.choices:
        return f"not one of {', '.join(sorted(parameter.choices))}"
    return ""


def _integer(value: str, parameter: Parameter) -> str:
    if not re.fullmatch(r"-?\d+", value):
        return "not an integer"
    number = int(value)
    if parameter.least is not None and number < parameter.least:
        return f"less than {parameter.least}"
    if parameter.most is not None and number > parameter.most:
        return f"more than {parameter.most}"
    return ""


def _boolean(value: str, _: Parameter) -> str:
    return "" if value in {"true", "false"} else "not a boolean"


def _day(value: str, _: Parameter) -> str:
    return "" if _DAY.fullmatch(value) else "not a day"


def _array(value: str, parameter: Parameter) -> str:
    try:
        items = json.loads(value)
    except ValueError:
        return "not JSON"
    if not isinstance(items, list) or not items:
        return "not an array with items"
    if parameter.most is not None and len(items) > parameter.most:
        return f"more than {parameter.most} items"
    strange = [str(item) for item in items if parameter.choices and item not in parameter.choices]
    return f"{', '.join(strange)}: no such item" if strange else ""


def _list(value: str, parameter: Parameter) -> str:
    strange = [item for item in value.split(",") if item not in parameter.choices]
    return f"{', '.join(strange)}: no such item" if strange else ""


_TYPES: dict[str, Callable[[str, Parameter], str]] = {
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
    "day": _day,
    "array": _array,
    "list": _list,
}
