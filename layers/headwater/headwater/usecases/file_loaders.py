"""What is done with the rows of a file, by what they are: read, compare, write and undo a batch.

Whatever a loader does depends on the rows, on the import and on what the tables hold, never on the
time: a batch that is done again is done the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from headwater.domain.file_imports import Before, Undone
from headwater.domain.file_kinds import KINDS, posted_row
from headwater.domain.file_layouts import cells_of
from headwater.domain.imported_leads import read_lead
from headwater.domain.imported_touchpoints import read_touchpoint
from headwater.domain.journeys import Profile
from headwater.domain.order_files import FileDialect
from headwater.domain.reporting_days import utc_day
from headwater.errors import InvalidRowError
from headwater.usecases.import_rows import keep_touchpoints
from headwater.usecases.keep_leads import keep_lead_items
from headwater.usecases.ports.imports import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from headwater.domain.file_batches import Group
    from headwater.domain.file_imports import FileImport
    from headwater.domain.imported_leads import ImportedLead
    from headwater.domain.imported_touchpoints import ImportedTouchpoint
    from headwater.usecases.import_ports import ImportPorts
    from headwater.usecases.ports.imports import JourneyItem

# What undoing goes through, in this order.
ITEMS, PROFILES, LOAD = "items", "profiles", "load"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a row touches: UTC days, and an amount of money with its currency, if it has one."""

    days: frozenset[date]
    amount: tuple[str, Decimal] | None = None


class Loader[Parsed](Protocol):
    """One kind of rows."""

    undo_phases: tuple[str, ...]

    def read(self, group: Group) -> Parsed:
        """Read rows that belong together; raises InvalidRowError with the reason."""
        ...

    def before(self, rows: Sequence[Parsed]) -> Before:
        """Return what writing rows would do, and what undoing it would need."""
        ...

    def write(self, rows: Sequence[Parsed], before: Before) -> None:
        """Write rows."""
        ...

    def finish(self) -> None:
        """Do what is left once all rows are written."""
        ...

    def effect(self, row: Parsed) -> Effect:
        """Return what a row touches."""
        ...

    def undo(self, rows: Sequence[Parsed], before: Before, phase: str) -> Undone:
        """Take back what rows have written."""
        ...


@dataclass(frozen=True, slots=True)
class Load:
    """An import with what its loader works with; ``now`` stands for the present."""

    account: str
    record: FileImport
    now: datetime
    ports: ImportPorts

    @property
    def dialect(self) -> FileDialect:
        """What the file's cells do not say."""
        reading = self.record.reading
        if reading is None:
            return FileDialect()
        zone = ZoneInfo(reading.time_zone) if reading.time_zone else None
        return FileDialect(zone, self.record.decimal_mark, reading.date_order)

    def row(self, group: Group) -> dict[str, Any]:
        """Return the row of a post that a group of one row stands for."""
        reading = self.record.reading
        if group.fault or reading is None:
            raise InvalidRowError(group.fault)
        cells = cells_of(group.records[0], reading.layout)
        source = self.record.options.source
        return posted_row(KINDS[self.record.kind], cells, self.dialect, source)


class TouchpointLoader:
    """Clicks from elsewhere."""

    undo_phases: tuple[str, ...] = (ITEMS, PROFILES)

    def __init__(self, load: Load) -> None:
        self._load = load

    def read(self, group: Group) -> ImportedTouchpoint:
        """Read a row."""
        return read_touchpoint(self._load.row(group), self._load.now)

    def before(self, rows: Sequence[ImportedTouchpoint]) -> Before:
        """Return what writing rows would do."""
        return Before(_standings([_click_items(row) for row in rows], self._load))

    def write(self, rows: Sequence[ImportedTouchpoint], before: Before) -> None:  # noqa: ARG002
        """Write rows, as a post of them is written."""
        load = self._load
        keep_touchpoints(load.account, rows, load.ports.journeys, load.now)

    def finish(self) -> None:
        """Nothing is left to do."""

    def effect(self, row: ImportedTouchpoint) -> Effect:
        """Return the day of the click."""
        return Effect(frozenset({utc_day(row.touchpoint.at)}))

    def undo(self, rows: Sequence[ImportedTouchpoint], before: Before, phase: str) -> Undone:  # noqa: ARG002
        """Take back what was new and is as it was."""
        items = [item for row in rows for item in _click_items(row)]
        return _remove(items, phase, self._load)


class LeadLoader:
    """Contacts of a CRM."""

    undo_phases: tuple[str, ...] = (ITEMS, PROFILES)

    def __init__(self, load: Load) -> None:
        self._load = load

    def read(self, group: Group) -> ImportedLead:
        """Read a row."""
        return read_lead(self._load.row(group), self._load.now)

    def before(self, rows: Sequence[ImportedLead]) -> Before:
        """Return what writing rows would do, and whom their contact ids stood for before."""
        load, named = self._load, {(row.source, row.external_id) for row in rows}
        known = load.ports.imported_journeys.leads_before(load.account, named, load.now)
        return Before(
            _standings([_lead_items(row) for row in rows], self._load),
            leads=tuple(sorted((*lead, node) for lead, node in known.items())),
        )

    def write(self, rows: Sequence[ImportedLead], before: Before) -> None:
        """Write rows, as a post of them is written, but for contact ids that are known."""
        load, journeys = self._load, self._load.ports.journeys
        keep_lead_items(load.account, rows, journeys=journeys, now=load.now)
        known = {(source, name): node for source, name, node in before.leads}
        named = {(row.source, row.external_id): row.node for row in rows}
        new = {lead: node for lead, node in named.items() if known.get(lead) != node}
        journeys.link_leads(load.account, new, load.now)

    def finish(self) -> None:
        """Nothing is left to do."""

    def effect(self, row: ImportedLead) -> Effect:
        """Return the days of the contact's opt-ins and clicks."""
        moments = [each.at for each in row.opt_ins] + [each.at for each in row.touchpoints]
        return Effect(frozenset(map(utc_day, moments)))

    def undo(self, rows: Sequence[ImportedLead], before: Before, phase: str) -> Undone:
        """Take back what was new and is as it was; contact ids stand for whom they stood for."""
        load = self._load
        if phase == ITEMS:
            named = {(row.source, row.external_id) for row in rows}
            load.ports.imported_journeys.remove_leads(load.account, named, load.now)
            old = {(source, name): node for source, name, node in before.leads}
            known = load.ports.journeys.lead_nodes(load.account, set(old))
            missing = {lead: node for lead, node in old.items() if lead not in known}
            load.ports.journeys.link_leads(load.account, missing, load.ports.clock.now())
        items = [item for row in rows for item in _lead_items(row)]
        return _remove(items, phase, load)


def _click_items(row: ImportedTouchpoint) -> list[JourneyItem]:
    """Return what a row of clicks writes, the click first."""
    more = (row.identification, row.opt_in, row.profile)
    return [row.touchpoint, *(item for item in more if item)]


def _lead_items(row: ImportedLead) -> list[JourneyItem]:
    """Return what a row of contacts writes, the contact's creation first."""
    return [*row.opt_ins, *row.touchpoints, *([row.profile] if row.profile else [])]


def _standings(rows: Sequence[Sequence[JourneyItem]], load: Load) -> tuple[str, ...]:
    """Return what writing each row does: it is new if the first of its items is."""
    flat = [item for items in rows for item in items]
    told = iter(load.ports.imported_journeys.standings(load.account, flat, load.now))
    found = [[next(told) for _ in items] for items in rows]
    return tuple(_of_row(standings).value for standings in found)


def _of_row(standings: Sequence[Standing]) -> Standing:
    if standings[0] is Standing.NEW:
        return Standing.NEW
    is_same = all(each is Standing.UNCHANGED for each in standings)
    return Standing.UNCHANGED if is_same else Standing.CHANGED


def _remove(items: Sequence[JourneyItem], phase: str, load: Load) -> Undone:
    """Remove profiles once all else that the import has written is gone."""
    chosen = [item for item in items if isinstance(item, Profile) == (phase == PROFILES)]
    return load.ports.imported_journeys.remove(load.account, chosen, load.now)
