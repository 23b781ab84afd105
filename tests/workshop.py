"""An account in memory with the whole pipeline around it, and short ways to fill it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.costs import CostRow
from headwater.domain.journeys import Campaign, Identification, OptIn, OrderClaim, Touchpoint
from headwater.domain.nodes import email_node
from headwater.domain.orders import Order, OrderLine
from headwater.domain.settings import AccountSettings
from headwater.usecases.attribute_orders import attribute_orders
from headwater.usecases.chain_subscriptions import chain_subscriptions
from headwater.usecases.explain_credits import ExplainPorts, explain_credits
from headwater.usecases.export_facts import Tables, export_facts, list_marked_days
from headwater.usecases.finish_run import finish_run
from headwater.usecases.materialize_reports import materialize_reports
from headwater.usecases.merge_buckets import merge_buckets
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.reports.report import Comparison, Report, Span
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from headwater.usecases.run_files import LEASE, Desk, open_frame, prefix_of
from headwater.usecases.serve_reports import serve_credits, serve_report
from headwater.usecases.sweep_objects import SweepPorts
from headwater.usecases.train_effects import train_effects
from tests.fakes import (
    FakeAccess,
    FakeAccounts,
    FakeAuditLog,
    FakeClock,
    FakeCosts,
    FakeDeliveries,
    FakeEdges,
    FakeErasures,
    FakeFacts,
    FakeForgetting,
    FakeJourneys,
    FakeLake,
    FakeLivePeople,
    FakeMarks,
    FakeOrders,
    FakePipeline,
    FakeProducts,
    FakeRuns,
    FakeSettingHistory,
    FakeSweeps,
    FakeSweptObjects,
    FakeValidations,
    FakeViews,
)

if TYPE_CHECKING:
    from headwater.usecases.reports.range_tables import DateBasis

ACCOUNT = "acme"
STORE = "bigcommerce"


def span(first: str, last: str) -> Span:
    """Return a range of reporting days."""
    return Span(date.fromisoformat(first), date.fromisoformat(last))


def at(text: str) -> datetime:
    """Read an instant in UTC: ``2026-11-20`` or ``2026-11-20 15:30``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def compared_with(request: Any, compare: str) -> Comparison[Any] | None:  # noqa: ANN401
    """Return the same question about the range that one is compared with, if it is."""
    return Comparison(compare, _earlier(request, compare)) if compare else None


def _earlier(question: Any, compare: str) -> Any:  # noqa: ANN401
    """Return a question with the range before that of any part of it that has one."""
    if isinstance(question, Span):
        return question.before(compare)
    if not is_dataclass(question):
        return question
    told = {each.name: _earlier(getattr(question, each.name), compare) for each in fields(question)}
    return replace(question, **told)  # type: ignore[type-var]


@dataclass(frozen=True)
class AllModels:
    """Asks for a document with every model in it."""

    query: RoiQuery
    model: None = None


@dataclass
class Workshop:
    """Fakes of all ports, and the steps of a run over them."""

    settings: AccountSettings = field(default_factory=AccountSettings)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.accounts = FakeAccounts()
        self.accounts.create(ACCOUNT, self.settings, self.clock.now())
        self.access = FakeAccess()
        self.audit_log = FakeAuditLog()
        self.marks = FakeMarks()
        self.erasures = FakeErasures()
        self.orders = FakeOrders(self.marks, self.clock, self.erasures)
        self.journeys = FakeJourneys(self.marks, self.clock, self.erasures)
        self.costs = FakeCosts(self.marks, self.clock)
        self.edges = FakeEdges(self.marks, self.clock, self.erasures)
        self.products = FakeProducts(self.marks, self.clock)
        self.facts = FakeFacts(self.clock)
        self.people = FakeLivePeople(self.orders, self.journeys)
        self.forgetting = FakeForgetting(self.journeys, self.edges)
        self.lake = FakeLake(self.clock)
        self.runs = FakeRuns()
        self.sweeps = FakeSweeps()
        self.swept_objects = FakeSweptObjects(self.lake, self.facts)
        self.validations = FakeValidations()
        self.views = FakeViews()
        self.deliveries = FakeDeliveries()
        self.setting_history = FakeSettingHistory(self.accounts)
        self.pipeline = FakePipeline()
        self.desk = Desk(self.runs, self.lake, self.clock)
        self._numbers = iter(range(1, 1_000_000))

    def order(self, order_id: int, placed_at: str, total: str = "100.00", **more: object) -> Order:
        """Store an order; ``email`` and every other field of ``Order`` by name."""
        values: dict[str, Any] = {
            "source": STORE,
            "order_id": str(order_id),
            "placed_at": at(placed_at),
            "modified_at": self.clock.now(),
            "status_id": 10,
            "is_archived": False,
            "currency": "USD",
            "total": Decimal(total),
            "email": "ann@example.com",
            "lines": (OrderLine(order_id * 10, 7, "CD", "Record", 1, Decimal(total)),),
        }
        stored = Order(**values | more)
        self.orders.upsert(ACCOUNT, [stored], self.clock.now())
        return stored

    def click(self, clicked_at: str, email: str = "ann@example.com", **marks: str) -> Touchpoint:
        """Store an imported click of a person; utm and id fields of ``Campaign`` by name."""
        return self._touch(
            Touchpoint(
                f"t{next(self._numbers):04}",
                at(clicked_at),
                node=email_node(email),
                campaign=Campaign(**marks),
                is_imported=True,
            )
        )

    def visit(
        self,
        visited_at: str,
        visitor: str,
        session: str = "",
        landing_page: str = "",
        **marks: str,
    ) -> Touchpoint:
        """Store a tracked session of a visitor."""
        touch = Touchpoint(
            session or f"s{next(self._numbers):04}",
            at(visited_at),
            visitor,
            campaign=Campaign(**marks),
            landing_page=landing_page,
        )
        return self._touch(touch)

    def _touch(self, touch: Touchpoint) -> Touchpoint:
        self.journeys.add_touchpoints(ACCOUNT, [touch], self.clock.now())
        return touch

    def identify(self, when: str, visitor: str, email: str, session: str = "") -> None:
        """Let a visitor show who he is."""
        event = f"e{next(self._numbers):04}"
        link = Identification(event, at(when), visitor, session, email_node(email), "form")
        self.journeys.add_identifications(ACCOUNT, [link], self.clock.now())

    def opt_in(self, when: str, email: str = "ann@example.com", kind: str = "form") -> None:
        """Let a person agree to be written to."""
        item = OptIn(f"o{next(self._numbers):04}", at(when), email_node(email), "site", kind)
        self.journeys.add_opt_ins(ACCOUNT, [item], self.clock.now())

    def claim(
        self, order_id: int, visitor: str, received_at: str, email: str = "", session: str = ""
    ) -> None:
        """Let a browser claim an order."""
        event, node = f"e{next(self._numbers):04}", email_node(email) if email else ""
        when = at(received_at)
        claim = OrderClaim(event, STORE, str(order_id), visitor, session, when, when, node)
        self.journeys.add_claims(ACCOUNT, [claim], self.clock.now())

    def spend(self, day: str, cost: str, **more: object) -> None:
        """Store what a platform charged for a day."""
        values: dict[str, Any] = {
            "day": at(day).date(),
            "platform": "google",
            "ad_account": "1",
            "currency": "USD",
            "cost": Decimal(cost),
        }
        row = CostRow(**values | more)
        load = f"load{next(self._numbers)}"
        self.costs.add(ACCOUNT, load, [row])
        self.costs.complete(ACCOUNT, row.platform, row.ad_account, load, [row.day])

    def begin(self, run: str = "") -> str:
        """Take the lease for a new run."""
        run = run or f"run-{next(self._numbers):04}"
        assert self.runs.acquire(ACCOUNT, run, self.clock.now(), self.clock.now() + LEASE)
        return run

    def export(self, run: str) -> None:
        """List what is marked and export it."""
        listed = list_marked_days(
            ACCOUNT, run, desk=self.desk, accounts=self.accounts, marks=self.marks
        )
        tables = Tables(
            self.orders, self.journeys, self.costs, self.edges, self.products, self.lake
        )
        for item in self.lake.get_json(listed.exports):
            export_facts(item, desk=self.desk, tables=tables, facts=self.facts)

    def compute(self, run: str, *, reported: bool = True) -> None:
        """Do what follows the export, up to the reports.

        Unreported, it leaves the usual ranges to whoever asks for them; they are half of the time.
        """
        chain_subscriptions(ACCOUNT, run, desk=self.desk, facts=self.facts)
        train_effects(ACCOUNT, run, desk=self.desk, facts=self.facts)
        of = open_frame(self.desk, ACCOUNT, run).settings.contact_buckets
        for bucket in range(of):
            attribute_orders(ACCOUNT, run, desk=self.desk, facts=self.facts, bucket=bucket, of=of)
        if of > 1:
            merge_buckets(ACCOUNT, run, desk=self.desk, facts=self.facts)
        if reported:
            materialize_reports(ACCOUNT, run, desk=self.desk, facts=self.facts)
        else:
            self.lake.put_json(f"{prefix_of(ACCOUNT, run)}reports.json", {})

    def finish(self, run: str) -> None:
        """Publish a run."""
        finish_run(
            ACCOUNT,
            run,
            desk=self.desk,
            accounts=self.accounts,
            marks=self.marks,
            pipeline=self.pipeline,
        )

    def run(self, *, reported: bool = True) -> str:
        """Do a run, whole or unreported (``compute``); return the version that it published."""
        run = self.begin()
        self.export(run)
        self.compute(run, reported=reported)
        self.finish(run)
        return self.runs.head(ACCOUNT).data_version

    def sweep_ports(self) -> SweepPorts:
        """Return what the sweep works with."""
        return SweepPorts(
            self.clock,
            self.runs,
            self.lake,
            self.swept_objects,
            self.sweeps,
            self.pipeline,
            token_hex=lambda size: f"{next(self._numbers):0{2 * size}x}",
        )

    def objects(self) -> dict[str, dict[str, str]]:
        """Return the published objects by table and partition."""
        published = open_published_run(ACCOUNT, runs=self.runs, lake=self.lake)
        return published.manifest.tables

    def roi(
        self,
        first: str,
        last: str,
        *,
        by: str = "campaign",
        model: str = "last_click",
        revenue: str = "net",
        basis: DateBasis = "conversion",
    ) -> dict[str, Any]:
        """Read the ROI report as the API answers it."""
        query = RoiQuery(span(first, last), tuple(by.split(",")), basis)
        return self.report(ROI, RoiRequest(query, model, revenue))

    def roi_by_model(
        self, first: str, last: str, *, by: str = "campaign", basis: DateBasis = "conversion"
    ) -> dict[str, dict[str, Any]]:
        """Read the ROI report under each model, all of them from one document."""
        published = open_published_run(ACCOUNT, runs=self.runs, lake=self.lake)
        query = RoiQuery(span(first, last), tuple(by.split(",")), basis)
        document = ROI.document(AllModels(query), published, facts=self.facts, lake=self.lake)
        return {
            model: ROI.spell(RoiRequest(query, model, "net"), document, published)
            for model in published.manifest.models
        }

    def report(
        self,
        report: Report[Any, Any],
        request: Any,  # noqa: ANN401 - the report's own
        compare: str = "",
    ) -> dict[str, Any]:
        """Read a report as the API answers it, beside that of another range if it is compared."""
        published = open_published_run(ACCOUNT, runs=self.runs, lake=self.lake)
        return serve_report(
            report,
            ACCOUNT,
            request,
            published,
            facts=self.facts,
            lake=self.lake,
            comparison=compared_with(request, compare),
        )

    def trail(self, order_id: int) -> dict[str, Any]:
        """Read one order's credit trail as the API answers it."""
        published = open_published_run(ACCOUNT, runs=self.runs, lake=self.lake)
        return serve_credits(
            ACCOUNT, STORE, str(order_id), published, facts=self.facts, orders=self.orders
        )

    def explain(self, order_id: int) -> dict[str, Any]:
        """Read why an order is credited as it is, as the API answers it."""
        published = open_published_run(ACCOUNT, runs=self.runs, lake=self.lake)
        ports = ExplainPorts(self.facts, self.people, self.edges)
        return explain_credits(ACCOUNT, self.trail(order_id), published, ports=ports)

    def credited(self, order_id: int, model: str) -> dict[str, str]:
        """Return campaign → net credit of one order under one model, zero credits left out."""
        return {
            touch["campaign"]: touch["credits"][model]["net"]
            for touch in self.trail(order_id)["touches"]
            if model in touch["credits"] and Decimal(touch["credits"][model]["net"])
        }

    def days_later(self, days: int) -> date:
        """Let days pass; return the new UTC date."""
        return self.clock.advance(timedelta(days=days)).date()
