"""What the engine is timed on: whole jobs on raw tables, and the models that a peer has too."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.attribution.cells import (
    COLUMNS,
    PRE_TRACKING,
    UNATTRIBUTED,
    CellSums,
    once_per_campaign,
)
from benchmarks.attribution.engine_input import read_account
from benchmarks.attribution.raw_tables import CHANNELS, DAY, DAYS, FIRST_INSTANT
from benchmarks.attribution.rules import Rules
from benchmarks.database import connect
from benchmarks.timing import spend
from headwater.domain.attribution.definitions import Kind, default_models
from headwater.domain.attribution.engine import BLOCK_ORDERS, attribute_blocks
from headwater.domain.models import ROLES
from headwater.domain.removal_effects import removal_effects
from headwater.domain.transition_counts import Period, Purchases, Trail, count_transitions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.attribution.cells import Cells
    from benchmarks.attribution.engine_input import Account
    from benchmarks.timing import Spent
    from headwater.domain.attribution.columns import Ints
    from headwater.domain.attribution.credits import Credits
    from headwater.domain.attribution.definitions import ModelDefinition

# All of two cores, as a function of this size has them.
_THREADS = 2
_PATH_KINDS = (
    Kind.LINEAR,
    Kind.CHANNELS,
    Kind.POSITION,
    Kind.DECAY,
    Kind.W_SHAPED,
    Kind.MARKOV,
)


@dataclass(frozen=True, slots=True)
class PeerJob:
    """A data set, and the models of a peer."""

    folder: Path
    models: tuple[str, ...]


def attribute_by_engine(folder: Path) -> Cells:
    """Read raw tables, credit their orders under all models, and sum the credit by cell."""
    account = read_account(folder)
    return sum_blocks(account, credit(account, all_models(Rules())))


def write_rows(folder: Path) -> int:
    """Do the same, but write a wide row per (order, touch); return how many there are."""
    account = read_account(folder)
    models = all_models(Rules())
    rows = 0
    with connect() as db, tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        for number, block in enumerate(credit(account, models)):
            db.register("block", _wide_columns(block, [model.name for model in models]))
            path = Path(scratch) / f"{number}.parquet"
            db.execute(f"COPY (FROM block) TO '{path}' (COMPRESSION zstd)")
            db.unregister("block")
            rows += len(block.order)
    return rows


def train_effects(folder: Path) -> None:
    """Read raw tables, and train one version of effects on all of them."""
    _train(read_account(folder))


def credit_like_peer(job: PeerJob) -> Spent:
    """Return what a peer's models take the engine, on columns that are ready.

    The four roles come with it: the engine finds them in any case. So does training, if ``markov``
    is among the models.
    """
    account = read_account(job.folder)
    models = [model for model in all_models(Rules()) if model.name in {*job.models, *ROLES}]

    def work() -> None:
        if "markov" in job.models:
            _train(account)
        sum_blocks(account, credit(account, models))

    return spend(work)


def all_models(rules: Rules) -> tuple[ModelDefinition, ...]:
    """Return all models, with the windows that the other programs have too."""
    path_window = timedelta(days=rules.path_days)
    return tuple(
        replace(model, window=path_window) if model.kind in _PATH_KINDS else model
        for model in default_models(
            timedelta(days=rules.last_click_days), timedelta(days=rules.opt_in_days)
        )
    )


def credit(
    account: Account, models: Sequence[ModelDefinition], *, block_orders: int = BLOCK_ORDERS
) -> Iterator[Credits]:
    """Run the engine."""
    return attribute_blocks(
        account.orders,
        account.touches,
        account.milestones,
        models,
        account.effects,
        block_orders=block_orders,
        threads=_THREADS,
    )


def sum_blocks(account: Account, blocks: Iterable[Credits]) -> Cells:
    """Sum what the engine says by day and campaign."""
    sums = CellSums()
    first_cell = account.day * COLUMNS
    for block in blocks:
        campaign = account.touches.campaign[block.touch]
        cell = first_cell[block.order] + campaign
        cells: dict[int, Ints] = {}
        for name, one in block.models.items():
            row, gross, net = one.row, one.gross, one.net
            if name == "full_impact":
                by_order = np.argsort(row)
                row, gross, net = row[by_order], gross[by_order], net[by_order]
                once = once_per_campaign(block.order[row], campaign[row])
                row, gross, net = row[once], gross[once], net[once]
            if id(row) not in cells:
                cells[id(row)] = cell[row]
            sums.add(name, cells[id(row)], gross, net)
            left = np.flatnonzero(one.rest_gross | one.rest_net)
            column = np.where(one.is_pre_tracking[left], PRE_TRACKING, UNATTRIBUTED)
            rest_cell = first_cell[block.orders[left]] + column
            sums.add(name, rest_cell, one.rest_gross[left], one.rest_net[left])
    return sums.cells()


def _train(account: Account) -> None:
    touches, orders = account.touches, account.orders
    counts = count_transitions(
        Trail(touches.contact, touches.at, touches.channel.astype(np.int64), touches.is_direct),
        Purchases(orders.contact, orders.placed_at, np.ones(len(orders), dtype=bool)),
        CHANNELS,
        Period(FIRST_INSTANT, FIRST_INSTANT + DAYS * DAY, Rules().path_days * DAY),
    )
    removal_effects(counts.steps)


def _wide_columns(block: Credits, models: Sequence[str]) -> dict[str, Any]:
    columns: dict[str, Any] = {"order_n": block.order, "touch_n": block.touch}
    for place, role in enumerate(ROLES):
        columns[f"is_{role}"] = np.ascontiguousarray(block.roles[:, place])
    for model in models:
        columns[f"{model}_gross"] = block.gross(model)
        columns[f"{model}_net"] = block.net(model)
    return columns
