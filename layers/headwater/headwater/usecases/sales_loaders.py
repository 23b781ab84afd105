"""What is done with files of orders and of ad cost."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from headwater.domain.csv_rows import CsvRow
from headwater.domain.file_costs import CostPlan, CostPlanner, ShownCosts, key_hash
from headwater.domain.file_imports import Before, CostHeads, Undone
from headwater.domain.file_layouts import cells_of, fault_of
from headwater.domain.file_times import plain_day
from headwater.domain.imported_costs import CostLoad, read_cost
from headwater.domain.imported_orders import read_order, read_order_post
from headwater.domain.order_files import FileFault, read_order_rows
from headwater.domain.reporting_days import utc_day
from headwater.errors import InvalidRowError, UnknownResourceError
from headwater.usecases.file_loaders import ITEMS, LOAD, Effect, Load
from headwater.usecases.import_orders import newest, register_source
from headwater.usecases.ports.imports import Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from headwater.domain.costs import CostRow
    from headwater.domain.file_batches import Group
    from headwater.domain.imported_orders import PostedOrder
    from headwater.domain.orders import Order

_HEADS = "heads.json"


class OrderLoader:
    """Orders of another system."""

    undo_phases: tuple[str, ...] = (ITEMS,)

    def __init__(self, load: Load) -> None:
        self._load = load
        options = load.record.options
        head = {"source": options.source, "currency": options.currency}
        self._post = read_order_post(head, load.record.currency)

    def read(self, group: Group) -> PostedOrder:
        """Read the rows of an order; one that cannot be read spoils the order."""
        reading = self._load.record.reading
        if group.fault or reading is None:
            raise InvalidRowError(group.fault)
        rows = [
            CsvRow(r.number, cells_of(r, reading.layout), fault_of(r, reading.layout))
            for r in group.records
        ]
        read = read_order_rows(rows, self._load.dialect)
        if isinstance(read, FileFault):
            reason = read.reason
            if read.number != group.number:
                reason = f"row {read.number}: {reason}"
            raise InvalidRowError(reason)
        return read_order(read, self._post, self._load.now)

    def before(self, rows: Sequence[PostedOrder]) -> Before:
        """Return what writing rows would do, and the orders that would be replaced."""
        keys = {row.order.key for row in rows}
        stored = self._load.ports.orders.get_many(self._load.account, keys)
        changed = {order.key for order in newest(rows, stored, self._load.now)}
        standings = [_standing(row.order.key, stored, changed) for row in rows]
        return Before(tuple(standings), tuple(stored[key] for key in sorted(stored)))

    def write(self, rows: Sequence[PostedOrder], before: Before) -> None:
        """Write the orders that change, as a post of them is written."""
        load = self._load
        if rows:
            register_source(load.account, self._post.source, load.ports.accounts)
        load.ports.orders.upsert(load.account, self._changed(rows, before), load.now)

    def finish(self) -> None:
        """Nothing is left to do."""

    def effect(self, row: PostedOrder) -> Effect:
        """Return an order's day and total."""
        order = row.order
        return Effect(frozenset({utc_day(order.placed_at)}), (order.currency, order.total))

    def undo(self, rows: Sequence[PostedOrder], before: Before, phase: str) -> Undone:  # noqa: ARG002
        """Remove orders that were new, put back those that were replaced."""
        load = self._load
        older = {order.key: order for order in before.orders}
        changed = self._changed(rows, before)
        return load.ports.imported_orders.put_back(
            load.account, changed, older, load.ports.clock.now()
        )

    def _changed(self, rows: Sequence[PostedOrder], before: Before) -> list[Order]:
        return newest(rows, {order.key: order for order in before.orders}, self._load.now)


def _standing(
    key: tuple[str, str],
    stored: Mapping[tuple[str, str], object],
    changed: Collection[tuple[str, str]],
) -> str:
    if key not in changed:
        return Standing.UNCHANGED.value
    return (Standing.CHANGED if key in stored else Standing.NEW).value


class CostLoader:
    """A load of an ad account's cost, shown once all of its rows are there."""

    undo_phases: tuple[str, ...] = (LOAD,)

    def __init__(self, load: Load, plan: CostPlan | None = None) -> None:
        self._load = load
        self._options = load.record.options
        plan = plan or CostPlan()
        self._plan = plan
        self._spoiled, self._doubled = frozenset(plan.spoiled), frozenset(plan.doubled)
        self._shown: ShownCosts | None = None
        self._cost_load = CostLoad(
            self._options.platform,
            self._options.ad_account,
            self._options.currency,
            load.record.load,
            is_complete=True,
            days=(),
        )

    def read(self, group: Group) -> CostRow:
        """Read a row; one whose day cannot be replaced whole is refused as well."""
        row = read_cost(self._load.row(group), self._cost_load, self._load.now)
        if self._doubled and key_hash(row) in self._doubled:
            message = "another row has the same day, ids and utm values"
            raise InvalidRowError(message)
        if row.day in self._spoiled:
            message = "another row of this day is refused, and a day is replaced whole or not"
            raise InvalidRowError(message)
        return row

    def plan(self, groups: Iterable[Group]) -> tuple[CostPlan, int]:
        """Look at all rows; return what they do, and how many shown rows they would replace."""
        planner = CostPlanner()
        for group in groups:
            try:
                planner.add(self.read(group))
            except InvalidRowError:
                if day := self._day_of(group):
                    planner.spoil(day)
        plan = planner.plan()
        return plan, planner.replaced(self._shown_on(plan.days))

    def before(self, rows: Sequence[CostRow]) -> Before:
        """Return how rows differ from what their days show."""
        shown = self._shown = self._shown or self._shown_on(self._plan.days)
        names = {None: Standing.NEW, True: Standing.CHANGED, False: Standing.UNCHANGED}
        return Before(tuple(names[shown.differing(row)].value for row in rows))

    def write(self, rows: Sequence[CostRow], before: Before) -> None:  # noqa: ARG002
        """Add rows to the load, which nobody is shown yet."""
        self._load.ports.costs.add(self._load.account, self._load.record.load, rows)

    def finish(self) -> None:
        """Show the load on its days, and remember what they showed before."""
        load, options, ports = self._load, self._options, self._load.ports
        account, owner = load.account, (options.platform, options.ad_account)
        heads = ports.imported_costs.cost_heads(account, *owner, self._plan.days)
        ports.files.keep_once(account, load.record.import_id, _HEADS, CostHeads(tuple(heads)))
        ports.costs.complete(account, *owner, load.record.load, self._plan.days)

    def effect(self, row: CostRow) -> Effect:
        """Return a row's day and cost."""
        return Effect(frozenset({row.day}), (row.currency, row.cost))

    def undo(self, rows: Sequence[CostRow], before: Before, phase: str) -> Undone:  # noqa: ARG002
        """Show again what was shown before, and remove the load."""
        load, options, files = self._load, self._options, self._load.ports.files
        try:
            heads = files.get(load.account, load.record.import_id, _HEADS, CostHeads)
        except UnknownResourceError:
            heads = CostHeads()  # the import died before it showed anything
        owner = (options.platform, options.ad_account)
        return load.ports.imported_costs.remove_load(
            load.account, *owner, load.record.load, heads.heads
        )

    def _shown_on(self, days: Sequence[date]) -> ShownCosts:
        return ShownCosts(self._shown_rows(frozenset(days)))

    def _shown_rows(self, days: frozenset[date]) -> Iterator[CostRow]:
        """Yield what days show of this ad account, month by month."""
        months: dict[tuple[int, int], list[date]] = {}
        for day in sorted(days):
            months.setdefault((day.year, day.month), []).append(day)
        owner = (self._options.platform, self._options.ad_account)
        for span in months.values():
            for row in self._load.ports.costs.on_day(self._load.account, span[0], span[-1]):
                if row.day in days and (row.platform, row.ad_account) == owner:
                    yield row

    def _day_of(self, group: Group) -> date | None:
        """Return the day of a row that cannot be taken, if at least that can be read."""
        reading = self._load.record.reading
        if reading is None:
            return None
        try:
            cell = cells_of(group.records[0], reading.layout).get("day", "")
            return date.fromisoformat(plain_day(cell, reading.date_order))
        except InvalidRowError:
            return None
