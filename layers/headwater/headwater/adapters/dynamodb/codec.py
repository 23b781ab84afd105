"""Domain objects as plain values, and back by the types that their fields declare.

Plain values are what JSON and DynamoDB both know: text, integers, booleans, lists and mappings.
An amount is its decimal text and an instant has its fixed spelling, so the same object always
gives the same values. A field that the stored values lack has its default.
"""

from __future__ import annotations

import functools
import json
import types
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from headwater.adapters.dynamodb import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

type Reader = Callable[[Any], Any]

# Domain modules import these for the type checker only, so their annotations are bare names.
_NAMES = {"date": date, "datetime": datetime, "Decimal": Decimal}
_READERS: dict[Any, Reader] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: Decimal,
}


def to_plain(value: Any) -> Any:  # noqa: ANN401 - one return per kind of value
    """Return a value as text, integers, booleans, lists and mappings."""
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return keys.instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    message = f"{type(value).__name__} has no plain form"
    raise TypeError(message)


def to_attributes(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass
    """Return a dataclass's plain values without the texts that are empty by default.

    Most items have a dozen of them, and an item is paid for by its size.
    """
    return {
        field.name: to_plain(getattr(value, field.name))
        for field in fields(value)
        if field.default != "" or getattr(value, field.name) != ""
    }


def from_plain[T](cls: type[T], values: Mapping[str, Any]) -> T:
    """Build a dataclass from its plain values; what else the mapping holds is passed over."""
    dataclass: Any = cls  # mypy finds no hash in a type[T], and the cache wants one
    readers = _field_readers(dataclass)
    return cls(**{name: read(values[name]) for name, read in readers.items() if name in values})


def to_document(value: object) -> str:
    """Return a dataclass as canonical JSON."""
    return json.dumps(to_plain(value), sort_keys=True, separators=(",", ":"))


def from_document[T](cls: type[T], document: str) -> T:
    """Build a dataclass from its canonical JSON."""
    return from_plain(cls, json.loads(document))


@functools.cache
def _field_readers(cls: type) -> dict[str, Reader]:
    return {name: _reader(hint) for name, hint in get_type_hints(cls, localns=_NAMES).items()}


def _reader(hint: Any) -> Reader:  # noqa: ANN401
    if is_dataclass(hint) and isinstance(hint, type):
        return functools.partial(from_plain, hint)
    if get_origin(hint) is types.UnionType:
        inner = _reader(next(arg for arg in get_args(hint) if arg is not types.NoneType))
        return lambda value: None if value is None else inner(value)
    if get_origin(hint) is tuple:
        return _tuple_reader(get_args(hint))
    return _READERS.get(hint, _as_is)


def _tuple_reader(items: tuple[Any, ...]) -> Reader:
    if items[-1] is Ellipsis:
        every = _reader(items[0])
        return lambda values: tuple(every(value) for value in values)
    each = [_reader(item) for item in items]
    return lambda values: tuple(read(value) for read, value in zip(each, values, strict=True))


def _as_is(value: Any) -> Any:  # noqa: ANN401
    return value
