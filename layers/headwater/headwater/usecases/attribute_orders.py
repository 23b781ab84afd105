"""Attribute orders: every revenue order to the touches that earned it, under every model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.domain.attribution.engine import attribute_blocks
from headwater.domain.manifests import ALL_DAYS
from headwater.usecases.credit_tables import build_credit_rows, build_lead_rows
from headwater.usecases.databases import open_database
from headwater.usecases.dimension_tables import build_dimension_tables
from headwater.usecases.duplicate_tables import build_duplicate_tables
from headwater.usecases.engine_columns import read_columns
from headwater.usecases.evidence_tables import build_evidence_rows
from headwater.usecases.journey_tables import build_journey_tables
from headwater.usecases.partitions import save_days
from headwater.usecases.run_files import open_frame, present_objects, save_objects

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.effects import Effects
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Facts
    from headwater.usecases.run_files import Desk

_READ = (
    "orders",
    "touchpoints",
    "links",
    "optins",
    "claims",
    "costs",
    "ad_clicks",
    "contacts",
    "chains",
)
# Each derived table: what is written, in which order, and the day that cuts it.
_WRITTEN = {
    "credits": ("credit_rows", "placed_at"),
    "leads": ("lead_rows", "opted_in_at"),
    "spend": ("spend_rows", "day"),
    "clicks": ("click_rows", "day"),
    "evidence": ("evidence_rows", "placed_at"),
}
_PAIRS = "SELECT * FROM duplicate_rows ORDER BY ALL"


@dataclass(frozen=True, slots=True)
class AttributionResult:
    """How many orders were attributed, and to how many touches."""

    orders: int
    credited: int
    credits: int


def attribute_orders(account: str, run: str, *, desk: Desk, facts: Facts) -> AttributionResult:
    """Write the tables ``credits leads spend clicks evidence duplicates`` of the whole account.

    Nothing is tracked case by case: a late link, a refund, an edited order or a changed setting
    simply gives other rows. Rows that come out equal are the same object.

    Raises:
        LeaseLostError: another run has taken the account over.
    """
    frame = open_frame(desk, account, run)
    with open_database() as db:
        facts.mount(db, present_objects(desk.lake, frame), _READ)
        result = build_attribution(db, frame.settings)
        build_evidence_rows(db, frame.settings)
        changes = {
            table: save_days(db, facts, frame, table, rows, day)
            for table, (rows, day) in _WRITTEN.items()
        }
        changes["duplicates"] = {ALL_DAYS: facts.save(db, account, "duplicates", ALL_DAYS, _PAIRS)}
    save_objects(desk.lake, frame, "attribute_orders", changes)
    return result


def build_attribution(
    db: duckdb.DuckDBPyConnection, settings: AccountSettings, effects: Effects | None = None
) -> AttributionResult:
    """Make ``credit_rows lead_rows spend_rows click_rows duplicate_rows`` from mounted facts.

    The same code serves the daily run and the explanation of one order: it sees only what is
    mounted in ``db``.

    Args:
        db: holds the facts.
        settings: the account's.
        effects: what ``markov`` weighs channels by; without them it shares equally.
    """
    build_journey_tables(db, settings)
    build_duplicate_tables(db, settings)
    build_dimension_tables(db, settings)
    columns = read_columns(db, settings)
    credits_ = attribute_blocks(
        columns.orders, columns.touches, columns.milestones, settings.model_definitions, effects
    )
    credited, rows = build_credit_rows(db, settings.models, credits_)
    build_lead_rows(db, columns, settings)
    return AttributionResult(len(columns.orders), credited, rows)
