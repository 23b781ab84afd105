"""Attribute orders: every revenue order to the touches that earned it, under every model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from headwater.domain.attribution.engine import attribute_blocks
from headwater.domain.buckets import WHOLE_ACCOUNT, Bucket
from headwater.domain.effects import effects_of
from headwater.domain.manifests import ALL_DAYS
from headwater.usecases.credit_tables import build_credit_rows, build_lead_rows
from headwater.usecases.databases import open_database
from headwater.usecases.dimension_tables import build_dimension_tables
from headwater.usecases.duplicate_tables import build_duplicate_tables
from headwater.usecases.effect_tables import read_versions
from headwater.usecases.engine_columns import read_columns
from headwater.usecases.evidence_tables import build_evidence_rows
from headwater.usecases.journey_columns import JOURNEY_TABLES
from headwater.usecases.journey_tables import build_journey_tables
from headwater.usecases.partitions import save_days
from headwater.usecases.path_tables import build_path_rows
from headwater.usecases.run_files import open_frame, prefix_of, present_objects, save_objects

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.effects import Effects
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Facts
    from headwater.usecases.run_files import Desk, RunFrame

_READ = (*JOURNEY_TABLES, "effects")
# Each derived table: what is written, in which order, and the day that cuts it.
_WRITTEN = {
    "credits": ("credit_rows", "placed_at"),
    "leads": ("lead_rows", "opted_in_at"),
    "paths": ("path_rows", "placed_at"),
    "spend": ("spend_rows", "day"),
    "clicks": ("click_rows", "day"),
    "evidence": ("evidence_rows", "placed_at"),
}
# What consists of the contacts' own rows; the rest is the whole account's.
_OF_CONTACTS = ("credits", "leads", "paths", "evidence")
_PAIRS = "SELECT * FROM duplicate_rows ORDER BY ALL"


@dataclass(frozen=True, slots=True)
class AttributionResult:
    """How many orders were attributed, and to how many touches."""

    orders: int
    credited: int
    credits: int


def parts_prefix(account: str, run: str) -> str:
    """Return under which prefix the buckets of a run say what they wrote."""
    return f"{prefix_of(account, run)}parts/"


def attribute_orders(
    account: str, run: str, *, desk: Desk, facts: Facts, bucket: int = 0, of: int = 1
) -> AttributionResult:
    """Write ``credits leads paths spend clicks evidence duplicates`` of the whole account.

    Nothing is tracked case by case: a late link, a refund, an edited order or a changed setting
    simply gives other rows. Rows that come out equal are the same object.

    One bucket ``of`` several writes parts: what concerns its contacts, and the first one also what
    concerns the account. ``merge_buckets`` makes the tables of them.

    Raises:
        LeaseLostError: another run has taken the account over.
    """
    part = Bucket(bucket, of)
    frame = open_frame(desk, account, run)
    with open_database() as db:
        facts.mount(db, present_objects(desk.lake, frame), _READ)
        effects = effects_of(read_versions(db))
        result = build_attribution(db, frame.settings, effects, part)
        build_evidence_rows(db)
        build_path_rows(db)
        changes = _save_tables(db, facts, frame, part)
    if part.is_whole:
        save_objects(desk.lake, frame, "attribute_orders", changes)
    else:
        key = f"{parts_prefix(account, run)}{bucket}.json"
        desk.lake.put_json(key, {"tables": changes, "result": asdict(result)})
    return result


def _save_tables(
    db: duckdb.DuckDBPyConnection, facts: Facts, frame: RunFrame, part: Bucket
) -> dict[str, dict[str, str | None]]:
    written = _WRITTEN if part.number == 0 else {name: _WRITTEN[name] for name in _OF_CONTACTS}
    changes = {
        table: save_days(db, facts, frame, table, rows, day)
        for table, (rows, day) in written.items()
    }
    if part.number == 0:
        pairs = facts.save(db, frame.account, "duplicates", ALL_DAYS, _PAIRS)
        changes["duplicates"] = {ALL_DAYS: pairs}
    return changes


def build_attribution(
    db: duckdb.DuckDBPyConnection,
    settings: AccountSettings,
    effects: Effects | None = None,
    bucket: Bucket = WHOLE_ACCOUNT,
) -> AttributionResult:
    """Make the rows of ``credits leads spend clicks duplicates`` from mounted facts.

    The same code serves the daily run and the explanation of one order: it sees only what is
    mounted in ``db``.

    Args:
        db: holds the facts.
        settings: the account's.
        effects: what ``markov`` weighs channels by; without them it shares equally.
        bucket: whose orders; the other tables are the whole account's.
    """
    build_journey_tables(db, settings, bucket)
    build_duplicate_tables(db, settings)
    build_dimension_tables(db, settings)
    columns = read_columns(db, settings)
    credits_ = attribute_blocks(
        columns.orders, columns.touches, columns.milestones, settings.model_definitions, effects
    )
    credited, rows = build_credit_rows(db, settings.models, credits_)
    build_lead_rows(db, columns, settings)
    return AttributionResult(len(columns.orders), credited, rows)
