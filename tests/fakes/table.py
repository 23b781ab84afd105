"""A DynamoDB table in a dictionary: the adapters' own logic runs on it, many times faster.

It reads the few expressions that the adapters write. The contract tests of the adapters run on it
as they do on (mocked) AWS.
"""

from __future__ import annotations

import operator
import re
from functools import reduce
from threading import RLock
from typing import TYPE_CHECKING, Any

from headwater.adapters.dynamodb.attributes import pack_item, unpack_item
from headwater.adapters.dynamodb.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.keys import Key
    from headwater.adapters.dynamodb.table import ConditionalDelete, ConditionalPut, Index

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_COMMA_OUTSIDE_PARENTHESES = re.compile(r",\s*(?![^(]*\))")


class FakeTable(Table):
    """The methods of ``Table`` over a dictionary of items."""

    def __init__(self, name: str = "table") -> None:
        self.name = name
        self._items: dict[Key, Item] = {}
        self._lock = RLock()

    def items(self) -> list[Item]:
        """Return all items, in order of their keys."""
        with self._lock:
            return [dict(self._items[key]) for key in sorted(self._items)]

    def get(self, key: Key) -> Item | None:
        with self._lock:
            return _copy(self._items[key]) if key in self._items else None

    def get_many(
        self,
        keys: Collection[Key],
        attributes: Sequence[str] = (),
        *,
        is_latest: bool = True,  # noqa: ARG002 - a dictionary knows no other items
    ) -> dict[Key, Item]:
        found = {key: item for key in dict.fromkeys(keys) if (item := self.get(key))}
        return {key: _only(item, attributes) for key, item in found.items()}

    def put(self, item: Item, condition: str = "", values: Mapping[str, Any] | None = None) -> bool:
        with self._lock:
            key = (item["pk"], item["sk"])
            if not _holds(condition, values or {}, self._items.get(key, {})):
                return False
            self._items[key] = _copy(item)
            return True

    def update(
        self,
        key: Key,
        expression: str,
        values: Mapping[str, Any],
        *,
        condition: str = "",
        returns: str = "NONE",
    ) -> Item | None:
        with self._lock:
            stored = self._items.get(key, {})
            if not _holds(condition, values, stored):
                return None
            changed = _changed(expression, values, stored) | {"pk": key[0], "sk": key[1]}
            self._items[key] = _copy(changed)
        return {"NONE": {}, "ALL_OLD": stored, "ALL_NEW": changed}[returns]

    def delete(self, key: Key, condition: str, values: Mapping[str, Any]) -> bool:
        with self._lock:
            if not _holds(condition, values, self._items.get(key, {})):
                return False
            self._items.pop(key, None)
            return True

    def put_together(
        self, puts: Sequence[ConditionalPut], deletes: Sequence[ConditionalDelete] = ()
    ) -> bool:
        with self._lock:
            asked = [
                *(((put.item["pk"], put.item["sk"]), put.condition, put.values) for put in puts),
                *((gone.key, gone.condition, gone.values) for gone in deletes),
            ]
            if not all(
                _holds(condition, values, self._items.get(key, {}))
                for key, condition, values in asked
            ):
                return False
            self.put_many([put.item for put in puts])
            self.delete_many([gone.key for gone in deletes])
            return True

    def put_many(self, items: Sequence[Item]) -> None:
        with self._lock:
            self._items |= {(item["pk"], item["sk"]): _copy(item) for item in items}

    def delete_many(self, keys: Sequence[Key]) -> None:
        with self._lock:
            for key in keys:
                self._items.pop(key, None)

    def query(
        self,
        partition: str,
        *,
        prefix: str = "",
        index: Index | None = None,
        between: tuple[str, str] | None = None,
        attributes: Sequence[str] = (),
        is_descending: bool = False,
        page_size: int = 0,  # noqa: ARG002 - a dictionary answers in one piece
    ) -> Iterator[Item]:
        hash_key, range_key = (index.partition_key, index.range_key) if index else ("pk", "sk")
        found = [
            item
            for item in self.items()
            if item.get(hash_key) == partition
            and (place := item.get(range_key)) is not None
            and place.startswith(prefix)
            and (between is None or between[0] <= place <= between[1])
        ]
        ordered = _by(range_key, found)[:: -1 if is_descending else 1]
        yield from (_only(_copy(item), attributes) for item in ordered)


def _by(range_key: str, items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: str(item[range_key]))


def _copy(item: Item) -> Item:
    return unpack_item(pack_item(item))


def _only(item: Item, attributes: Sequence[str]) -> Item:
    wanted = {"pk", "sk", *attributes} if attributes else item.keys()
    return {name: value for name, value in item.items() if name in wanted}


def _holds(condition: str, values: Mapping[str, Any], item: Item) -> bool:
    """Tell whether a condition (any of several, each of which needs all its parts) holds."""
    if not condition:
        return True
    return any(
        all(_is_true(part.strip(), values, item) for part in each.split(" AND "))
        for each in condition.split(" OR ")
    )


def _is_true(part: str, values: Mapping[str, Any], item: Item) -> bool:
    if asked := re.fullmatch(r"attribute_(not_)?exists\(#(\w+)\)", part):
        return (asked[2] in item) is not bool(asked[1])
    attribute, comparison, value = part.split(" ")
    there = item.get(attribute.removeprefix("#"))
    return there is not None and _COMPARISONS[comparison](there, values[value.removeprefix(":")])


def _changed(expression: str, values: Mapping[str, Any], item: Item) -> Item:
    """Return what SET and REMOVE make of an item."""
    sets, _, removes = expression.partition("REMOVE ")
    changed = dict(item)
    for assignment in _parts(sets.removeprefix("SET ")):
        name, _, terms = assignment.partition(" = ")
        summands = [_value(term.strip(), values, item) for term in terms.split(" + ")]
        changed[name.removeprefix("#")] = reduce(operator.add, summands)
    for name in _parts(removes):
        changed.pop(name.removeprefix("#"), None)
    return changed


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _COMMA_OUTSIDE_PARENTHESES.split(text) if part.strip()]


def _value(term: str, values: Mapping[str, Any], item: Item) -> Any:  # noqa: ANN401
    if fallback := re.fullmatch(r"if_not_exists\(#(\w+), (:\w+)\)", term):
        name, other = fallback.groups()
        return item[name] if name in item else _value(other, values, item)
    return values[term.removeprefix(":")]
