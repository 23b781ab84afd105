"""Attribute orders: every revenue order to the touches that earned it, under every model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution import attribute
from headwater.domain.manifests import ALL_DAYS
from headwater.domain.models import ROLES
from headwater.domain.roles import TouchSearch, find_roles
from headwater.usecases.credit_tables import build_credit_rows, build_lead_rows
from headwater.usecases.databases import open_database
from headwater.usecases.dimension_tables import build_dimension_tables
from headwater.usecases.duplicate_tables import build_duplicate_tables
from headwater.usecases.engine_columns import EngineColumns, read_columns
from headwater.usecases.journey_tables import build_journey_tables
from headwater.usecases.partitions import save_days
from headwater.usecases.run_files import open_frame, present_objects, save_objects

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.attribution import Credits
    from headwater.domain.roles import Ints
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
}
_PAIRS = "SELECT * FROM duplicate_rows ORDER BY ALL"


@dataclass(frozen=True, slots=True)
class AttributionResult:
    """How many orders were attributed, and to how many touches."""

    orders: int
    credited: int
    credits: int


def attribute_orders(account: str, run: str, *, desk: Desk, facts: Facts) -> AttributionResult:
    """Write the tables ``credits leads spend clicks duplicates`` of the whole account.

    Nothing is tracked case by case: a late link, a refund, an edited order or a changed setting
    simply gives other rows. Rows that come out equal are the same object.

    Raises:
        LeaseLostError: another run has taken the account over.
    """
    frame = open_frame(desk, account, run)
    with open_database() as db:
        facts.mount(db, present_objects(desk.lake, frame), _READ)
        credits_ = build_attribution(db, frame.settings)
        changes = {
            table: save_days(db, facts, frame, table, rows, day)
            for table, (rows, day) in _WRITTEN.items()
        }
        changes["duplicates"] = {ALL_DAYS: facts.save(db, account, "duplicates", ALL_DAYS, _PAIRS)}
    save_objects(desk.lake, frame, "attribute_orders", changes)
    return AttributionResult(
        orders=len(credits_.rest_gross["linear"]),
        credited=len(np.unique(credits_.order)),
        credits=len(credits_.order),
    )


def build_attribution(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> Credits:
    """Make ``credit_rows lead_rows spend_rows click_rows duplicate_rows`` from mounted facts.

    The same code serves the daily run and the explanation of one order: it sees only what is
    mounted in ``db``.
    """
    build_journey_tables(db, settings)
    build_duplicate_tables(db, settings)
    build_dimension_tables(db, settings)
    columns = read_columns(db, settings)
    search = TouchSearch(columns.touches)
    own_roles = find_roles(
        search,
        contact=columns.contact,
        placed_at=columns.placed_at,
        lead_at=columns.lead_at[columns.contact],
        re_opt_ins=columns.re_opt_ins,
        last_click_window=settings.last_click_window,
        opt_in_window=settings.opt_in_window,
    )
    credits_ = _attribute(columns, own_roles)
    build_credit_rows(db, columns, credits_)
    build_lead_rows(db, columns, search, settings)
    return credits_


def _attribute(columns: EngineColumns, own_roles: Ints) -> Credits:
    """Run the engine; a rebill takes its initial's roles, and a class other than store has none.

    Of a subscription that began before our history nobody can know the roles: it is pre-tracking.
    """
    roles = own_roles[columns.root]
    is_begun_before = columns.is_begun_before[columns.root]
    roles[~columns.is_creditable | is_begun_before] = np.full(len(ROLES), -1)
    return attribute(
        roles,
        gross=columns.gross,
        net=columns.net,
        is_known_before=columns.is_known_before[columns.contact[columns.root]] | is_begun_before,
        is_placed_before_tracking=columns.is_placed_before_tracking[columns.root] | is_begun_before,
    )
