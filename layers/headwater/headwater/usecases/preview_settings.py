"""Preview settings: which figures of a range another value of a setting would give.

The last run's facts are attributed anew under it by the code of the run, and both sides are read by
the ROI report. Nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.effects import effects_of
from headwater.domain.facts import COLUMNS
from headwater.domain.setting_documents import setting_documents
from headwater.domain.subscriptions import chain_account
from headwater.usecases.attribute_orders import build_attribution
from headwater.usecases.chain_subscriptions import chain_rows
from headwater.usecases.databases import open_database
from headwater.usecases.effect_tables import read_versions
from headwater.usecases.journey_columns import JOURNEY_TABLES
from headwater.usecases.published_runs import envelope
from headwater.usecases.reports.report import Scope
from headwater.usecases.reports.roi import ROI, ROI_TABLES, RoiQuery, RoiRequest
from headwater.usecases.row_tables import fill_table, single_row
from headwater.usecases.subscription_tables import read_marked_orders
from headwater.usecases.train_effects import train_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import duckdb

    from headwater.domain.effects import EffectsVersion
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Facts
    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Span

type Json = dict[str, Any]
# Orders and touchpoints that are attributed within a request, which has thirty seconds.
MOST_FACTS = 500_000
_NONE: Json = {"rows": []}
_MONEY = ("orders", "gross", "net")
_BUILT = {
    "credits": "credit_rows",
    "leads": "lead_rows",
    "spend": "spend_rows",
    "clicks": "click_rows",
    "duplicates": "duplicate_rows",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried.

    Attributes:
        setting: its name, as in ``setting_documents``.
        change: makes other settings of those of the last run.
        restated_from: the month from which effects are trained anew; None leaves all as they are.
    """

    setting: str
    change: Callable[[AccountSettings], AccountSettings]
    restated_from: str | None = None

    def documents(self, was: AccountSettings, changed: AccountSettings) -> dict[str, Json]:
        """Return what is told of both sides."""
        if self.restated_from is not None:
            return {"before": {"from": None}, "after": {"from": self.restated_from}}
        sides = {"before": was, "after": changed}
        return {side: setting_documents(each)[self.setting] for side, each in sides.items()}


def preview_setting(
    account: str,
    trial: Trial,
    span: Span,
    published: PublishedRun,
    *,
    facts: Facts,
) -> Json:
    """Return what a range would show under another value of a setting, beside what it shows now.

    Of an account that is too large to be attributed within a request only its facts are counted:
    ``is_count``, without ``totals`` and ``rows``.

    Args:
        account: whose.
        trial: the setting, and its other value.
        span: the range; under another time zone its days begin at other instants.
        published: the last run, whose settings are changed.
        facts: its facts.

    Raises:
        InvalidParameterError: naming a value that is out of bounds.
        InvalidModelsError: naming each bad model and parameter.
    """
    was = published.settings
    changed = trial.change(was)
    answer = {
        **envelope(account, "settings-preview", published),
        "setting": trial.setting,
        **trial.documents(was, changed),
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
    }
    with open_database() as db:
        facts.mount(
            db, published.manifest.tables, (*JOURNEY_TABLES, "lines", "products", "effects")
        )
        counted = _counted(db)
        if counted > MOST_FACTS:
            return {**answer, "facts": counted, "is_count": True, "totals": None, "rows": None}
        _attribute(db, changed, _versions(db, changed, trial, published))
        after = _figures(db, changed, span, published)
    with open_database() as db:
        facts.mount(db, published.manifest.tables, ROI_TABLES, published.manifest.models)
        before = _figures(db, was, span, published)
    return {**answer, "facts": counted, "is_count": False, **_compared(before, after)}


def _counted(db: duckdb.DuckDBPyConnection) -> int:
    (counted,) = single_row(
        db, "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM touchpoints)"
    )
    return int(counted)


def _versions(
    db: duckdb.DuckDBPyConnection,
    settings: AccountSettings,
    trial: Trial,
    published: PublishedRun,
) -> list[EffectsVersion]:
    """Return the versions of effects, those that are to be restated as a run would train them."""
    versions = read_versions(db)
    if trial.restated_from is None:
        return versions
    months = [version.month for version in versions]
    kept = [version for version in versions if version.month < trial.restated_from]
    as_of = published.as_of or published.generated_at
    again = [month for month in months if month >= trial.restated_from]
    return [*kept, *train_versions(db, again, months[0], as_of, settings)] if again else kept


def _attribute(
    db: duckdb.DuckDBPyConnection, settings: AccountSettings, versions: Sequence[EffectsVersion]
) -> None:
    """Make the tables that the ROI report reads, as a run under these settings would."""
    chaining = chain_account(*read_marked_orders(db, settings.rules, settings))
    fill_table(db, "found_chains", COLUMNS["chains"], chain_rows(chaining))
    db.execute("CREATE OR REPLACE TEMP VIEW chains AS FROM found_chains")
    build_attribution(db, settings, effects_of(versions))
    for table, rows in _BUILT.items():
        db.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS FROM {rows}")


def _figures(
    db: duckdb.DuckDBPyConnection, settings: AccountSettings, span: Span, published: PublishedRun
) -> dict[str, Json]:
    """Return the ROI report by channel under each model."""
    query, scope = (
        RoiQuery(span, ("channel",)),
        Scope.of(settings, settings.models, published.manifest.as_of),
    )
    [document] = ROI.compute(db, [query], scope)
    return {
        model: ROI.spell(RoiRequest(query, model, "net"), document, published)
        for model in scope.models
    }


def _compared(before: Mapping[str, Json], after: Mapping[str, Json]) -> Json:
    """Return the store's totals on both sides, and the rows of each model that differ.

    Of a model that one side does not have all rows differ.
    """
    return {
        "totals": {
            side: _money(next(iter(answers.values()))["totals"])
            for side, answers in (("before", before), ("after", after))
        },
        "rows": [
            row
            for model in dict.fromkeys((*before, *after))
            for row in _rows(model, before.get(model, _NONE), after.get(model, _NONE))
        ],
    }


def _rows(model: str, before: Json, after: Json) -> Iterator[Json]:
    old, new = (
        {(row["kind"], row.get("channel", "")): _money(row) for row in side["rows"]}
        for side in (before, after)
    )
    for kind, channel in sorted({*old, *new}):
        told = old.get((kind, channel)), new.get((kind, channel))
        if told[0] != told[1]:
            yield {
                "model": model,
                "kind": kind,
                "channel": channel,
                "before": told[0],
                "after": told[1],
            }


def _money(row: Mapping[str, Any]) -> Json:
    return {name: row[name] for name in _MONEY}
