"""Raw tables of hits, orders and opt-ins, drawn with a fixed seed.

Nothing of the program takes part in making them. Per order 6.3 hits, at most 20 that lead to it;
12 channels, 200 campaigns by Zipf's law; 365 days; 12 % of the hits repeat their campaign within
30 minutes; 2.4 % of the orders without a hit of their own; 1.07 people who never buy per order.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.database import connect

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    type Ints = NDArray[np.int64]
    type Columns = dict[str, NDArray[np.generic]]

SCRATCH = Path(__file__).parents[2] / ".local" / "bench"
TABLES = ("hits", "orders", "opt_ins", "effects")
CHANNELS, CAMPAIGNS = 12, 200
# Channel 0, of which campaign 0 alone is, is direct; these cost money.
DIRECT = 0
PAID_CHANNELS = (1, 2, 3, 4, 5)
# 2025-01-01 in µs since 1970.
FIRST_INSTANT = 1_735_689_600_000_000
DAYS = 365
DAY = 86_400_000_000

# Whoever changes what is drawn changes this, so that no old file is taken for a new one.
_VERSION = 2
_SEED = 20_261_129
_MINUTE = 60_000_000
_ORDERS_AT_ONCE = 1_000_000
_HITS_PER_ORDER, _MOST_HITS = 6.3, 20
_BUYERS_PER_ORDER, _NULLS_PER_ORDER = 0.73, 1.07
_MEAN_HITS_BEFORE, _NO_HIT_SHARE, _REPEAT_SHARE = 4.3, 0.024, 0.12
_DIRECT_SHARE, _REFUND_SHARE, _REBILL_SHARE = 0.2, 0.05, 0.2
_OPT_IN_SHARE, _RE_OPT_IN_SHARE = 0.5, 0.2


def make_tables(orders: int, scratch: Path = SCRATCH) -> Path:
    """Return the folder of a data set's Parquet files, drawing them where they are not yet.

    * ``hits``: ``hit contact moment campaign channel``, in order of time;
    * ``orders``: ``order_id contact moment gross refund root``, in minor units, ``root`` the order
      that began a subscription, else the order itself;
    * ``opt_ins``: ``contact moment``, a person's more than a day apart;
    * ``effects``: ``moment channel weight``, what each channel weighs from an instant on.
    """
    folder = scratch / f"attribution-v{_VERSION}-{orders}"
    if folder.exists():
        return folder
    unfinished = scratch / f".{folder.name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    with connect() as db:
        for first in range(0, orders, _ORDERS_AT_ONCE):
            _insert(db, first, _draw(first, min(_ORDERS_AT_ONCE, orders - first)))
        _insert(db, 0, {"effects": _draw_effects()})
        for table in TABLES:
            path = unfinished / f"{table}.parquet"
            db.execute(
                f"COPY (SELECT * REPLACE (make_timestamp(moment) AS moment) FROM {table} "
                f"ORDER BY moment, COLUMNS(*)) "
                f"TO '{path}' (COMPRESSION zstd)"
            )
    unfinished.rename(folder)
    return folder


def _insert(db: duckdb.DuckDBPyConnection, first: int, tables: dict[str, Columns]) -> None:
    for table, columns in tables.items():
        db.register("drawn", columns)
        how = f"INSERT INTO {table}" if first else f"CREATE TABLE {table} AS"
        db.execute(f"{how} SELECT * FROM drawn")
        db.unregister("drawn")


def _draw(first_order: int, orders: int) -> dict[str, Columns]:
    """Draw some orders, and the people and hits around them; nobody spans two calls."""
    rng = np.random.default_rng((_SEED, first_order))
    buyers = max(int(orders * _BUYERS_PER_ORDER), 1)
    nulls = int(orders * _NULLS_PER_ORDER)
    table = _draw_orders(rng, orders, buyers)
    before = _draw_counts(rng, orders)
    others = max(int(orders * _HITS_PER_ORDER) - int(before.sum()), nulls)
    alone = np.minimum(
        1 + rng.multinomial(others - nulls, np.full(nulls, 1 / max(nulls, 1))), _MOST_HITS
    )
    journey = np.repeat(np.arange(orders + nulls), np.concatenate([before, alone]))
    end = np.concatenate([table["moment"], rng.integers(DAY, DAYS * DAY, nulls)])
    at, mark = _draw_hits(rng, journey, end)
    contact = np.concatenate([table["contact"], buyers + np.arange(nulls)])[journey]
    channel = np.where(mark == 0, DIRECT, 1 + (mark - 1) % (CHANNELS - 1))
    person = int(first_order * (_BUYERS_PER_ORDER + _NULLS_PER_ORDER))
    hits = {
        "hit": np.arange(len(at)) + first_order * 2 * _MOST_HITS,
        "contact": contact + person,
        "moment": at + FIRST_INSTANT,
        "campaign": mark.astype(np.int16),
        "channel": channel.astype(np.int8),
    }
    opt_ins = _draw_opt_ins(rng, table, buyers)
    for column in ("order_id", "root"):
        table[column] += first_order
    for others_ in (table, opt_ins):
        others_["contact"] += person
        others_["moment"] += FIRST_INSTANT
    return {"hits": dict(hits), "orders": dict(table), "opt_ins": dict(opt_ins)}


def _draw_effects() -> Columns:
    """Draw removal effects for each month, in millionths; one month has none and weighs equally."""
    rng = np.random.default_rng(_SEED)
    months = np.arange("2025-01", "2026-01", dtype="datetime64[M]").astype("datetime64[us]")
    weight = rng.integers(0, 1_000_000, (len(months), CHANNELS))
    weight[1] = 1
    return {
        "moment": np.repeat(months.astype(np.int64), CHANNELS),
        "channel": np.tile(np.arange(CHANNELS, dtype=np.int8), len(months)),
        "weight": weight.ravel(),
    }


def _draw_orders(rng: np.random.Generator, orders: int, buyers: int) -> dict[str, Ints]:
    # Everybody bought once; the other orders are repeats.
    repeats = rng.integers(0, buyers, orders - buyers)
    contact = np.concatenate([np.arange(buyers), repeats])
    rng.shuffle(contact)
    at = np.sort(rng.integers(DAY, DAYS * DAY, orders))
    order_id = np.arange(orders)
    gross = rng.lognormal(8.5, 0.7, orders).astype(np.int64) + 1
    is_refunded = rng.random(orders) < _REFUND_SHARE
    part = np.where(rng.random(orders) < 1 / 2, 1.0, rng.random(orders))
    _, first = np.unique(contact, return_index=True)
    root = np.where(rng.random(orders) < _REBILL_SHARE, first[contact], order_id)
    return {
        "order_id": order_id,
        "contact": contact,
        "moment": at,
        "gross": gross,
        "refund": np.where(is_refunded, (gross * part).astype(np.int64), 0),
        "root": root,
    }


def _draw_counts(rng: np.random.Generator, orders: int) -> Ints:
    """Draw how many hits lead to each order."""
    mean = _MEAN_HITS_BEFORE / (1 - _NO_HIT_SHARE)
    counts = np.minimum(rng.geometric(1 / mean, orders), _MOST_HITS)
    counts[rng.random(orders) < _NO_HIT_SHARE] = 0
    return counts


def _draw_hits(rng: np.random.Generator, journey: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Draw when each journey's hits were, and of which campaign: 0 is direct."""
    hits = len(journey)
    lag = np.minimum(rng.exponential(10 * DAY, hits), end[journey] * rng.random(hits))
    at = end[journey] - lag.astype(np.int64)
    weights = 1 / np.arange(1, CAMPAIGNS)
    mark = rng.choice(CAMPAIGNS - 1, hits, p=weights / weights.sum()) + 1
    mark[rng.random(hits) < _DIRECT_SHARE] = 0
    is_later = np.concatenate([[False], journey[1:] == journey[:-1]])
    is_repeat = is_later & (rng.random(hits) < _REPEAT_SHARE / max(is_later.mean(), 1e-9))
    repeated = np.maximum.accumulate(np.where(is_repeat, 0, np.arange(hits)))
    pause = np.where(is_repeat, rng.integers(1, 30 * _MINUTE, hits), 0)
    return np.minimum(at[repeated] + pause, end[journey]), mark[repeated]


def _draw_opt_ins(
    rng: np.random.Generator, orders: dict[str, Ints], buyers: int
) -> dict[str, Ints]:
    """Draw who signed up around his first order, and who did so again."""
    first_bought = np.full(buyers, DAYS * DAY)
    np.minimum.at(first_bought, orders["contact"], orders["moment"])
    led = np.flatnonzero(rng.random(buyers) < _OPT_IN_SHARE)
    at = first_bought[led] - rng.exponential(5 * DAY, len(led)).astype(np.int64)
    again = rng.random(len(led)) < _RE_OPT_IN_SHARE
    later = at[again] + rng.integers(2 * DAY, 60 * DAY, int(again.sum()))
    return {
        "contact": np.concatenate([led, led[again]]),
        "moment": np.concatenate([at, later]),
    }
