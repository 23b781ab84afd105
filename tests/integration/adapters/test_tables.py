"""What DynamoDB does under load: parts of a batch left undone, throttling, outages, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from headwater.adapters.dynamodb.table import Table
from headwater.errors import RateLimitedError, StoreUnavailableError

if TYPE_CHECKING:
    from tests.integration.adapters.conftest import Tables

KEYS = [("part", f"{n:03}") for n in range(130)]
ITEMS: list[dict[str, Any]] = [{"pk": pk, "sk": sk, "n": n} for n, (pk, sk) in enumerate(KEYS)]


class Throttled:
    """A client that does only the first half of a batch, so many times; the rest is left over."""

    def __init__(self, client: Any, times: int) -> None:  # noqa: ANN401
        self._client = client
        self._times = times

    def _halve(self, requests: list[Any]) -> tuple[list[Any], list[Any]]:
        if self._times == 0:
            return requests, []
        self._times -= 1
        return requests[: len(requests) // 2], requests[len(requests) // 2 :]

    def batch_write_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        ((name, requests),) = RequestItems.items()
        done, left = self._halve(requests)
        if done:
            self._client.batch_write_item(RequestItems={name: done})
        return {"UnprocessedItems": {name: left} if left else {}}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        ((name, request),) = RequestItems.items()
        done, left = self._halve(request["Keys"])
        found = []
        if done:
            answer = self._client.batch_get_item(RequestItems={name: {**request, "Keys": done}})
            found = answer["Responses"][name]
        unprocessed = {name: {**request, "Keys": left}} if left else {}
        return {"Responses": {name: found}, "UnprocessedKeys": unprocessed}


class Failing:
    """A client whose every call fails in one way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get_item(self, **_: object) -> None:
        raise self._error


def throttled(tables: Tables, naps: list[float], times: int) -> Table:
    client: Any = Throttled(tables.client, times)
    return Table(client, tables.costs.name, sleep=naps.append)


def client_error(code: str, status: int) -> ClientError:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "GetItem")


def test_what_a_batch_write_leaves_over_is_written_after_a_while(
    tables: Tables, naps: list[float]
) -> None:
    throttled(tables, naps, times=4).put_many(ITEMS)
    assert list(tables.costs.query("part")) == ITEMS
    assert len(naps) == 4


def test_what_a_batch_read_leaves_over_is_read_after_a_while(
    tables: Tables, naps: list[float]
) -> None:
    tables.costs.put_many(ITEMS)
    found = throttled(tables, naps, times=4).get_many(KEYS)
    assert found == dict(zip(KEYS, ITEMS, strict=True))
    assert len(naps) == 4


def test_the_waits_between_attempts_grow(tables: Tables, naps: list[float]) -> None:
    throttled(tables, naps, times=5).put_many(ITEMS[:2])
    assert len(naps) == 5
    assert all(0.025 * 2**n <= nap <= 0.05 * 2**n for n, nap in enumerate(naps))


def test_a_batch_that_stays_unfinished_is_given_up_for_later(
    tables: Tables, naps: list[float]
) -> None:
    with pytest.raises(RateLimitedError):
        throttled(tables, naps, times=99).put_many(ITEMS[:2])
    with pytest.raises(RateLimitedError):
        throttled(tables, naps, times=99).get_many(KEYS[:2])


def test_a_key_that_is_asked_for_twice_is_read_once(tables: Tables) -> None:
    tables.costs.put_many(ITEMS[:1])
    assert tables.costs.get_many([KEYS[0], KEYS[0], KEYS[1]]) == {KEYS[0]: ITEMS[0]}


def test_a_batch_read_may_ask_for_some_attributes_only(tables: Tables) -> None:
    tables.costs.put_many([{"pk": "part", "sk": "1", "status": "ok", "long": "x" * 1000}])
    found = tables.costs.get_many([("part", "1")], ("status",))
    assert found == {("part", "1"): {"pk": "part", "sk": "1", "status": "ok"}}


def test_a_query_reads_page_after_page(tables: Tables) -> None:
    # A page holds 1 MB.
    heavy = [{"pk": "part", "sk": f"{n:03}", "text": "x" * 100_000} for n in range(25)]
    tables.costs.put_many(heavy)
    assert list(tables.costs.query("part")) == heavy


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (client_error("ProvisionedThroughputExceededException", 400), RateLimitedError),
        (client_error("ThrottlingException", 400), RateLimitedError),
        (client_error("InternalServerError", 500), StoreUnavailableError),
        (EndpointConnectionError(endpoint_url="https://dynamodb"), StoreUnavailableError),
        (client_error("AccessDeniedException", 400), ClientError),
    ],
)
def test_an_error_of_aws_becomes_ours_where_a_retry_may_help(
    error: Exception, expected: type[Exception]
) -> None:
    client: Any = Failing(error)
    with pytest.raises(expected):
        Table(client, "table").get(("part", "1"))
