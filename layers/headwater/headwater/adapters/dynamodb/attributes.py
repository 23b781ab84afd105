"""Plain values as DynamoDB's typed attributes, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.adapters.dynamodb.keys import Key

type Item = dict[str, Any]


def pack_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an expression's values under their ``:names``."""
    return {f":{name}": _pack(value) for name, value in values.items()}


def pack_key(key: Key) -> dict[str, Any]:
    """Return a key as its two typed attributes."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def pack_item(item: Item) -> dict[str, Any]:
    """Return an item with its types; what is None is left out."""
    return {name: _pack(value) for name, value in item.items() if value is not None}


def unpack_item(attributes: Mapping[str, Any]) -> Item:
    """Return an item without its types; every number that we store is an integer."""
    return {name: _unpack(attribute) for name, attribute in attributes.items()}


def _pack(value: Any) -> dict[str, Any]:  # noqa: ANN401
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, list):
        return {"L": [_pack(item) for item in value]}
    if isinstance(value, dict):
        return {"M": pack_item(value)}
    if isinstance(value, str):
        return {"S": value}
    message = f"{type(value).__name__} is not stored"
    raise TypeError(message)


def _unpack(attribute: Mapping[str, Any]) -> Any:  # noqa: ANN401
    ((kind, value),) = attribute.items()
    if kind == "N":
        return int(value)
    if kind == "L":
        return [_unpack(item) for item in value]
    if kind == "M":
        return unpack_item(value)
    return value
