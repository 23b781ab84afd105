"""Merge buckets: the parts that the attribution of contact buckets wrote, into the tables of a run.

A part is cut and sorted as the table is, so a partition is the rows of its parts, sorted again: the
same object as if one function had attributed the whole account. No more than one partition is held
at a time.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from headwater.errors import UnknownResourceError
from headwater.usecases.attribute_orders import AttributionResult, parts_prefix
from headwater.usecases.databases import open_database
from headwater.usecases.run_files import open_frame, save_objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from headwater.usecases.ports import Facts
    from headwater.usecases.run_files import Desk, RunFrame


def list_buckets(account: str, run: str, *, desk: Desk) -> list[dict[str, str | int]]:
    """Return the payloads of a run's attribution, one per bucket.

    Raises:
        LeaseLostError: another run has taken the account over.
    """
    of = open_frame(desk, account, run).settings.contact_buckets
    return [{"account": account, "run": run, "bucket": number, "of": of} for number in range(of)]


def merge_buckets(account: str, run: str, *, desk: Desk, facts: Facts) -> AttributionResult:
    """Write what ``attribute_orders`` writes of a whole account, from the parts of all its buckets.

    Raises:
        UnknownResourceError: a bucket is missing.
        LeaseLostError: another run has taken the account over.
    """
    frame = open_frame(desk, account, run)
    parts = desk.lake.list_json(parts_prefix(account, run))
    if len(parts) != frame.settings.contact_buckets:
        message = f"{len(parts)} of {frame.settings.contact_buckets} buckets are attributed"
        raise UnknownResourceError(message)
    with open_database() as db:
        changes = {
            table: {**_partitions_before(frame, table), **_merged(db, facts, account, table, keys)}
            for table, keys in _keys_of(parts).items()
        }
    save_objects(desk.lake, frame, "attribute_orders", changes)
    figures = [AttributionResult(**part["result"]) for part in parts]
    return AttributionResult(
        orders=sum(part.orders for part in figures),
        credited=sum(part.credited for part in figures),
        credits=sum(part.credits for part in figures),
    )


def _keys_of(parts: Sequence[dict[str, Any]]) -> dict[str, dict[str, list[str]]]:
    """Return table → partition → the objects of its parts."""
    keys: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for part in parts:
        for table, partitions in part["tables"].items():
            held = keys[table]
            for partition, key in partitions.items():
                if key is not None:
                    held[partition].append(key)
    return {table: dict(sorted(held.items())) for table, held in sorted(keys.items())}


def _partitions_before(frame: RunFrame, table: str) -> dict[str, str | None]:
    """Return the base's partitions, each to be taken away unless there are rows again."""
    return dict.fromkeys(frame.base.tables.get(table, {}) if frame.base else ())


def _merged(
    db: duckdb.DuckDBPyConnection,
    facts: Facts,
    account: str,
    table: str,
    keys: dict[str, list[str]],
) -> dict[str, str | None]:
    merged: dict[str, str | None] = {}
    for partition, parts in keys.items():
        if len(parts) == 1:
            merged[partition] = parts[0]
            continue
        facts.mount(db, {table: {str(n): key for n, key in enumerate(parts)}}, [table])
        query = f"SELECT * FROM {table} ORDER BY ALL"
        merged[partition] = facts.save(db, account, table, partition, query)
    return merged
