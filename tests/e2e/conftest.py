"""The deployed stack on local AWS with policies enforced, a store beside it, and two accounts."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import requests

from local.aws.launcher import LocalAws
from local.create_account import create_account_on_stack
from local.stack import DeployedStack, Environments, deploy
from local.storefront.model import StoreLine, StoreOrder
from local.storefront.server import Storefront
from local.vendors.registry import APPLICATIONS
from local.vendors.server import VendorServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ZONE = ZoneInfo("America/New_York")
TODAY = datetime.now(ZONE).date()
YESTERDAY = TODAY - timedelta(days=1)
ACCOUNT = "acme"
ORIGIN = "https://www.shop.example"
BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36"
)
_DEADLINE = 180
# Orders in the store when it is connected.
STORED = 12


def noon(day: date) -> datetime:
    """Return noon of a day in the account's zone."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZONE).astimezone(UTC)


def an_order(number: int, day: date, price: str = "100.00", **more: Any) -> StoreOrder:  # noqa: ANN401
    """Return a paid order of a store, with one line."""
    values: dict[str, Any] = {
        "id": number,
        "email": f"buyer{number}@example.com",
        "placed_at": noon(day),
        "status_id": 11,
        "lines": (StoreLine("Record", Decimal(price)),),
    }
    return StoreOrder(**values | more)


@dataclass
class System:
    """The deployed system: its APIs under the owner's key, its store, and a second account.

    ``vendors`` are the servers of all ad platforms and CRMs, by kind.
    """

    stack: DeployedStack
    shop: Storefront
    key: str
    other_key: str
    vendors: dict[str, VendorServer]
    public_key: str = ""

    def call(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        **more: Any,  # noqa: ANN401
    ) -> requests.Response:
        """Call the reports API, as the owner unless another key is given."""
        return requests.request(
            method,
            self.stack.reports_url + path,
            headers={"Authorization": f"Bearer {self.key if key is None else key}"},
            timeout=60,
            **more,
        )

    def get(self, path: str, **parameters: str) -> Any:  # noqa: ANN401
        """Return what a route answers the owner."""
        answer = self.call("GET", path, params=parameters)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> Any:  # noqa: ANN401
        """Post as the owner."""
        answer = self.call("POST", path, json=body)
        assert answer.ok, answer.text
        return answer.json()

    def hit(self, *events: dict[str, Any], visitor: str = "", **more: Any) -> requests.Response:  # noqa: ANN401
        """Send events to the collector as a browser does."""
        envelope = {
            "v": 1,
            "key": self.public_key,
            "sent": int(time.time() * 1000),
            "visitor": visitor,
            "events": list(events),
            **more,
        }
        return self.send(json.dumps(envelope))

    def send(self, body: str | bytes, **headers: str) -> requests.Response:
        """Send any body to the collector."""
        return requests.post(
            f"{self.stack.collector_url}/e",
            data=body,
            headers={
                "Content-Type": "text/plain;charset=UTF-8",
                "Origin": ORIGIN,
                "User-Agent": BROWSER,
            }
            | headers,
            timeout=30,
        )

    def wait_for_a_run(self, key: str) -> dict[str, Any]:
        """Wait until the account of a key has ended a run; return how that went."""

        def state() -> dict[str, Any]:
            told: dict[str, Any] = self.call("GET", "/v1/runs", key=key).json()
            return told

        self._wait(lambda: state()["last_run"], "the run did not end")
        last: dict[str, Any] = state()["last_run"]
        return last

    def wait_for_hits(self) -> None:
        """Wait until the worker has taken every queued hit."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        queue, url = self.stack.client("sqs"), self.stack.outputs["HitQueueUrl"]

        def is_empty() -> bool:
            left = queue.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            return not any(int(left[name]) for name in names)

        self._wait(is_empty, "the hits were not recorded")

    def run(self) -> dict[str, Any]:
        """Pull as at nine o'clock and wait for the run to end; return the account's state after it.

        The accounts of other tests are left alone: together they take thrice as long.
        """
        return self.run_after(lambda: self.stack.run_schedule(ACCOUNT))

    def run_after(self, start: Callable[[], object]) -> dict[str, Any]:
        """Do what starts a run, and wait for its end; return the account's state after it.

        A run that another test has started ends before: it may have looked already at what this
        one is to see.
        """
        self._wait(self._is_free, "another run did not end")
        before = self.get("/v1/runs")["last_run"]
        start()
        self._wait(lambda: self.get("/v1/runs")["last_run"] != before, "the run did not end")
        self._wait(self._is_free, "the run after it did not end")
        state: dict[str, Any] = self.get("/v1/runs")
        assert state["last_run"]["status"] == "done", state
        return state

    def roi(self, first: date, last: date, **more: str) -> dict[str, Any]:
        """Read the ROI report."""
        query = {"from": first.isoformat(), "to": last.isoformat(), "by": "campaign"}
        report: dict[str, Any] = self.get("/v1/reports/roi", **query | more)
        return report

    def objects(self) -> dict[str, str]:
        """Return key → ETag of every fact, report and manifest in the lake."""
        pages = self.stack.client("s3").get_paginator("list_objects_v2")
        return {
            item["Key"]: item["ETag"]
            for page in pages.paginate(Bucket=self.stack.outputs["LakeBucketName"])
            for item in page.get("Contents", [])
            if item["Key"].split("/")[0] in ("facts", "reports", "manifests")
        }

    def _is_free(self) -> bool:
        return self.get("/v1/runs")["lease"] is None

    def _wait(self, is_so: Any, otherwise: str) -> None:  # noqa: ANN401
        deadline = time.monotonic() + _DEADLINE
        while not is_so():
            assert time.monotonic() < deadline, otherwise
            time.sleep(0.1)


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Deploy once for all end-to-end tests, with every function's policy enforced."""
    folder = tmp_path_factory.mktemp("system")
    environments = Environments.found()
    shop = Storefront(folder / "shop.sqlite", quota=10_000)
    aws = LocalAws(
        folder / "aws",
        environments.emulator_python,
        environments.lambda_python,
        enforce_iam=True,
        persist=False,
    )
    vendors = {kind: VendorServer(make()) for kind, make in APPLICATIONS.items()}
    with ExitStack() as running:
        running.enter_context(shop)
        for server in vendors.values():
            running.enter_context(server)
        running.enter_context(aws)
        others = " ".join([shop.url, *(server.url for server in vendors.values())])
        stack = deploy(aws, environments, {"OtherApiUrls": others, "LoopbackPages": "true"})
        key = create_account_on_stack(stack, ACCOUNT)
        other_key = create_account_on_stack(stack, "other")
        yield System(stack, shop, key, other_key, vendors)


@pytest.fixture(scope="session")
def connected(system: System) -> System:
    """Fill the store, connect it and wait for the first run."""
    system.shop.store.load(
        an_order(number, YESTERDAY - timedelta(days=number % 5), f"{10 + number}.{number:02}")
        for number in range(1, STORED + 1)
    )
    answer = system.post(
        "/v1/sources",
        {
            "store": f"https://store-{system.shop.store.settings.store_hash}.mybigcommerce.com",
            "access_token": system.shop.token,
            "api_url": system.shop.url,
            "domains": [ORIGIN, system.shop.url],
            "pull_now": False,
        },
    )
    system.public_key = answer["public_key"]
    system.run_after(system.stack.run_schedule)
    return system
