"""Import file: the work on an import of a file, in slices, each of which may die anywhere.

A check reads all of the file and writes nothing: first what its bytes and cells mean, then what
each row would do. An import reads it again and writes batch after batch; undoing reads it once
more. After each batch the import's place is saved, under the condition that nobody else has moved
it, and what a batch does depends on nothing but the file and what it found before it first wrote.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from headwater.domain import file_imports, file_kinds
from headwater.domain.file_batches import batches, groups, rejected_header, rejected_rows
from headwater.domain.file_costs import CostPlan
from headwater.domain.file_evidence import Question
from headwater.domain.file_imports import (
    ASKING,
    CHECKED,
    DONE,
    FAILED,
    SURVEY,
    UNDONE,
    Before,
    Place,
)
from headwater.domain.file_kinds import COSTS, KINDS
from headwater.errors import (
    ConfigurationError,
    InvalidParameterError,
    InvalidRowError,
    LeaseLostError,
    UndecidedError,
    UnknownResourceError,
)
from headwater.usecases.file_loaders import LOAD, LeadLoader, Load, TouchpointLoader
from headwater.usecases.file_readings import rows_from, survey_file
from headwater.usecases.file_tallies import tally_of
from headwater.usecases.sales_loaders import CostLoader, OrderLoader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from headwater.domain.file_batches import Group
    from headwater.domain.file_imports import FileImport, Reading
    from headwater.usecases.file_loaders import Loader
    from headwater.usecases.import_ports import ImportPorts

PLANNING, COMPARE = "plan", "compare"
_ENDED = "ended"
# Where the rows are that the import itself has refused.
_WRITTEN = "rejected"


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """Where an import stands; ``more``: the time is over, go on in another invocation."""

    state: str
    rows: int
    more: bool = False


def import_file(
    account: str, import_id: str, deadline: datetime, *, ports: ImportPorts
) -> ImportedFile:
    """Go on with an import until its work is done, or the deadline has come.

    Whoever finds that somebody else goes on with it stops.

    Raises:
        UnknownResourceError: there is no such import.
        RetriableError: something does not answer; the same call goes on from there.
    """
    work = _Work(account, ports.imports.get(account, import_id), deadline, ports)
    try:
        more = work.go_on()
    except LeaseLostError:
        more = False
    return ImportedFile(work.record.state, work.record.place.rows, more)


class _Work:
    """One invocation's work on an import."""

    def __init__(
        self, account: str, record: FileImport, deadline: datetime, ports: ImportPorts
    ) -> None:
        self.record = record
        self._account = account
        self._deadline = deadline
        self._ports = ports

    def go_on(self) -> bool:
        """Do what is to be done; return whether there is more."""
        match self.record.state:
            case file_imports.CHECKING:
                return self._check()
            case file_imports.IMPORTING:
                return self._import()
            case file_imports.UNDOING:
                return self._undo()
            case _:
                return False

    def _check(self) -> bool:
        try:
            if self.record.phase == SURVEY and not self._survey():
                return False
            if self.record.phase == PLANNING:
                self._plan()
            if not self._each_batch(self._compare):
                return True
        except UndecidedError as error:
            question = Question(error.option, str(error), error.choices)
            self._save(state=ASKING, questions=(question,))
            return False
        except InvalidParameterError as error:
            self._save(state=FAILED, reason=str(error))
            return False
        self._join_rejected(self._checked_folder)
        self._save(state=CHECKED)
        return False

    def _survey(self) -> bool:
        """Find out how the file is read; return whether that is clear."""
        stored = self._ports.files.take(self._account, self.record.import_id)
        if stored is None:
            message = "file: none was put"
            raise InvalidParameterError(message)
        self._save(etag=stored.etag, size=stored.size)
        found = survey_file(self._account, self.record, self._ports.files)
        if found.questions:
            self._save(state=ASKING, questions=found.questions, rows=found.rows)
            return False
        phase = PLANNING if self.record.kind == COSTS else COMPARE
        place = Place(found.reading.layout.first_byte)
        self._save(phase=phase, reading=found.reading, rows=found.rows, place=place)
        return True

    def _plan(self) -> None:
        loader = CostLoader(self._load)
        plan, replaced = loader.plan(self._groups())
        self._ports.files.put(self._account, self.record.import_id, self._plan_name, plan)
        self._save(phase=COMPARE, replaced=replaced)

    def _import(self) -> bool:
        if not self._each_batch(self._write):
            return True
        self._loader.finish()
        self._join_rejected(_WRITTEN)
        # A run of its own brings what was imported into the reports.
        self._ports.pipeline.pull(self._account)
        self._save(state=DONE)
        return False

    def _undo(self) -> bool:
        phases = (*self._loader.undo_phases, _ENDED)
        if self.record.phase not in phases:
            self._save(phase=phases[0], place=self._start)
        while (phase := self.record.phase) != _ENDED:
            if phase == LOAD:
                undone = self._loader.undo([], Before(), phase)
                self._save(undone=self.record.undone.plus(undone))
            elif not self._each_batch(self._take_back):
                return True
            self._save(phase=phases[phases.index(phase) + 1], place=self._start)
        self._ports.pipeline.pull(self._account)
        self._save(state=UNDONE)
        return False

    def _each_batch(self, work: Callable[[list[Group]], FileImport]) -> bool:
        """Work off the file from its place on; return whether its end was reached in time."""
        for batch in batches(self._groups()):
            if self._ports.clock.now() >= self._deadline:
                return False
            last, before = batch[-1].records[-1], self.record.place
            rows = before.rows + sum(len(group.records) for group in batch)
            place = Place(last.end, last.number + 1, before.batch + 1, rows)
            self.record = replace(work(batch), place=place)
            self._save()
        return True

    def _compare(self, batch: list[Group]) -> FileImport:
        taken, refused = self._read(batch)
        self._return(self._checked_folder, refused)
        before = self._loader.before([row for _, row in taken])
        tally = tally_of(taken, before.standings, refused, self._loader)
        return replace(self.record, checked=self.record.checked.plus(tally))

    def _write(self, batch: list[Group]) -> FileImport:
        taken, refused = self._read(batch)
        self._return(_WRITTEN, refused)
        rows = [row for _, row in taken]
        before = self._ports.files.keep_once(
            self._account, self.record.import_id, self._before_name, self._loader.before(rows)
        )
        self._loader.write(rows, before)
        tally = tally_of(taken, before.standings, refused, self._loader)
        return replace(self.record, imported=self.record.imported.plus(tally))

    def _take_back(self, batch: list[Group]) -> FileImport:
        try:
            before = self._ports.files.get(
                self._account, self.record.import_id, self._before_name, Before
            )
        except UnknownResourceError:
            return self.record  # the import died before it came to this batch
        taken, _ = self._read(batch)
        undone = self._loader.undo([row for _, row in taken], before, self.record.phase)
        return replace(self.record, undone=self.record.undone.plus(undone))

    def _read(self, batch: list[Group]) -> tuple[list[tuple[Group, Any]], list[tuple[Group, str]]]:
        """Return the groups that can be taken, each with what it says, and the others' reasons."""
        taken: list[tuple[Group, Any]] = []
        refused: list[tuple[Group, str]] = []
        for group in batch:
            try:
                taken.append((group, self._loader.read(group)))
            except InvalidRowError as error:
                refused.append((group, str(error)))
        return taken, refused

    def _return(self, folder: str, refused: list[tuple[Group, str]]) -> None:
        if refused:
            name = f"{folder}/{self.record.place.batch:08}.csv"
            content = rejected_rows(refused, self._reading.layout)
            self._ports.files.put_part(self._account, self.record.import_id, name, content)

    def _join_rejected(self, folder: str) -> None:
        header = rejected_header(self._reading.layout)
        self._ports.files.join_rejected(self._account, self.record.import_id, header, folder)

    def _groups(self) -> Iterator[Group]:
        layout, files = self._reading.layout, self._ports.files
        rows = rows_from(self._account, self.record, layout, self.record.place, files)
        return groups(rows, KINDS[self.record.kind], layout)

    def _save(self, **changes: Any) -> None:  # noqa: ANN401 - fields of the record
        changed = replace(self.record, updated_at=self._ports.clock.now(), **changes)
        self.record = self._ports.imports.save(self._account, changed)

    @cached_property
    def _loader(self) -> Loader[Any]:
        match self.record.kind:
            case file_kinds.TOUCHPOINTS:
                return TouchpointLoader(self._load)
            case file_kinds.LEADS:
                return LeadLoader(self._load)
            case file_kinds.ORDERS:
                return OrderLoader(self._load)
            case _:
                files, import_id = self._ports.files, self.record.import_id
                plan = files.get(self._account, import_id, self._plan_name, CostPlan)
                return CostLoader(self._load, plan)

    @property
    def _load(self) -> Load:
        now = self.record.started_at or self._ports.clock.now()
        return Load(self._account, self.record, now, self._ports)

    @property
    def _reading(self) -> Reading:
        if self.record.reading is None:
            message = "an import that was never surveyed"
            raise ConfigurationError(message)
        return self.record.reading

    @property
    def _start(self) -> Place:
        return Place(self._reading.layout.first_byte)

    @property
    def _checked_folder(self) -> str:
        return f"rejected-{self.record.attempt}"

    @property
    def _plan_name(self) -> str:
        return f"plan-{self.record.attempt}.json"

    @property
    def _before_name(self) -> str:
        return f"before/{self.record.place.batch:08}.json"
