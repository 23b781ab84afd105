"""What files can hold: their columns, and the row of a post that a file's row stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.csv_rows import plain_amount
from headwater.domain.file_times import plain_day, plain_instant
from headwater.domain.landings import CLICK_IDS
from headwater.domain.order_files import FILE_COLUMNS, FileDialect
from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TOUCHPOINTS, LEADS, COSTS, ORDERS = "touchpoints", "leads", "costs", "orders"
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_AD_IDS = ("campaign_id", "adset_id", "ad_id")
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_WHOLE = re.compile(r"\d+|\d{1,3}(?:[., '\u00a0\u202f\u2019]\d{3})+", re.ASCII)
# What a column of a lead's click is in the row of a post: first_utm_source → first_utm, source.
_NESTED = {
    f"{click}_{mark}": (f"{click}_utm", mark.removeprefix("utm_"))
    for click in ("first", "last")
    for mark in (*_UTM, *CLICK_IDS)
}
_LIST = ("list", "list_joined_at")


@dataclass(frozen=True, slots=True)
class FileKind:
    """The columns of a file.

    ``needed`` are groups of columns; a file without any of a group is refused whole. ``instants``,
    ``days``, ``amounts``, ``counts`` and ``flags`` are columns that hold such; others hold text.
    """

    name: str
    columns: tuple[str, ...]
    needed: tuple[tuple[str, ...], ...]
    instants: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    amounts: frozenset[str] = frozenset()
    counts: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()


_OWNER = ("email", "email_sha256", "visitor")
_LEAD_INSTANTS = ("created_at", "first_at", "last_at", "list_joined_at")
_COST_COUNTS = ("clicks", "impressions")
_COST_AMOUNTS = ("cost", "conversions", "value")
KINDS = {
    kind.name: kind
    for kind in (
        FileKind(
            TOUCHPOINTS,
            (*_OWNER, "at", "url", "referrer", "opt_in", *_UTM, *_AD_IDS, *CLICK_IDS),
            (("at",), _OWNER),
            instants=frozenset({"at"}),
            flags=frozenset({"opt_in"}),
        ),
        FileKind(
            LEADS,
            (
                *("source", "external_id", "email", "email_sha256", "created_at", "phone"),
                *("first_at", "first_url", "first_referrer"),
                *("last_at", "last_url", "last_referrer"),
                *_LIST,
                *_NESTED,
            ),
            (("external_id",), ("email", "email_sha256"), ("created_at",)),
            instants=frozenset(_LEAD_INSTANTS),
        ),
        FileKind(
            COSTS,
            (
                *("day", *_COST_AMOUNTS, *_COST_COUNTS),
                *("campaign_id", "campaign", "adset_id", "adset", "ad_id", "ad", *_UTM),
            ),
            (("day",), ("cost",)),
            days=frozenset({"day"}),
            amounts=frozenset(_COST_AMOUNTS),
            counts=frozenset(_COST_COUNTS),
        ),
        FileKind(
            ORDERS,
            FILE_COLUMNS,
            (("order_id",), ("placed_at",), ("total",)),
            instants=frozenset({"placed_at", "updated_at", "refunded_at"}),
            amounts=frozenset(
                {"total", "rate", "line_price", "line_total", "line_unit_cost", "refund_amount"}
            ),
        ),
    )
}


def posted_row(
    kind: FileKind, cells: Mapping[str, str], dialect: FileDialect, source: str = ""
) -> dict[str, Any]:
    """Return the row of a post that a row of touchpoints, leads or costs stands for.

    Args:
        kind: what the file holds.
        cells: the row's, by column; empty ones are left out.
        dialect: what the cells do not say.
        source: of leads that name none.

    Raises:
        InvalidRowError: with the reason.
    """
    values = {name: _value(kind, name, cell, dialect) for name, cell in cells.items()}
    if kind.name != LEADS:
        return values
    row = {name: value for name, value in values.items() if name not in {*_NESTED, *_LIST}}
    if source:
        row.setdefault("source", source)
    for name in values.keys() & _NESTED.keys():
        field, mark = _NESTED[name]
        row.setdefault(field, {})[mark] = values[name]
    if values.keys() & {*_LIST}:
        row["lists"] = [{"name": values.get("list"), "joined_at": values.get("list_joined_at")}]
    return row


def _value(kind: FileKind, name: str, cell: str, dialect: FileDialect) -> Any:  # noqa: ANN401 - as JSON has it
    readers: tuple[tuple[frozenset[str], Callable[[str], Any]], ...] = (
        (kind.instants, lambda text: plain_instant(text, dialect.zone, dialect.date_order)),
        (kind.days, lambda text: plain_day(text, dialect.date_order)),
        (kind.amounts, lambda text: Decimal(plain_amount(text, dialect.decimal_mark))),
        (kind.counts, _whole),
        (kind.flags, lambda text: _FLAGS.get(text.lower(), text)),
    )
    for names, read in readers:
        if name in names:
            try:
                return read(cell)
            except InvalidRowError as error:
                message = f"{name}: {error}"
                raise InvalidRowError(message) from None
    return cell


def _whole(text: str) -> str:
    """Return a whole number's digits; marks between groups of three set thousands apart."""
    return re.sub(r"\D", "", text) if _WHOLE.fullmatch(text) else text
