"""Imports of whole files: what is known of one, from the request for it to its undoing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from headwater.domain.file_evidence import DECIMAL_MARKS, Question
from headwater.domain.file_kinds import COSTS, ORDERS
from headwater.domain.file_layouts import FileLayout  # noqa: TC001 - stored by its fields
from headwater.domain.orders import Order  # noqa: TC001 - stored by its fields

if TYPE_CHECKING:
    from collections.abc import Iterable

# In this order; a question or a failure leads back to a check, a failed import wrote nothing.
WAITING, CHECKING, ASKING, CHECKED = "waiting_for_file", "checking", "question", "checked"
IMPORTING, DONE, UNDOING, UNDONE, FAILED = "importing", "done", "undoing", "undone", "failed"
AT_WORK = frozenset({CHECKING, IMPORTING, UNDOING})
# The first phase of a check.
SURVEY = "survey"
LARGEST_FILE = 1_000_000_000
# The lake keeps a file, and what an import replaced, for thirty days (template.yaml).
UNDO_POSSIBLE = timedelta(days=29)
_MOST_EXAMPLES = 5
_FIRST_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the sender says of his file; what he leaves out is recognized, or asked for.

    ``source`` is that of orders, and of leads that name none; ``platform``, ``ad_account`` and
    ``currency`` are of ad cost, ``currency`` also of orders that name none. ``columns`` are
    (header as it came, column of ours; empty for one that is left out).
    """

    source: str = ""
    platform: str = ""
    ad_account: str = ""
    currency: str = ""
    time_zone: str = ""
    date_format: str = ""
    decimal_mark: str = ""
    delimiter: str = ""
    encoding: str = ""
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file's cells are read: what was recognized, or what the sender said."""

    layout: FileLayout
    date_order: str
    decimal_mark: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Place:
    """How far a file is worked off: the next row's first byte and number, batches, rows."""

    first_byte: int
    number: int = 2
    batch: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A row that was refused, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What became, or would become, of rows.

    ``days`` are the UTC days (of ad cost: the platform's) that change, as bits from 2000-01-01 on,
    in hexadecimal; ``amounts`` what orders or cost of those rows that change come to, by currency.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    days: str = "0"
    amounts: tuple[tuple[str, Decimal], ...] = ()
    examples: tuple[Example, ...] = ()

    def plus(self, other: Tally) -> Tally:
        """Return both together."""
        amounts = dict(self.amounts)
        for currency, amount in other.amounts:
            amounts[currency] = amounts.get(currency, Decimal(0)) + amount
        return Tally(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
            f"{int(self.days, 16) | int(other.days, 16):x}",
            tuple(sorted(amounts.items())),
            (*self.examples, *other.examples)[:_MOST_EXAMPLES],
        )

    @property
    def rows(self) -> int:
        """All rows."""
        return self.new + self.changed + self.unchanged + self.rejected


def days_as_bits(days: Iterable[date]) -> str:
    """Return days as ``Tally.days`` has them."""
    bits = 0
    for day in days:
        bits |= 1 << (day - _FIRST_DAY).days
    return f"{bits:x}"


def days_of_bits(bits: str) -> tuple[int, date | None, date | None]:
    """Return how many days there are, the first and the last."""
    number = int(bits, 16)
    if not number:
        return 0, None, None
    first, last = (number & -number).bit_length() - 1, number.bit_length() - 1
    return number.bit_count(), _FIRST_DAY + timedelta(first), _FIRST_DAY + timedelta(last)


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an import removed or put back, and what stays as somebody has changed it since.

    ``kept`` counts items, ``kept_orders`` names the first orders among them.
    """

    removed: int = 0
    restored: int = 0
    kept: int = 0
    kept_orders: tuple[str, ...] = ()

    def plus(self, other: Undone) -> Undone:
        """Return both together."""
        return Undone(
            self.removed + other.removed,
            self.restored + other.restored,
            self.kept + other.kept,
            (*self.kept_orders, *other.kept_orders)[:100],
        )


@dataclass(frozen=True, slots=True)
class Before:
    """What a batch found before it wrote anything; whoever does it again goes by this.

    ``standings`` are those of the rows that were taken, in order; ``orders`` those that were stored
    under the same ids; ``leads`` (source, id, node) whom contact ids stood for.
    """

    standings: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()
    leads: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CostHead:
    """Which load of an ad account a day shows; ``load`` is empty for none."""

    day: date
    load: str = ""
    is_pulled: bool = False


@dataclass(frozen=True, slots=True)
class CostHeads:
    """What days showed before an import replaced them."""

    heads: tuple[CostHead, ...] = ()


@dataclass(frozen=True, slots=True)
class FileImport:
    """An import of a file.

    ``revision`` grows with each change: of two that work on the same import, one finds another
    than it expects. ``phase`` is the part of the work that is under way, ``place`` how far it has
    come, ``attempt`` counts the checks. ``started_at``, when the check or the import was asked
    for, stands for the present in all that it reads and writes: doing it again is doing the same.
    ``currency`` is the account's, of then. ``replaced`` rows of ad cost are shown now on days of
    the file and not in it: they go.
    """

    import_id: str
    kind: str
    options: ImportOptions
    size: int
    created_at: datetime
    updated_at: datetime
    state: str = WAITING
    revision: int = 0
    phase: str = ""
    attempt: int = 0
    etag: str = ""
    reading: Reading | None = None
    rows: int = 0
    questions: tuple[Question, ...] = ()
    reason: str = ""
    currency: str = ""
    started_at: datetime | None = None
    place: Place = field(default_factory=lambda: Place(0))
    replaced: int = 0
    checked: Tally = field(default_factory=Tally)
    imported: Tally = field(default_factory=Tally)
    undone: Undone = field(default_factory=Undone)

    @property
    def undo_until(self) -> datetime:
        """Until when it can be undone: what that needs expires then."""
        return self.created_at + UNDO_POSSIBLE

    @property
    def decimal_mark(self) -> str:
        """The decimal mark of the cells; empty where each tells by itself."""
        return DECIMAL_MARKS.get(self.reading.decimal_mark, "") if self.reading else ""

    @property
    def load(self) -> str:
        """The name of the load that its ad cost is."""
        return f"import-{self.import_id}"


def options_of(kind: str) -> tuple[set[str], set[str]]:
    """Return the names of the options that a kind of file may have, and of those it needs."""
    dialect = {"time_zone", "date_format", "decimal_mark", "delimiter", "encoding", "columns"}
    needed = {ORDERS: {"source"}, COSTS: {"platform", "ad_account", "currency"}}.get(kind, set())
    more = {ORDERS: {"currency"}, "leads": {"source"}}.get(kind, set())
    return dialect | needed | more, needed
