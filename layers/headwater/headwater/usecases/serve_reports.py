"""Serve reports: read one finished run, answer with its figures."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.attribution.definitions import Kind
from headwater.domain.chains import REBILL
from headwater.domain.facts import AD_COLUMNS, DIMENSIONS
from headwater.domain.figures import follow_template, has_named_rows
from headwater.domain.manifests import partition_of
from headwater.domain.models import ROLES
from headwater.domain.money import from_minor
from headwater.domain.range_comparison import compare_answers
from headwater.domain.reporting_days import day_bounds
from headwater.errors import UnknownResourceError
from headwater.usecases.databases import open_database
from headwater.usecases.published_runs import envelope
from headwater.usecases.serve_effects import effects_used

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headwater.domain.orders import Order
    from headwater.usecases.ports import Facts, Lake, Orders
    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Comparison, Report, Request, Span


def serve_report(
    report: Report[Any, Any],
    account: str,
    request: Request[Any],
    published: PublishedRun,
    *,
    facts: Facts,
    lake: Lake,
    comparison: Comparison[Any] | None = None,
) -> dict[str, Any]:
    """Return a report: materialized where its range is a usual one, else computed.

    With a comparison each row stands beside what it was in the other range.

    Raises:
        InvalidParameterError: the run has no such model.
    """
    document = report.document(request, published, facts=facts, lake=lake)
    spelled = report.spell(request, document, published)
    if has_named_rows(report.name):
        spelled["parameters"]["compare"] = comparison and comparison.compare
    answer = {
        **envelope(account, report.name, published),
        "follow": follow_template(report.name, spelled["parameters"], published.data_version),
        **spelled,
        **_effects_of_range(request, published, facts),
    }
    if comparison is None:
        return answer
    before = serve_report(report, account, comparison.request, published, facts=facts, lake=lake)
    cut = report.cut.get(answer["parameters"].get("part", ""))
    return compare_answers(answer, before, published.settings.currency, cut)


def _effects_of_range(
    request: Request[Any], published: PublishedRun, facts: Facts
) -> dict[str, Any]:
    """Return the versions that the range's orders are split by; a model without such has null.

    A report about all models names none.
    """
    if request.model is None:
        return {}
    kinds = {model.name: model.kind for model in published.settings.model_definitions}
    if kinds[request.model] is not Kind.MARKOV:
        return {"effects": None}
    span: Span = request.query.span
    start, end = day_bounds(span.first, span.last, published.settings.time_zone)
    last = end - timedelta(microseconds=1)
    return {"effects": effects_used(published, start, last, facts=facts)}


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
        "effects": _effects_of_order(account, order, rest["kind"], published, facts, orders),
        "rest": _spell_rest(rest, currency, models),
    }


def _effects_of_order(
    account: str,
    order: Order,
    kind: str,
    published: PublishedRun,
    facts: Facts,
    orders: Orders,
) -> dict[str, Any] | None:
    """Return the version that ``markov`` splits an order by: a rebill's is its root's."""
    root: Order | None = order
    if kind == REBILL:
        with open_database() as db:
            facts.mount(db, published.manifest.tables, ["chains"])
            [key] = db.execute(
                "SELECT root_source, root_order_id FROM chains WHERE source = ? AND order_id = ?",
                list(order.key),
            ).fetchall()
        root = orders.get(account, *key)
    if root is None:
        return None
    used = effects_used(published, root.placed_at, root.placed_at, facts=facts)
    return used[0] if used else None


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
        model: {"kind": kind_of_rest(rest, model), **amounts}
        for model, amounts in _amounts(rest, currency, models).items()
    }


def kind_of_rest(rest: Mapping[str, Any], model: str) -> str:
    """Return the kind of the row under which reports show what no touch gets under a model.

    ``rest`` says ``is_converted``, ``order_class`` and ``<model>_pre_tracking``.
    """
    if not rest["is_converted"]:
        return "not_converted"
    if rest["order_class"] != "store":
        return str(rest["order_class"])
    return "pre_tracking" if rest[f"{model}_pre_tracking"] else "unattributed"


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
