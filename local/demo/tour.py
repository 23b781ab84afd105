"""What the demo does, step by step: from an empty machine to a report that equals the store."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from local.aws.launcher import LocalAws
from local.create_account import create_account_on_stack
from local.demo import show
from local.demo.api import ReportsApi, send_hits
from local.demo.landings import SHOP_ORIGIN
from local.demo.scenario import Scenario, build
from local.demo.vendors import Vendors
from local.stack import REPOSITORY, DeployedStack, Environments, deploy, kept_port
from local.storefront import access
from local.storefront.server import Storefront

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ZONE = "America/New_York"
ACCOUNT = "demo"
SOURCE = "bigcommerce"
SEED = 20_261_122
# The local store lends us a generous quota: the demo shows the way, not the waiting.
_QUOTA = 10_000
# How often to look whether the run has finished, and how long at most.
_LOOK_EVERY, _LONGEST_RUN = 1, 600


class DemoError(RuntimeError):
    """The demo's own check failed; the message says which."""


class Tour:
    """The demo on one machine.

    Everything that it makes is below ``folder``. Each run starts from an empty cloud and an empty
    store, so two runs show the same.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running = ExitStack()
        self._started = time.monotonic()
        self._deployed: DeployedStack | None = None

    def __enter__(self) -> Tour:
        """Start nothing yet."""
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        """Stop the emulator and the store; after a failure, keep what the functions logged."""
        try:
            if failure is not None and self._deployed is not None:
                (self._folder / "errors.log").write_text("\n".join(self.stack.errors()))
        finally:
            self._running.close()

    @property
    def stack(self) -> DeployedStack:
        """The deployed stack.

        Raises:
            DemoError: it is not deployed yet.
        """
        if self._deployed is None:
            message = "the stack is not deployed"
            raise DemoError(message)
        return self._deployed

    def show(self) -> None:
        """Do the whole tour.

        Raises:
            DemoError: the report's totals are not the store's.
        """
        yesterday = datetime.now(ZoneInfo(ZONE)).date() - timedelta(days=1)
        with ThreadPoolExecutor(1) as beside:
            preparing = beside.submit(build, yesterday, SEED)
            with self._step("starting local AWS, building and deploying the stack"):
                self._start_aws()
                port_file = self._folder / "storefront.port"
                self._start_storefront(port_file)
                self.vendors = self._running.enter_context(Vendors(self._folder))
                self._deployed = self._deploy()
            with self._step("filling the store with the CDNOW purchases"):
                scenario = preparing.result()
                scenario.furnish(self.shop.store)
                self.vendors.fill(scenario)
        api = self._connect()
        self._import(api, scenario)
        self._send_hits(scenario)
        self._run_pipeline(api)
        self._show_report(api, scenario, yesterday)

    def follow_changes(self) -> None:
        """Have the store tell of its changes by itself from now on, and hold the script."""
        collector = self.stack.collector_url
        # Installed by the store's API, the script takes the place of the theme's.
        self.shop.store.configure(
            webhook_gateway=collector, script_gateway=collector, tracking_script=""
        )
        scopes = access.READ_ONLY_SCOPES | access.SCRIPT_SCOPES
        self.shop.store.issue_token(scopes, self.shop.token)
        api = ReportsApi(self.stack.reports_url, self.key)
        changed = api.put(f"/v1/sources/{SOURCE}/options", {"webhooks": True, "script": True})
        for what in ("webhooks", "script"):
            if note := changed["source"][what]["note"]:
                message = f"the store takes no {what}: {note}"
                raise DemoError(message)
        api.put("/v1/settings/refresh", {"refresh": "15min"})
        self.shop.courier.start()
        print("Changes  of an order are here within seconds, and in the reports after the next run")

    def _start_aws(self) -> None:
        environments = Environments.found()
        self.aws = self._running.enter_context(
            LocalAws(
                self._folder / "aws",
                environments.emulator_python,
                environments.lambda_python,
                persist=False,
            )
        )

    def _start_storefront(self, port_file: Path) -> None:
        database = self._folder / "storefront.sqlite"
        for file in self._folder.glob(f"{database.name}*"):
            file.unlink()
        self.shop = self._running.enter_context(
            Storefront(database, port=kept_port(port_file), quota=_QUOTA)
        )
        port_file.write_text(self.shop.url.rsplit(":", 1)[1])

    def _deploy(self) -> DeployedStack:
        others = " ".join([self.shop.url, *self.vendors.urls.values()])
        return deploy(
            self.aws, Environments.found(), {"OtherApiUrls": others, "LoopbackPages": "true"}
        )

    def _connect(self) -> ReportsApi:
        with self._step("creating the account and connecting the store"):
            key = create_account_on_stack(self.stack, ACCOUNT, currency="USD", time_zone=ZONE)
            api = ReportsApi(self.stack.reports_url, key)
            self.key = key
            self.source = api.post(
                "/v1/sources",
                {
                    "source": SOURCE,
                    "store": f"https://store-{self.shop.store.settings.store_hash}.mybigcommerce.com",
                    "access_token": self.shop.token,
                    "api_url": self.shop.url,
                    "domains": [SHOP_ORIGIN, self.shop.url],
                    # The demo imports the past first and then plays nine o'clock.
                    "pull_now": False,
                },
            )
            loader = f"{self.stack.collector_url}/l/{self.source['public_key']}.js"
            self.shop.store.configure(tracking_script=loader)
        return api

    def _import(self, api: ReportsApi, scenario: Scenario) -> None:
        # Two requests at a time, one per core.
        what = "importing old clicks and some ad cost, connecting Google, Meta and Klaviyo"
        with self._step(what) as note, ThreadPoolExecutor(2) as pool:
            clicks = pool.submit(api.post_rows, "/v1/touchpoints", scenario.touchpoint_rows)
            self.vendors.connect(api)
            bodies = scenario.spending.bodies()
            costs = sum(api.post("/v1/costs", body)["accepted"] for body in bodies)
            note.append(f"{clicks.result():,} clicks, {costs:,} cost rows")

    def _send_hits(self, scenario: Scenario) -> None:
        with self._step("sending the last days' hits to the collector") as note:
            posts = scenario.hits(self.source["public_key"], datetime.now(UTC))
            statuses = send_hits(self.stack.collector_url, posts).items()
            note.append(", ".join(f"{count} × {status}" for status, count in sorted(statuses)))

    def _wait_for_empty_queue(self) -> None:
        queue = self.stack.client("sqs")
        url = self.stack.outputs["HitQueueUrl"]
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        deadline = time.monotonic() + _LONGEST_RUN
        while time.monotonic() < deadline:
            left = queue.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            if not any(int(left[name]) for name in names):
                return
            time.sleep(_LOOK_EVERY)
        message = "the hits were not recorded in time"
        raise DemoError(message)

    def _run_pipeline(self, api: ReportsApi) -> None:
        with self._step("nine o'clock: the schedule's target pulls the whole history") as note:
            self.stack.run_schedule()
            # They are recorded beside the pull, and read after it.
            self._wait_for_empty_queue()
            done = self._wait_for_run(api, lambda state: state["sources"][0]["is_complete"])
            note.append(f"{done['sources'][0]['orders_done']:,} orders")
        with self._step("the pipeline exports, chains, attributes and reports"):
            self._wait_for_run(api, lambda state: bool(state["data_version"]))

    def _wait_for_run(self, api: ReportsApi, is_reached: Any) -> dict[str, Any]:  # noqa: ANN401
        deadline = time.monotonic() + _LONGEST_RUN
        while time.monotonic() < deadline:
            state: dict[str, Any] = api.get("/v1/runs")
            if is_reached(state):
                return state
            self._progress(state)
            time.sleep(_LOOK_EVERY)
        message = "the run did not finish in time; see .local/demo/aws/emulator.log"
        raise DemoError(message)

    def _progress(self, state: dict[str, Any]) -> None:
        source = state["sources"][0]
        if not source["is_complete"]:
            print(
                f"\r  … {source['orders_done']:,} of {source['orders_total']:,} orders",
                end="",
                flush=True,
            )

    def _show_report(self, api: ReportsApi, scenario: Scenario, yesterday: date) -> None:
        first = min(order.placed_at for order in scenario.orders).astimezone(ZoneInfo(ZONE)).date()
        query = {"from": first.isoformat(), "to": yesterday.isoformat()}
        report = api.get("/v1/reports/roi", **query, by="campaign", model="last_click")
        print(
            f"\nROI by campaign, last click, {first} to {yesterday}, data {report['data_version']}"
        )
        print(show.report_table(report))
        books = self.shop.store.totals(first, yesterday, zone=ZONE)
        text, is_equal = show.side_by_side(report["totals"], books)
        print(f"\nThe same days, Headwater beside the store's own books\n{text}")
        print(f"  coverage {report['totals']['coverage']}, cost {report['totals']['cost']}")
        joined = api.get("/v1/reports/coverage", **query, model="last_click")
        print(f"\nHow cost met its clicks\n{show.joined_table(joined)}")
        self._show_trail(api, scenario)
        self._show_places(query)
        if not is_equal:
            message = "the report's totals differ from the store's"
            raise DemoError(message)

    def _show_trail(self, api: ReportsApi, scenario: Scenario) -> None:
        """Show the order of the last week whose credit has most to tell."""
        trails = []
        for plan in sorted(scenario.orders, key=lambda order: order.placed_at)[-20:]:
            try:
                trails.append(api.get(f"/v1/orders/{SOURCE}/{plan.id}/credits"))
            except RuntimeError:
                continue
        trail = max(trails, key=lambda each: len(each["touches"]))
        order = trail["order"]
        print(
            f"\nWhy: order {order['order_id']} of {order['placed_at'][:10]}, "
            f"net {order['net']}, credit under each model\n{show.trail_table(trail)}"
        )

    def _show_places(self, query: dict[str, str]) -> None:
        print(
            f"\nReport   curl -H 'Authorization: Bearer {self.key}' "
            f"'{self.stack.reports_url}/v1/reports/roi?from={query['from']}&to={query['to']}"
            f"&by=channel&model=linear'"
            f"\nShop     {self.shop.url}/?utm_source=google&utm_medium=cpc&utm_campaign=test"
            f"\nStore    {self.shop.url}/control"
            f"\nFiles    {self._folder.relative_to(REPOSITORY)}"
            f"\nTook     {time.monotonic() - self._started:.0f} s"
        )

    @contextmanager
    def _step(self, what: str) -> Iterator[list[str]]:
        """Say what is done, and when it is, how long it took and what came of it."""
        print(f"- {what} …", flush=True)
        started = time.monotonic()
        note: list[str] = []
        yield note
        print(f"\r  {time.monotonic() - started:5.1f} s  {' '.join(note)}", flush=True)
