"""What a report is: which tables it reads, what it computes from them, and how that is spelled.

A report is computed in two steps. ``compute`` turns the facts of a range into a *document*, plain
JSON values without a rounding or a word in them; the run stores the documents of the usual ranges.
``spell`` turns a document into what a reader asked for. So a stored answer and a computed one
differ in nothing but the time that they take.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from headwater.domain.attribution.definitions import Kind
from headwater.domain.channels import PAID_CHANNELS
from headwater.domain.manifests import ALL_DAYS
from headwater.domain.reporting_days import day_bounds
from headwater.errors import InvalidParameterError
from headwater.usecases.databases import open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    import duckdb

    from headwater.domain.attribution.definitions import ModelDefinition
    from headwater.domain.manifests import Objects
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Facts, Lake
    from headwater.usecases.published_runs import PublishedRun

# Longer ranges are asked for as all_time.
LONGEST_RANGE = timedelta(days=3_660)
# Tables whose days say when a thing was first seen, which is no matter of the range.
_UNDATED = frozenset({"products"})


@dataclass(frozen=True, slots=True)
class Span:
    """A range of reporting days, both included.

    The run's own ranges may be longer than what may be asked for.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a range that ends before it begins.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if self.first > self.last:
            message = f"from: {self.first} is after to: {self.last}"
            raise InvalidParameterError(message)

    def before(self, compare: str) -> Span:
        """Return the range to compare with: equally long and right before, or a year earlier.

        Raises:
            InvalidParameterError: there is no such comparison.
        """
        if compare == "previous_period":
            length = self.last - self.first + timedelta(days=1)
            return Span(self.first - length, self.last - length)
        if compare != "previous_year":
            message = "compare: choose previous_period or previous_year"
            raise InvalidParameterError(message)
        return Span(_year_earlier(self.first), _year_earlier(self.last))

    def refuse_long(self) -> None:
        """Refuse more than ``LONGEST_RANGE``.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if self.last - self.first > LONGEST_RANGE:
            message = f"to: a report covers at most {LONGEST_RANGE.days} days"
            raise InvalidParameterError(message)


def _year_earlier(day: date) -> date:
    """Return the same date of the year before; 29 February becomes the 28th."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


class Query(Protocol):
    """What decides a document: a range, and whatever else the report is about."""

    @property
    def span(self) -> Span:
        """Return the range."""

    @property
    def label(self) -> str:
        """Return what else it asks, as a part of an object's key; equal labels, equal answers."""


class Request[Q: Query](Protocol):
    """A reader's question: the document that it is read from, and how it is to be spelled."""

    @property
    def query(self) -> Q:
        """Return what decides the document."""

    @property
    def model(self) -> str | None:
        """Return the one attribution model that is asked about, or None for all."""


@dataclass(frozen=True, slots=True)
class Comparison[R: Request[Any]]:
    """Which range an answer stands beside, as readers call it, and the same question about that."""

    compare: str
    request: R


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the account's settings decides a report's figures.

    ``models`` are those that are asked for, in the order of the account's; ``whole`` those of the
    account that give each touch all of its order, so that rows hold more than there is.
    ``definitions`` are all of the account's models. ``as_of`` is the reporting day of the run.
    """

    zone: str
    models: tuple[str, ...]
    as_of: date
    whole: frozenset[str] = frozenset()
    definitions: tuple[ModelDefinition, ...] = ()
    paid_channels: frozenset[str] = PAID_CHANNELS

    @classmethod
    def of(cls, settings: AccountSettings, models: tuple[str, ...], as_of: date) -> Scope:
        """Return the scope of some models of an account on a day."""
        definitions = settings.model_definitions
        whole = frozenset(each.name for each in definitions if each.kind is Kind.ROLES_FULL)
        return cls(settings.time_zone, models, as_of, whole, definitions, settings.paid_channels)


@dataclass(frozen=True, slots=True)
class Report[Q: Query, R: Request[Any]]:
    """One report.

    Attributes:
        name: as it stands in ``/v1/reports/<name>`` and in manifests.
        tables: the fact tables that it reads.
        usual: the queries of a usual range that each run answers beforehand.
        compute: the documents of some queries, in their order; ranges cost little more than one.
            The database holds ``tables`` as views, at least the partitions of the ranges.
        spell: ``parameters totals rows notes next`` of an answer.
        tables_of: those of ``tables`` that a query reads.
        tables_beyond: those that it reads beyond the end of its range.
        tables_whole: those that it reads whole, whatever its range.
        is_worth_keeping: whether a usual document is stored; others are computed when asked for.
        is_alarming: whether a usual document says what somebody has to be told at once.
        documents_of: the report whose documents it reads, instead of storing its own.
        cut: part (empty where there is none) → a column (empty for none) and a number: where a list
            has so many rows of one value of it, others of that value may be missing.
    """

    name: str
    tables: tuple[str, ...]
    usual: Callable[[Span], Sequence[Q]]
    compute: Callable[[duckdb.DuckDBPyConnection, Sequence[Q], Scope], Iterator[Any]]
    spell: Callable[[R, Any, PublishedRun], dict[str, Any]]
    tables_of: Callable[[Q], Collection[str]] | None = None
    tables_beyond: Callable[[Q], frozenset[str]] = field(default=lambda _: frozenset())
    tables_whole: frozenset[str] = frozenset()
    is_worth_keeping: Callable[[Any], bool] = field(default=lambda _: True)
    is_alarming: Callable[[Any], bool] = field(default=lambda _: False)
    documents_of: str = ""
    cut: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def key(self, query: Q) -> str:
        """Return the name under which a manifest lists the document of a query."""
        return (
            f"{self.documents_of or self.name}/{query.span.first}_{query.span.last}/{query.label}"
        )

    def objects(
        self, objects: Objects, query: Q, zone: str, besides: Collection[str] = ()
    ) -> Objects:
        """Return the partitions that can hold what a query is about, those of other tables too."""
        start, end = day_bounds(query.span.first, query.span.last, zone)
        first, last = start.date().isoformat(), end.date().isoformat()
        beyond = self.tables_beyond(query)

        def is_wanted(table: str, partition: str) -> bool:
            # A month "2026-03" sorts before its days and is compared with the bounds' months.
            size = len(partition)
            return (
                partition == ALL_DAYS
                or table in _UNDATED
                or table in self.tables_whole
                or (first[:size] <= partition and (table in beyond or partition <= last[:size]))
            )

        return {
            table: {p: key for p, key in objects.get(table, {}).items() if is_wanted(table, p)}
            for table in (*(self.tables_of(query) if self.tables_of else self.tables), *besides)
        }

    def document(
        self, request: Request[Q], published: PublishedRun, *, facts: Facts, lake: Lake
    ) -> Any:  # noqa: ANN401 - any JSON value
        """Return the document of a question: read where the run has stored it, else computed.

        Raises:
            InvalidParameterError: the run has no such model.
        """
        query, models = request.query, published.manifest.models
        if request.model is not None and request.model not in models:
            message = f"model: choose among {', '.join(models)}"
            raise InvalidParameterError(message)
        stored = published.manifest.reports.get(self.key(query))
        if stored:
            return lake.get_json(stored)
        asked = models if request.model is None else (request.model,)
        scope = Scope.of(published.settings, asked, published.manifest.as_of)
        with open_database() as db:
            self.mount(db, query, published, facts)
            (document,) = self.compute(db, [query], scope)
        return document

    def mount(
        self,
        db: duckdb.DuckDBPyConnection,
        query: Q,
        published: PublishedRun,
        facts: Facts,
        besides: Collection[str] = (),
    ) -> None:
        """Make a run's tables views, as far as a query is about them; ``besides`` are others."""
        manifest = published.manifest
        zone = published.settings.time_zone
        objects = self.objects(manifest.tables, query, zone, besides)
        facts.mount(db, objects, {*self.tables, *besides}, manifest.models)
