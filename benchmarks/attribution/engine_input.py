"""Raw tables as the columns that the engine takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.attribution.floor import sorted_hits
from benchmarks.attribution.raw_tables import (
    CAMPAIGNS,
    CHANNELS,
    DAY,
    DIRECT,
    FIRST_INSTANT,
    PAID_CHANNELS,
)
from benchmarks.database import connect
from headwater.domain.attribution.columns import Milestones, Orders, Touches
from headwater.domain.effects import MARKOV, Effects

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from headwater.domain.attribution.columns import Bools, Ints

_CHANNEL_NAMES = tuple(f"channel {n:02}" for n in range(CHANNELS))
_ORDERS = """
SELECT order_id, contact, epoch_us(moment) AS moment, gross, gross - refund AS net, root
FROM read_parquet(?) ORDER BY contact, moment, order_id
"""
_OPT_INS = """
SELECT contact, epoch_us(moment) AS moment FROM read_parquet(?) ORDER BY contact, moment
"""
_EFFECTS = """
SELECT epoch_us(moment) AS moment, channel, weight FROM read_parquet(?) ORDER BY moment, channel
"""


@dataclass(frozen=True, slots=True)
class Account:
    """The engine's input; each order's id, and the day that it is of."""

    orders: Orders
    touches: Touches
    milestones: Milestones
    effects: Effects
    order_id: Ints
    day: Ints


def read_account(folder: Path) -> Account:
    """Read raw tables as the engine's columns."""
    with connect() as db:
        hits = sorted_hits(db, folder)
        orders = _read(db, _ORDERS, folder / "orders.parquet")
        opt_ins = _read(db, _OPT_INS, folder / "opt_ins.parquet")
        effects = _read(db, _EFFECTS, folder / "effects.parquet")
    touches = _touches(hits)
    contacts = 1 + max(
        int(column[-1] if is_sorted else column.max())
        for column, is_sorted in ((touches.contact, True), (orders["contact"], False))
        if len(column)
    )
    milestones, is_new = _milestones(orders, opt_ins, touches, contacts)
    return Account(
        _orders(orders, is_new),
        touches,
        milestones,
        _effects(effects),
        orders["order_id"],
        (orders["moment"] - FIRST_INSTANT) // DAY,
    )


def _read(db: duckdb.DuckDBPyConnection, query: str, path: Path) -> dict[str, Ints]:
    columns = db.execute(query, [str(path)]).fetchnumpy()
    return {name: np.asarray(column, dtype=np.int64) for name, column in columns.items()}


def _touches(hits: dict[str, Ints]) -> Touches:
    # Codes stay as narrow as they come: the engine only looks things up by them.
    channel, campaign = hits["channel"], hits["campaign"]
    is_of_channel = np.zeros(CHANNELS, dtype=bool)
    is_of_channel[list(PAID_CHANNELS)] = True
    return Touches(
        hits["contact"],
        hits["moment"],
        channel,
        campaign,
        channel == DIRECT,
        is_of_channel[channel],
        np.zeros(len(channel), dtype=bool),
        _CHANNEL_NAMES,
        tuple(f"campaign {n}" for n in range(CAMPAIGNS)),
    )


def _milestones(
    orders: dict[str, Ints], opt_ins: dict[str, Ints], touches: Touches, contacts: int
) -> tuple[Milestones, Bools]:
    """Return what contacts did, and which of them bought for the first time by which order."""
    never = np.iinfo(np.int64).max
    bought = np.full(contacts, never)
    np.minimum.at(bought, orders["contact"], orders["moment"])
    contact = opt_ins["contact"]
    is_first = np.concatenate([[True], contact[1:] != contact[:-1]])[: len(contact)]
    opted_in_at = np.full(contacts, never)
    opted_in_at[contact[is_first]] = opt_ins["moment"][is_first]
    lead_at = np.minimum(bought, opted_in_at)
    started = int(touches.at.min()) if len(touches) else never
    return (
        Milestones(
            lead_at,
            opted_in_at,
            lead_at < started,
            contact[~is_first],
            opt_ins["moment"][~is_first],
            started,
        ),
        bought[orders["contact"]] == orders["moment"],
    )


def _orders(orders: dict[str, Ints], is_new: Bools) -> Orders:
    n = len(is_new)
    place = np.zeros(int(orders["order_id"].max()) + 1, dtype=np.int64)
    place[orders["order_id"]] = np.arange(n)
    return Orders(
        contact=orders["contact"],
        placed_at=orders["moment"],
        gross=orders["gross"],
        net=orders["net"],
        root=place[orders["root"]],
        is_creditable=np.ones(n, dtype=bool),
        is_begun_before=np.zeros(n, dtype=bool),
        is_new=is_new,
        is_initial=np.zeros(n, dtype=bool),
        ends_cycle=np.ones(n, dtype=bool),
    )


def _effects(effects: dict[str, Ints]) -> Effects:
    starts = np.unique(effects["moment"])
    weights = effects["weight"].reshape(len(starts), CHANNELS)
    # The column of channels that a version has not seen; all have been.
    weights = np.column_stack([weights, np.ones(len(starts), dtype=np.int64)])
    months = tuple(f"{start:%Y-%m}" for start in starts.astype("datetime64[us]").tolist())
    return Effects(months, starts, _CHANNEL_NAMES, weights, (MARKOV,) * len(months))
