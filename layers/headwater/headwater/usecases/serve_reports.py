"""Serve reports: read one finished run, answer with its figures.

Every reader starts at the account's pointer and reads that one manifest, so an answer never
mixes two runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.facts import AD_COLUMNS, DIMENSIONS
from headwater.domain.manifests import Manifest, partition_of
from headwater.domain.models import ROLES
from headwater.domain.money import from_minor
from headwater.domain.reporting_days import day_bounds
from headwater.domain.roi import RoiCells, notes_on, spell_roi
from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.compute_roi import RoiQuery, compute_roi, objects_for
from headwater.usecases.databases import open_database
from headwater.usecases.materialize_reports import report_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headwater.domain.orders import Order
    from headwater.usecases.ports import Facts, Lake, Orders, Runs

# Longer ranges are asked for as all_time.
LONGEST_RANGE = timedelta(days=3_660)


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """The finished run that an answer is read from."""

    manifest: Manifest
    data_version: str
    generated_at: datetime

    @property
    def settings(self) -> AccountSettings:
        """Return the settings that the run was made with."""
        return AccountSettings.from_document(self.manifest.settings)

    @property
    def is_history_complete(self) -> bool:
        """Tell whether every source's whole order history is in."""
        return all(history.is_complete for history in self.manifest.histories.values())


@dataclass(frozen=True, slots=True)
class RoiRequest:
    """A reader's question."""

    query: RoiQuery
    model: str
    revenue: str

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if self.revenue not in ("gross", "net"):
            message = "revenue: choose gross or net"
            raise InvalidParameterError(message)
        if self.query.last - self.query.first > LONGEST_RANGE:
            message = f"to: a report covers at most {LONGEST_RANGE.days} days"
            raise InvalidParameterError(message)


def open_published_run(account: str, *, runs: Runs, lake: Lake) -> PublishedRun:
    """Return the account's latest finished run.

    Raises:
        UnknownResourceError: no run has finished yet.
    """
    head = runs.head(account)
    if head.manifest is None or head.generated_at is None:
        message = "no report yet: the first run has not finished"
        raise UnknownResourceError(message)
    return PublishedRun(lake.get_manifest(head.manifest), head.data_version, head.generated_at)


def serve_roi(
    account: str, request: RoiRequest, published: PublishedRun, *, facts: Facts, lake: Lake
) -> dict[str, Any]:
    """Return the ROI report: materialized where its range is a usual one, else computed.

    Raises:
        InvalidParameterError: the run has no such model.
    """
    if request.model not in published.manifest.models:
        message = f"model: choose among {', '.join(published.manifest.models)}"
        raise InvalidParameterError(message)
    cells = _materialized(request, published, lake) or _computed(request, published, facts)
    query, settings = request.query, published.settings
    return {
        **envelope(account, "roi", published),
        "parameters": {
            "from": query.first.isoformat(),
            "to": query.last.isoformat(),
            "by": list(query.by),
            "model": request.model,
            "revenue": request.revenue,
            "date": "conversion",
            "is_partial": query.last >= published.manifest.as_of,
        },
        **spell_roi(
            cells,
            by=query.by,
            revenue=request.revenue,
            currency=settings.currency,
            is_history_complete=published.is_history_complete,
        ),
        "notes": notes_on(cells.totals),
        "next": None,
    }


def serve_credits(
    account: str,
    source: str,
    order_id: str,
    published: PublishedRun,
    *,
    facts: Facts,
    orders: Orders,
) -> dict[str, Any]:
    """Return one order's credit trail: its touches, their roles and each model's cents.

    Raises:
        UnknownResourceError: the account has no such order, or it is not in the last run.
    """
    order = orders.get(account, source, order_id)
    if order is None:
        message = f"there is no order {order_id} of source {source}"
        raise UnknownResourceError(message)
    placed_on = order.placed_at.astimezone(UTC).date()
    objects = published.manifest.tables.get("credits", {})
    likely = (placed_on.isoformat(), partition_of(placed_on, published.manifest.as_of))
    held = {p: objects[p] for p in likely if p in objects}
    # An order that has moved to another day since the run stands where the run has seen it.
    rows = _credit_rows(held, order, facts) or _credit_rows(objects, order, facts)
    if not rows:
        message = f"order {order_id} is no revenue in the last run: its status or age excludes it"
        raise UnknownResourceError(message)
    *touches, rest = rows
    currency, models = published.settings.currency, published.manifest.models
    return {
        **envelope(account, "credits", published),
        "order": {
            "source": source,
            "order_id": order_id,
            "placed_at": _instant(rest["placed_at"]),
            "contact": rest["contact"],
            "order_class": rest["order_class"],
            "kind": rest["kind"],
            "is_new": rest["is_new"] if published.is_history_complete else None,
            "gross": str(from_minor(rest["order_gross"], currency)),
            "net": str(from_minor(rest["order_net"], currency)),
        },
        "touches": [_spell_touch(touch, currency, models) for touch in touches],
        "rest": _spell_rest(rest, currency, models),
    }


def _spell_touch(touch: dict[str, Any], currency: str, models: Sequence[str]) -> dict[str, Any]:
    return {
        "touch_id": touch["touch_id"],
        "at": _instant(touch["touched_at"]),
        **{name: touch[name] for name in (*DIMENSIONS, *AD_COLUMNS)},
        "roles": [role for role in ROLES if touch[f"is_{role}"]],
        "credits": _amounts(touch, currency, models),
    }


def _spell_rest(
    rest: dict[str, Any], currency: str, models: Sequence[str]
) -> dict[str, dict[str, str]]:
    return {
        model: {
            "kind": "pre_tracking" if rest[f"{model}_pre_tracking"] else "unattributed",
            **amounts,
        }
        for model, amounts in _amounts(rest, currency, models).items()
    }


def _credit_rows(objects: Mapping[str, str], order: Order, facts: Facts) -> list[dict[str, Any]]:
    """Return an order's rows among some partitions: its touches by time, then the rest row."""
    with open_database() as db:
        facts.mount(db, {"credits": dict(objects)}, ["credits"])
        cursor = db.execute(
            "SELECT * FROM credits WHERE store = ? AND order_id = ? "
            "ORDER BY touch_id = '', touched_at, touch_id",
            list(order.key),
        )
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def envelope(account: str, report: str, published: PublishedRun) -> dict[str, Any]:
    """Return what every report says about itself."""
    manifest = published.manifest
    return {
        "report": report,
        "account": account,
        "data_version": published.data_version,
        "generated_at": published.generated_at.isoformat(),
        "as_of": manifest.as_of.isoformat(),
        "history": {
            source: f"{history.done} of {history.total}"
            for source, history in manifest.histories.items()
            if not history.is_complete
        }
        or "complete",
        "time_zone": published.settings.time_zone,
        "currency": published.settings.currency,
    }


def _materialized(request: RoiRequest, published: PublishedRun, lake: Lake) -> RoiCells | None:
    key = published.manifest.reports.get(report_name(request.query))
    return RoiCells.from_document(lake.get_json(key)[request.model]) if key else None


def _computed(request: RoiRequest, published: PublishedRun, facts: Facts) -> RoiCells:
    query, zone = request.query, published.settings.time_zone
    start, end = day_bounds(query.first, query.last, zone)
    objects = objects_for(published.manifest.tables, start, end)
    with open_database() as db:
        models = (request.model,)
        facts.mount(db, objects, list(objects), published.manifest.models)
        return compute_roi(db, query.first, query.last, zone, models)(query.by)[request.model]


def _amounts(
    row: dict[str, Any], currency: str, models: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Spell a row's amounts under the models in which it takes part."""
    return {
        model: {
            money: str(from_minor(row[f"{model}_{money}"], currency)) for money in ("gross", "net")
        }
        for model in models
        if row[f"{model}_gross"] is not None
    }


def _instant(naive: datetime) -> str:
    return naive.replace(tzinfo=UTC).isoformat()
