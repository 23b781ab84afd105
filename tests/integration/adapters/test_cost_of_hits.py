"""What a million hits cost: requests counted on the real adapters, times the price of each.

One page view to a request, and 40 % of them open a session: what shares a request costs less.
"""

from __future__ import annotations

import json
import math
import uuid
from collections import Counter
from contextlib import redirect_stdout
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from threading import Lock
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.s3.lake import S3Lake
from headwater.adapters.sqs.hit_queue import SqsHitQueue
from headwater.domain.rate_limits import RateLimits
from headwater.domain.sites import Site, Sites
from headwater.runtime import edge
from headwater.usecases.browser_answers import Request
from headwater.usecases.collect_hits import collect_hits
from headwater.usecases.record_hits import QueuedMessage, record_hits
from tests import prices
from tests.infrastructure.template_file import REPOSITORY, functions_of, load_template
from tests.integration.adapters.conftest import Tables, adapters_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headwater.usecases.browser_answers import Answer

BUDGET = Decimal("2.60")
# A shop with 1.3 million hits a month: its batches are small, and each is an object of its own.
QUIET_BUDGET = Decimal("3.25")
HITS, OPENING = 500, 5  # two of five open a session
KEY, ORIGIN = "5f0c9ae1b2d34477a1e09b6c", "https://www.shop.example"
SITES = Sites({KEY: Site("acme", "shop", frozenset({ORIGIN}))})
BROWSER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
# What Lambda bills: an edge waits for the queue, a worker twice for the table with each message.
# Neither can be measured here, where nothing is as far away as on AWS.
EDGE_SECONDS, WORKER_SECONDS_PER_HIT = Decimal("0.015"), Decimal("0.010")
# Lambda's poller asks a queue for ten messages at once, and deletes as many.
POLLED_AT_ONCE = 10
# What CloudWatch Logs adds to each line, and a worker's lines to each batch.
LINE_OVERHEAD, WORKER_LOG_BYTES = 26, 2_500
_CAPACITY, _PAGE = 1_024, 4_096


class Meter:
    """Counts what AWS bills of the calls of clients: units of DynamoDB, requests of the others."""

    def __init__(self, *clients: Any) -> None:  # noqa: ANN401
        self.units: Counter[str] = Counter()
        self._lock = Lock()
        for client in clients:
            client.meta.events.register("before-parameter-build.*", self._note)

    def _note(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:  # noqa: ANN401
        with self._lock:
            match model.name:
                case "PutItem":
                    self._write(params["Item"])
                case "UpdateItem":
                    self.units["writes"] += 1
                case "BatchWriteItem":
                    for requests in params["RequestItems"].values():
                        for request in requests:
                            self._write(request["PutRequest"]["Item"])
                case "BatchGetItem":
                    for asked in params["RequestItems"].values():
                        share = 2 if asked.get("ConsistentRead") else 1
                        self.units["half reads"] += share * len(asked["Keys"])
                case name:
                    self.units[name] += 1

    def _write(self, item: Mapping[str, Any]) -> None:
        units = math.ceil(_size(item) / _CAPACITY)
        # The index by day holds the whole item.
        self.units["writes"] += units * (2 if "month_key" in item else 1)


def _size(item: Mapping[str, Any]) -> int:
    return sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())


class Shop:
    """The edge, the queue and the worker on mocked AWS."""

    def __init__(self, tables: Tables, aws: Callable[[str], Any]) -> None:
        self.stores = adapters_on(tables.orders, tables.journeys, tables.costs, tables.accounts)
        sqs, s3 = aws("sqs"), aws("s3")
        url = sqs.create_queue(QueueName="hits")["QueueUrl"]
        bucket = f"lake-{uuid.uuid4().hex[:12]}"
        s3.create_bucket(Bucket=bucket)
        self.lake = S3Lake(s3, bucket)
        self.queue = SqsHitQueue(sqs, url)
        self.meter = Meter(tables.client, sqs, s3)
        self.sent: list[str] = []
        self.log = StringIO()
        self.answered = 0

    def hit(self, number: int) -> None:
        """Let a browser tell of a page, and the edge answer."""
        session = number * 2 // OPENING
        body = _post(number, session, self.stores.clock.now().timestamp() * 1000)
        request = Request("POST", "/e", headers=_headers(), body=body, source_ip="192.0.2.77")
        answer = collect_hits(
            request,
            sites=lambda: SITES,
            queue=self,
            clock=self.stores.clock,
            limits=RateLimits(per_second=1_000),
        )
        assert answer.hits == 1
        with redirect_stdout(self.log):
            edge.log(request, answer)
        self.answered += _bytes_of(answer)

    def send(self, messages: Sequence[str]) -> None:
        """Queue messages, as the edge does."""
        self.queue.send(messages)
        self.sent += messages

    def record(self) -> None:
        """Let the worker record what has been queued."""
        messages = [QueuedMessage(str(n), body) for n, body in enumerate(self.sent)]
        stores = self.stores
        result = record_hits(
            messages,
            journeys=stores.journeys,
            lake=self.lake,
            marks=stores.marks,
            tests=stores.validations,
            clock=stores.clock,
        )
        assert (result.failed, result.rejected) == ((), 0)
        self.sent.clear()


def _post(number: int, session: int, now: float) -> str:
    """Return what the script sends of a page view, of the length that it usually has."""
    marks = (
        f"utm_source=google&utm_medium=cpc&utm_campaign=Brand+{session % 50}&gclid={session:040x}"
    )
    event = {
        "type": "page",
        "id": f"{number:032x}",
        "created": round(now),
        "url": f"{ORIGIN}/products/{number % 500}?{marks}",
        "referrer": "https://www.google.com/",
        "page_type": "product",
        "visitor": f"{session:031x}v",
        "session": f"{session:031x}s",
    }
    envelope = {"v": 1, "key": KEY, "sent": round(now), "visitor": f"{session:031x}v"}
    return json.dumps(envelope | {"consent": "granted", "events": [event]})


def _headers() -> dict[str, str]:
    return {"origin": ORIGIN, "host": "t.shop.example", "user-agent": BROWSER}


def _bytes_of(answer: Answer) -> int:
    """Return what an answer takes on the line, with what the gateway says besides."""
    headers = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    return 200 + headers + sum(len(cookie) + 14 for cookie in answer.cookies) + len(answer.body)


def bill_of(shop: Shop, per_second: float) -> dict[str, Decimal]:
    """Return what a million hits cost that come at a rate, by service."""
    template = load_template()
    functions = functions_of(template)
    edge_gb = Decimal(functions["CollectHitsFunction"]["MemorySize"]) / 1024
    worker_gb = Decimal(template["Globals"]["Function"]["MemorySize"]) / 1024
    mapping = template["Resources"]["HitMapping"]["Properties"]
    window = template["Parameters"]["HitBatchingSeconds"]["Default"]
    at_once = max(1, min(mapping["BatchSize"], int(window * per_second)))
    batches = 0
    for number in range(HITS):
        shop.hit(number)
        shop.stores.clock.advance(timedelta(seconds=1 / per_second))
        if len(shop.sent) == at_once or number == HITS - 1:
            shop.record()
            batches += 1
    units, log = shop.meter.units, shop.log.getvalue()
    assert units["SendMessageBatch"] == HITS
    logged = len(log) + LINE_OVERHEAD * log.count("\n") + WORKER_LOG_BYTES * batches
    # Each is received and deleted.
    polls = 2 * math.ceil(at_once / POLLED_AT_ONCE) * batches
    reads = Decimal(units["half reads"]) / 2
    costs = {
        "API Gateway": HITS * prices.HTTP_API_REQUEST,
        "Lambda, edge": HITS
        * (prices.LAMBDA_REQUEST + EDGE_SECONDS * edge_gb * prices.LAMBDA_GB_SECOND),
        "Lambda, worker": batches * prices.LAMBDA_REQUEST
        + HITS * WORKER_SECONDS_PER_HIT * worker_gb * prices.LAMBDA_GB_SECOND,
        "SQS": (units["SendMessageBatch"] + polls) * prices.SQS_REQUEST,
        "DynamoDB": units["writes"] * prices.DYNAMODB_WRITE_UNIT
        + reads * prices.DYNAMODB_READ_UNIT,
        "S3": units["PutObject"] * prices.S3_PUT,
        "Logs": logged / prices.GB * prices.LOGS_GB,
        "Egress": shop.answered / prices.GB * prices.EGRESS_GB,
    }
    return {name: cost / HITS * 1_000_000 for name, cost in costs.items()}


@pytest.fixture
def shop(tables: Tables, aws: Callable[[str], Any]) -> Shop:
    return Shop(tables, aws)


@pytest.mark.parametrize(("per_second", "limit"), [(10, BUDGET), (0.5, QUIET_BUDGET)])
def test_a_million_hits_cost_no_more_than_planned(
    shop: Shop, per_second: float, limit: Decimal
) -> None:
    bill = bill_of(shop, per_second)
    said = [*bill.items(), ("together", sum(bill.values()))]
    print(
        f"{per_second} hits a second:", *(f"{name} {cost:.2f}" for name, cost in said), sep="\n  "
    )
    assert sum(bill.values()) <= limit
    # What the documentation says, to the cent.
    column = 1 if per_second == 10 else 2
    assert {name: row[column] for name, row in documented().items()} == {
        name: f"{cost:.2f}" for name, cost in said
    }


def documented() -> dict[str, list[str]]:
    text = (REPOSITORY / "docs" / "deploy.md").read_text("utf-8")
    table = text.split("| a million hits |")[1].split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return {row[0]: row for row in rows}


def test_no_trace_is_paid_for_each_hit() -> None:
    functions = functions_of(load_template())
    for name in ("CollectHitsFunction", "ServeScriptFunction"):
        assert functions[name]["Tracing"] == "PassThrough"
        assert functions[name]["LoggingConfig"]["SystemLogLevel"] == "WARN"
