"""The engine beside an implementation in plain SQL that shares nothing with it, row by row."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.attribution.engine_input import read_account
from benchmarks.attribution.engine_jobs import all_models, credit
from benchmarks.attribution.independent import MODELS, build_credits, mount_tables
from benchmarks.attribution.raw_tables import CHANNELS, FIRST_INSTANT
from benchmarks.attribution.rules import Rules
from benchmarks.database import connect

HOUR = 3_600_000_000
MONTHS = [FIRST_INSTANT + month * 31 * 24 * HOUR for month in (1, 2, 4)]


DEFAULT_RULES = Rules()

type Columns = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Some of an account's people, and what they did."""

    orders: int = 60
    contacts: int = 12
    hits: int = 400
    # Instants lie on a grid, so that windows end on them; some are a microsecond off.
    grid_hours: int = 12
    days: int = 120
    direct: float = 0.3
    channels: int = CHANNELS
    highest: int = 20_000
    rebills: float = 0.2


GROUPS = (
    Group(),
    Group(grid_hours=240, hits=600),
    Group(grid_hours=24 * 1000, contacts=5),
    Group(direct=1.0, orders=20, hits=60),
    Group(direct=0.0),
    Group(contacts=1, orders=40, hits=300),
    Group(channels=1, direct=0.0, contacts=3),
    Group(hits=0, orders=5),
    Group(highest=9),
    Group(highest=10**12),
    Group(rebills=1.0, contacts=5),
    Group(days=900),
)


@dataclass(frozen=True)
class Account:
    """People, the rules that their orders are credited by, and when tracking began."""

    groups: tuple[Group, ...] = GROUPS
    rules: Rules = DEFAULT_RULES
    first_hit_day: int = 0
    weightless: float = 0.2


ACCOUNTS = {
    "default windows": Account(),
    "short windows": Account(rules=Rules(last_click_days=1, opt_in_days=1, path_days=3)),
    "long windows": Account(rules=Rules(last_click_days=60, opt_in_days=90, path_days=400)),
    "orders before tracking": Account(first_hit_day=60, rules=Rules(path_days=20)),
    "no hits": Account(groups=(Group(hits=0),)),
    "no effects": Account(groups=GROUPS[:1], weightless=1.0),
}


@pytest.mark.parametrize("account", ACCOUNTS.values(), ids=ACCOUNTS)
def test_the_engine_says_what_the_sql_says_for_every_order_and_touch(
    account: Account, tmp_path: Path
) -> None:
    write_account(tmp_path, account, np.random.default_rng(20_261_129))

    credits_of_sql, rests_of_sql = say_by_sql(tmp_path, account.rules)
    credits_of_engine, rests_of_engine = say_by_engine(tmp_path, account.rules)

    assert credits_of_engine == credits_of_sql
    assert rests_of_engine == rests_of_sql
    assert {model for model, *_ in rests_of_sql | credits_of_sql} == set(MODELS)


def test_the_random_accounts_have_what_is_rare() -> None:
    rng = np.random.default_rng(20_261_129)
    tables = [draw_group(rng, group, Account()) for group in GROUPS]
    orders = [row for group in tables for row in zip(*group["orders"].values(), strict=True)]

    assert any(gross < 0 for *_, gross, _, _ in orders)
    assert any(gross == 0 for *_, gross, _, _ in orders)
    assert any(0 < gross < refund for *_, gross, refund, _ in orders)
    assert any(root != order_id for order_id, *_, root in orders)
    # Enough touches of one channel that their common multiple needs the engine's longer way.
    assert max(np.bincount(table["hits"]["contact"]).max(initial=0) for table in tables) > 100


def say_by_sql(folder: Path, rules: Rules) -> tuple[set[Any], set[Any]]:
    with connect() as db:
        mount_tables(db, folder)
        build_credits(db, rules)
        credits_ = db.execute(
            "SELECT model, order_id, touch - 1, gross, net FROM credits"
        ).fetchall()
        rests = db.execute(
            "SELECT model, order_id, gross, net, is_pre_tracking FROM rests"
        ).fetchall()
    assert len(set(credits_)) == len(credits_)
    return set(credits_), set(rests)


def say_by_engine(folder: Path, rules: Rules) -> tuple[set[Any], set[Any]]:
    account = read_account(folder)
    credits_: set[Any] = set()
    rests: set[Any] = set()
    for block in credit(account, all_models(rules), block_orders=7):
        for model, one in block.models.items():
            order = account.order_id[block.order[one.row]].tolist()
            touch = block.touch[one.row].tolist()
            credits_.update(
                zip(
                    [model] * len(order),
                    order,
                    touch,
                    one.gross.tolist(),
                    one.net.tolist(),
                    strict=True,
                )
            )
            has_none = ~np.isin(block.orders, block.order[one.row])
            rests.update(
                zip(
                    [model] * int(has_none.sum()),
                    account.order_id[block.orders[has_none]].tolist(),
                    one.rest_gross[has_none].tolist(),
                    one.rest_net[has_none].tolist(),
                    one.is_pre_tracking[has_none].tolist(),
                    strict=True,
                )
            )
    return credits_, rests


def write_account(folder: Path, account: Account, rng: Generator) -> None:
    parts = [draw_group(rng, group, account) for group in account.groups]
    # People and orders of one group are none of another's.
    for place, tables in enumerate(parts):
        for table in tables.values():
            for name in table.keys() & {"contact", "order_id", "root", "hit"}:
                table[name] = table[name] + place * 10_000
    for name in ("orders", "hits", "opt_ins"):
        write(
            folder,
            name,
            {
                column: np.concatenate([tables[name][column] for tables in parts])
                for column in parts[0][name]
            },
        )
    weight = rng.integers(1, 10**6, len(MONTHS) * CHANNELS)
    weight[rng.random(len(weight)) < account.weightless] = 0
    channel = np.tile(np.arange(CHANNELS), len(MONTHS))
    write(
        folder,
        "effects",
        {"moment": np.repeat(MONTHS, CHANNELS), "channel": channel, "weight": weight},
    )


def draw_group(rng: Generator, group: Group, account: Account) -> dict[str, Columns]:
    contact = rng.integers(0, group.contacts, group.orders)
    gross = rng.integers(-group.highest // 20, group.highest, group.orders)
    gross[rng.random(group.orders) < 0.1] = 0
    refund = rng.integers(0, group.highest, group.orders)
    refund[rng.random(group.orders) < 0.7] = 0
    first: dict[int, int] = {}
    is_rebill = rng.random(group.orders) < group.rebills
    root = [
        first.setdefault(who, n) if again else n
        for n, (who, again) in enumerate(zip(contact.tolist(), is_rebill, strict=True))
    ]
    is_direct = rng.random(group.hits) < group.direct
    started = account.first_hit_day * 24 * HOUR
    opted_in = draw_instants(rng, group, group.contacts)
    return {
        "orders": {
            "order_id": np.arange(group.orders),
            "contact": contact,
            "moment": draw_instants(rng, group, group.orders),
            "gross": gross,
            "refund": refund,
            "root": np.array(root),
        },
        "hits": {
            "hit": rng.permutation(group.hits),
            "contact": rng.integers(0, group.contacts, group.hits),
            "moment": draw_instants(rng, group, group.hits) + started,
            "campaign": np.where(is_direct, 0, rng.integers(1, 200, group.hits)),
            "channel": np.where(is_direct, 0, rng.integers(1, max(group.channels, 2), group.hits)),
        },
        # Two of a person are more than a day apart.
        "opt_ins": {
            "contact": np.tile(np.arange(group.contacts), 2),
            "moment": np.concatenate(
                [opted_in, opted_in + rng.integers(2, 60, group.contacts) * 24 * HOUR]
            ),
        },
    }


def draw_instants(rng: Generator, group: Group, count: int) -> NDArray[np.int64]:
    step = group.grid_hours * HOUR
    steps = max(group.days * 24 * HOUR // step, 1)
    return (
        FIRST_INSTANT + rng.integers(0, steps, count) * step + rng.choice([-1, 0, 0, 0, 1], count)
    )


def write(folder: Path, table: str, columns: Columns) -> None:
    with connect() as db:
        db.register("drawn", {name: np.asarray(column) for name, column in columns.items()})
        moment = "* REPLACE (make_timestamp(moment::BIGINT) AS moment)"
        db.execute(f"COPY (SELECT {moment} FROM drawn) TO '{folder / table}.parquet'")
