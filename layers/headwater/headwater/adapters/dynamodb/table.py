"""One DynamoDB table, with items as plain mappings.

In an expression, ``#name`` stands for the attribute of that name and ``:value`` for a value that
is passed along; no attribute has to be declared twice and no reserved word gets in the way.
"""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from headwater.adapters.aws_errors import code_of, translated
from headwater.adapters.dynamodb.attributes import (
    pack_item,
    pack_key,
    pack_values,
    unpack_item,
)
from headwater.adapters.parallel import in_parallel
from headwater.errors import RateLimitedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.keys import Key

# DynamoDB's own limits: keys in one BatchGetItem, items in one BatchWriteItem.
_READS, _WRITES = 100, 25
# Together about six seconds of waiting, well inside the shortest function timeout.
_BATCH_ATTEMPTS = 8
_FIRST_WAIT = 0.05


@dataclass(frozen=True, slots=True)
class ConditionalPut:
    """An item, and what must hold of the stored one for it to be written, if anything."""

    item: Item
    condition: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConditionalDelete:
    """An item's key, and what must hold of it for it to be deleted, if anything."""

    key: Key
    condition: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Index:
    """An index of a table and its two keys."""

    name: str
    partition_key: str
    range_key: str


# What both tables of events have: a month's items, in order of day.
BY_DAY = Index("by_day", "month_key", "day_key")
# A node's orders.
BY_EMAIL = Index("by_email", "email_key", "pk")
BY_CUSTOMER = Index("by_customer", "customer_key", "pk")
_PRIMARY = Index("", "pk", "sk")


class Table:
    """Reads and writes of one table; every read is strongly consistent except by an index.

    All methods raise RateLimitedError and StoreUnavailableError.

    Args:
        client: a low-level DynamoDB client; one client may serve many tables and threads.
        name: the table's name.
        sleep: waits a number of seconds between two attempts of a batch.
    """

    def __init__(
        self, client: DynamoDBClient, name: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client: Any = client
        self.name = name
        self._sleep = sleep

    def get(self, key: Key) -> Item | None:
        """Return one item, or None."""
        with translated():
            answer = self._client.get_item(
                TableName=self.name, Key=pack_key(key), ConsistentRead=True
            )
        return unpack_item(answer["Item"]) if "Item" in answer else None

    def get_many(
        self, keys: Collection[Key], attributes: Sequence[str] = (), *, is_latest: bool = True
    ) -> dict[Key, Item]:
        """Return those of the items that exist, by key, whole or with some attributes only.

        Without ``is_latest`` they may be as they were a moment ago, at half the price.
        """
        wanted = list(dict.fromkeys(keys))
        chunks = [wanted[i : i + _READS] for i in range(0, len(wanted), _READS)]
        pages = in_parallel(lambda chunk: self._get_chunk(chunk, attributes, is_latest), chunks)
        return {(item["pk"], item["sk"]): item for page in pages for item in page}

    def put(self, item: Item, condition: str = "", values: Mapping[str, Any] | None = None) -> bool:
        """Write an item; return False, changing nothing, where the condition does not hold."""
        return self._changes("put_item", condition, values, Item=pack_item(item)) is not None

    def update(
        self,
        key: Key,
        expression: str,
        values: Mapping[str, Any],
        *,
        condition: str = "",
        returns: str = "NONE",
    ) -> Item | None:
        """Change an item's attributes.

        Returns:
            The attributes that ``returns`` (a DynamoDB ``ReturnValues``) asks for, or None where
            the condition does not hold and nothing is changed.
        """
        return self._changes(
            "update_item",
            condition,
            values,
            Key=pack_key(key),
            UpdateExpression=expression,
            ReturnValues=returns,
        )

    def delete(self, key: Key, condition: str, values: Mapping[str, Any]) -> bool:
        """Delete an item; return False, changing nothing, where the condition does not hold."""
        return self._changes("delete_item", condition, values, Key=pack_key(key)) is not None

    def put_together(
        self, puts: Sequence[ConditionalPut], deletes: Sequence[ConditionalDelete] = ()
    ) -> bool:
        """Write and delete all items if all conditions hold; else change none and return False.

        Somebody else's write of one of the items at the same moment counts as a condition that
        does not hold. DynamoDB charges a transaction double.
        """
        writes = [
            *({"Put": {"Item": pack_item(put.item), **self._guarded(put)}} for put in puts),
            *({"Delete": {"Key": pack_key(gone.key), **self._guarded(gone)}} for gone in deletes),
        ]
        try:
            with translated():
                self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            reasons = {each["Code"] for each in error.response.get("CancellationReasons", [])}
            if reasons & {"ConditionalCheckFailed", "TransactionConflict"}:
                return False
            raise
        return True

    def put_many(self, items: Sequence[Item]) -> None:
        """Write items without a condition, each key once."""
        self._write_many([{"PutRequest": {"Item": pack_item(item)}} for item in items])

    def delete_many(self, keys: Sequence[Key]) -> None:
        """Delete items without a condition, each key once; one that is gone stays so."""
        self._write_many([{"DeleteRequest": {"Key": pack_key(key)}} for key in keys])

    def query(
        self,
        partition: str,
        *,
        prefix: str = "",
        index: Index | None = None,
        between: tuple[str, str] | None = None,
        attributes: Sequence[str] = (),
        is_descending: bool = False,
        page_size: int = 0,
    ) -> Iterator[Item]:
        """Return a partition's items in order of their range key, page after page.

        Args:
            partition: the value of the partition key.
            prefix: what the range key ``sk`` begins with; of no use with an index.
            index: an index to read instead of the table (eventually consistent).
            between: the bounds of the range key, both inclusive.
            attributes: only these attributes, where given.
            is_descending: the last item first.
            page_size: items of one answer, for a caller who takes no more; 0 is a megabyte's.
        """
        keys = index or _PRIMARY
        condition = f"#{keys.partition_key} = :partition"
        values = {"partition": partition}
        if prefix:
            condition += " AND begins_with(#sk, :prefix)"
            values["prefix"] = prefix
        if between:
            condition += f" AND #{keys.range_key} BETWEEN :first AND :last"
            values |= {"first": between[0], "last": between[1]}
        projection = ", ".join(f"#{name}" for name in attributes)
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": pack_values(values),
            **({"IndexName": keys.name} if index else {"ConsistentRead": True}),
            **({"ProjectionExpression": projection} if projection else {}),
            **({"ScanIndexForward": False} if is_descending else {}),
            **({"Limit": page_size} if page_size else {}),
            **_names(condition, projection),
        }
        with translated():
            for page in self._client.get_paginator("query").paginate(**request):
                yield from map(unpack_item, page["Items"])

    def _guarded(self, change: ConditionalPut | ConditionalDelete) -> dict[str, Any]:
        values = change.values
        return {
            "TableName": self.name,
            **({"ConditionExpression": change.condition} if change.condition else {}),
            **({"ExpressionAttributeValues": pack_values(values)} if values else {}),
            **_names(change.condition),
        }

    def _changes(
        self,
        operation: str,
        condition: str,
        values: Mapping[str, Any] | None,
        **request: Any,  # noqa: ANN401 - an operation's own arguments
    ) -> Item | None:
        if condition:
            request["ConditionExpression"] = condition
        if values:
            request["ExpressionAttributeValues"] = pack_values(values)
        request |= _names(condition, request.get("UpdateExpression", ""))
        try:
            with translated():
                answer = getattr(self._client, operation)(TableName=self.name, **request)
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return None
            raise
        return unpack_item(answer.get("Attributes", {}))

    def _get_chunk(
        self, chunk: Sequence[Key], attributes: Sequence[str], is_latest: bool
    ) -> list[Item]:
        request: dict[str, Any] = {
            "Keys": [pack_key(key) for key in chunk],
            "ConsistentRead": is_latest,
        }
        if attributes:
            projection = ", ".join(f"#{name}" for name in ("pk", "sk", *attributes))
            request |= {"ProjectionExpression": projection, **_names(projection)}
        found: list[Item] = []
        pending = {self.name: request}
        attempt = 0
        while pending:
            with translated():
                answer = self._client.batch_get_item(RequestItems=pending)
            found.extend(map(unpack_item, answer["Responses"].get(self.name, [])))
            if pending := answer.get("UnprocessedKeys", {}):
                self._wait(attempt := attempt + 1)
        return found

    def _write_many(self, requests: Sequence[dict[str, Any]]) -> None:
        chunks = [requests[i : i + _WRITES] for i in range(0, len(requests), _WRITES)]
        in_parallel(self._write_chunk, chunks)

    def _write_chunk(self, chunk: Sequence[dict[str, Any]]) -> None:
        pending = {self.name: list(chunk)}
        attempt = 0
        while pending:
            with translated():
                answer = self._client.batch_write_item(RequestItems=pending)
            if pending := answer.get("UnprocessedItems", {}):
                self._wait(attempt := attempt + 1)

    def _wait(self, attempt: int) -> None:
        """Wait, ever longer; raise once the attempts are used up."""
        if attempt == _BATCH_ATTEMPTS:
            message = f"{self.name} keeps leaving items of a batch undone"
            raise RateLimitedError(message)
        # Jitter keeps workers that were throttled together from coming back together.
        self._sleep(_FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.5, 1))  # noqa: S311


def _names(*expressions: str) -> dict[str, dict[str, str]]:
    found = {name for text in expressions for name in re.findall(r"#(\w+)", text)}
    if not found:
        return {}
    return {"ExpressionAttributeNames": {f"#{name}": name for name in sorted(found)}}
