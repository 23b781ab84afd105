"""Preview settings: which figures of a range another value of a setting would give.

The last run's facts are attributed anew under it by the code of the run, and both sides are read by
the ROI report. Nothing is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.effects import effects_of
from headwater.domain.facts import COLUMNS
from headwater.domain.plain_settings import change_setting
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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Facts
    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Span

type Json = dict[str, Any]
# Orders and touchpoints that are attributed within a request, which has thirty seconds.
MOST_FACTS = 500_000
_MONEY = ("orders", "gross", "net")
_BUILT = {
    "credits": "credit_rows",
    "leads": "lead_rows",
    "spend": "spend_rows",
    "clicks": "click_rows",
    "duplicates": "duplicate_rows",
}


def preview_setting(
    account: str,
    name: str,
    values: Mapping[str, Any],
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
        name: of the setting, one of ``PLAIN_SETTINGS``.
        values: those of its document.
        span: the range; under another time zone its days begin at other instants.
        published: the last run, whose settings are changed.
        facts: its facts.

    Raises:
        InvalidParameterError: naming a value that is out of bounds.
    """
    was = published.settings
    changed = change_setting(was, name, values)
    answer = {
        **envelope(account, "settings-preview", published),
        "setting": name,
        "before": setting_documents(was)[name],
        "after": setting_documents(changed)[name],
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
        _attribute(db, changed)
        after = _figures(db, changed, span, published)
    with open_database() as db:
        models = published.manifest.models
        facts.mount(db, published.manifest.tables, ROI_TABLES, models)
        before = _figures(db, was, span, published)
    return {**answer, "facts": counted, "is_count": False, **_compared(before, after)}


def _counted(db: duckdb.DuckDBPyConnection) -> int:
    (counted,) = single_row(
        db, "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM touchpoints)"
    )
    return int(counted)


def _attribute(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> None:
    """Make the tables that the ROI report reads, as a run under these settings would."""
    chaining = chain_account(*read_marked_orders(db, settings.rules, settings))
    fill_table(db, "found_chains", COLUMNS["chains"], chain_rows(chaining))
    db.execute("CREATE OR REPLACE TEMP VIEW chains AS FROM found_chains")
    build_attribution(db, settings, effects_of(read_versions(db)))
    for table, rows in _BUILT.items():
        db.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS FROM {rows}")


def _figures(
    db: duckdb.DuckDBPyConnection, settings: AccountSettings, span: Span, published: PublishedRun
) -> dict[str, Json]:
    """Return the ROI report by channel under each model."""
    query, models = RoiQuery(span, ("channel",)), published.manifest.models
    [document] = ROI.compute(db, [query], Scope.of(settings, models, published.manifest.as_of))
    return {
        model: ROI.spell(RoiRequest(query, model, "net"), document, published) for model in models
    }


def _compared(before: Mapping[str, Json], after: Mapping[str, Json]) -> Json:
    """Return the store's totals on both sides, and the rows of each model that differ."""
    some = next(iter(before))
    return {
        "totals": {
            "before": _money(before[some]["totals"]),
            "after": _money(after[some]["totals"]),
        },
        "rows": [row for model in before for row in _rows(model, before[model], after[model])],
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
