"""One account in one process: real adapters on the emulator, and the steps of a run over them."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.adapters.dynamodb.accounts import DynamoAccounts
from headwater.adapters.dynamodb.costs import DynamoCosts
from headwater.adapters.dynamodb.edges import DynamoEdges
from headwater.adapters.dynamodb.erasures import DynamoErasures, DynamoForgetting
from headwater.adapters.dynamodb.hooks import DynamoHooks
from headwater.adapters.dynamodb.journeys import DynamoJourneys
from headwater.adapters.dynamodb.live_people import DynamoLivePeople
from headwater.adapters.dynamodb.marks import DynamoMarks
from headwater.adapters.dynamodb.orders import DynamoOrders
from headwater.adapters.dynamodb.products import DynamoProducts
from headwater.adapters.dynamodb.runs import DynamoRuns
from headwater.adapters.dynamodb.table import Table
from headwater.adapters.s3.facts import S3Facts
from headwater.adapters.s3.lake import S3Lake
from headwater.adapters.secretsmanager.secrets import SecretsManagerSecrets
from headwater.usecases.attribute_orders import attribute_orders
from headwater.usecases.chain_subscriptions import chain_subscriptions
from headwater.usecases.directory_pull import DirectoryPorts
from headwater.usecases.export_facts import Tables, export_facts, list_marked_days
from headwater.usecases.finish_run import finish_run
from headwater.usecases.keep_webhooks import HookPorts
from headwater.usecases.materialize_reports import materialize_reports
from headwater.usecases.pull_orders import pull_account
from headwater.usecases.run_files import Desk, prefix_of
from headwater.usecases.source_pull import PullPorts
from headwater.usecases.train_effects import train_effects
from tests.fakes import FakePipeline, script_ports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headwater.usecases.ports import Clock
    from tests.integration.pipeline.installation import Client, Installation

SERVICES = ("dynamodb", "s3", "secretsmanager")
PULL_TIME = timedelta(minutes=10)


class Office:
    """An account's ports, as one Lambda process has them.

    What would start another process (the state machine, the next pull) is only remembered, in
    ``pipeline``: the test is the scheduler.

    Args:
        installation: where the tables and the lake are.
        account: the account.
        folder: where the process keeps its fact files.
        clock: what time it is for the process.
        watch: sees each client before it is used.
        token: what the ids of runs that begin here end with.
    """

    def __init__(
        self,
        installation: Installation,
        account: str,
        folder: Path,
        clock: Clock,
        watch: Callable[[Client], None] = lambda _: None,
        token: str = "",
    ) -> None:
        dynamodb, s3, vault = clients = [installation.client(service) for service in SERVICES]
        for client in clients:
            watch(client)
        orders, journeys, costs, accounts = (
            Table(dynamodb, installation.tables[name])
            for name in ("OrdersTable", "JourneysTable", "CostsTable", "AccountsTable")
        )
        self.account = account
        self._token = token
        self.clock = clock
        self.accounts = DynamoAccounts(accounts)
        self.runs = DynamoRuns(accounts)
        self.hooks = DynamoHooks(accounts)
        self.marks = DynamoMarks(accounts)
        self.erasures = DynamoErasures(accounts)
        self.forgetting = DynamoForgetting(journeys, self.marks, clock)
        self.people = DynamoLivePeople(orders, journeys)
        self.orders = DynamoOrders(orders, self.marks, clock, self.erasures)
        self.journeys = DynamoJourneys(journeys, self.marks, clock, self.erasures)
        self.edges = DynamoEdges(journeys, self.marks, clock, self.erasures)
        self.products = DynamoProducts(orders, self.marks, clock)
        self.costs = DynamoCosts(costs, self.marks, clock)
        self.lake = S3Lake(s3, installation.bucket)
        self.facts = S3Facts(s3, installation.bucket, folder)
        self.secrets = SecretsManagerSecrets(vault, installation.bucket)
        self.pipeline = FakePipeline()
        self.desk = Desk(self.runs, self.lake, clock)

    def do_run(self) -> str | None:
        """Do a whole run; return its id, or None where another run holds the lease."""
        run = self.begin_run()
        if run:
            self.finish(run)
        return run

    def begin_run(self) -> str | None:
        """Do a run as far as the tables are read; return its id, or None as above."""
        run = self.pull_orders()
        if run:
            self.list_marked_days(run)
            self.export_all_facts(run)
        return run

    def finish(self, run: str) -> None:
        """Do all that follows the exports of a run."""
        for step in AFTER_EXPORT:
            step(self, run)

    def pull_orders(self) -> str | None:
        """Begin a run and pull; return its id, or None where another run holds the lease."""
        deadline = self.clock.now() + PULL_TIME
        sources = BigCommerceSources(self.secrets, clock=self.clock, deadline=deadline)
        ports = PullPorts(
            clock=self.clock,
            accounts=self.accounts,
            runs=self.runs,
            sources=sources,
            orders=self.orders,
            lake=self.lake,
            marks=self.marks,
            directory=DirectoryPorts(
                clock=self.clock,
                accounts=self.accounts,
                directories=sources,
                journeys=self.journeys,
                edges=self.edges,
                products=self.products,
                lake=self.lake,
            ),
            hooks=HookPorts(
                self.clock,
                self.accounts,
                self.hooks,
                sources,
                secrets.token_hex,
                "https://t.example",
            ),
            script=script_ports(self.clock, self.accounts, sources),
        )
        begun = pull_account(
            self.account,
            deadline,
            ports=ports,
            pipeline=self.pipeline,
            token_hex=lambda size: self._token or secrets.token_hex(size),
        )
        assert not begun.pulled.failed_sources
        assert not begun.pulled.more
        return begun.run

    def list_marked_days(self, run: str) -> int:
        """List what is to be exported; return how many months that is."""
        return list_marked_days(
            self.account, run, desk=self.desk, accounts=self.accounts, marks=self.marks
        ).months

    def export_all_facts(self, run: str) -> None:
        """Export all items of the run's list, one after the other."""
        for number in range(len(self._listed(run))):
            self.export_facts(run, number)

    def export_facts(self, run: str, number: int) -> None:
        """Export one item of the run's list."""
        # The list of an account that is a copy still names the one that it was copied from.
        item = {**self._listed(run)[number], "account": self.account}
        tables = Tables(
            self.orders, self.journeys, self.costs, self.edges, self.products, self.lake
        )
        export_facts(item, desk=self.desk, tables=tables, facts=self.facts)

    def _listed(self, run: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.lake.get_json(
            f"{prefix_of(self.account, run)}exports.json"
        )
        return listed

    def chain_subscriptions(self, run: str) -> None:
        """Find contacts and chains."""
        chain_subscriptions(self.account, run, desk=self.desk, facts=self.facts)

    def train_effects(self, run: str) -> None:
        """Train the effects that are missing."""
        train_effects(self.account, run, desk=self.desk, facts=self.facts)

    def attribute_orders(self, run: str) -> None:
        """Attribute orders."""
        attribute_orders(self.account, run, desk=self.desk, facts=self.facts)

    def materialize_reports(self, run: str) -> None:
        """Write the usual reports."""
        materialize_reports(self.account, run, desk=self.desk, facts=self.facts)

    def finish_run(self, run: str) -> None:
        """Publish the run."""
        finish_run(
            self.account,
            run,
            desk=self.desk,
            accounts=self.accounts,
            marks=self.marks,
            pipeline=self.pipeline,
        )


AFTER_EXPORT: tuple[Callable[[Office, str], None], ...] = (
    Office.chain_subscriptions,
    Office.train_effects,
    Office.attribute_orders,
    Office.materialize_reports,
    Office.finish_run,
)
