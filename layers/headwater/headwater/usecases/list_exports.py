"""List exports: the fact tables of one finished run, for other programs to read.

Objects never change and a manifest names those of one run, so whoever fetches what is listed has
that run, whatever finishes meanwhile.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from headwater.domain.facts import COLUMNS, columns_of
from headwater.errors import UnknownResourceError
from headwater.usecases.published_runs import READABLE_FOR, manifests_since

if TYPE_CHECKING:
    from headwater.domain.manifests import Manifest
    from headwater.usecases.ports import Clock, Lake, Runs
    from headwater.usecases.ports.exports import FactFile, FactFiles
    from headwater.usecases.published_runs import PublishedRun

# Long enough to fetch five years, short enough that an address in a log is soon worth nothing.
OPEN_FOR = timedelta(minutes=15)


def list_exports(account: str, published: PublishedRun) -> dict[str, Any]:
    """Return the tables of a finished run, with their columns."""
    manifest = published.manifest
    return {
        **_said_of(account, manifest, published.data_version),
        "generated_at": published.generated_at.isoformat(),
        "tables": [
            {
                "table": table,
                "path": f"/v1/exports/{table}?data_version={published.data_version}",
                "files": len(manifest.tables.get(table, {})),
                "columns": _columns(table, manifest),
            }
            for table in COLUMNS
        ],
    }


def export_table(
    account: str, table: str, manifest: Manifest, *, files: FactFiles, clock: Clock
) -> dict[str, Any]:
    """Return the objects of a table of a finished run, each with an address that opens it.

    Raises:
        UnknownResourceError: there is no such table, or its objects are gone.
    """
    if table not in COLUMNS:
        message = f"there is no table {table}; there are {', '.join(COLUMNS)}"
        raise UnknownResourceError(message)
    partitions = sorted(manifest.tables.get(table, {}).items())
    until = clock.now() + OPEN_FOR
    signed = files.sign([key for _, key in partitions], round(OPEN_FOR.total_seconds()))
    return {
        **_said_of(account, manifest, manifest.data_version),
        "table": table,
        "columns": _columns(table, manifest),
        "expires_at": until.isoformat(),
        "files": [
            _spelled(partition, key, file)
            for (partition, key), file in zip(partitions, signed, strict=True)
        ],
    }


def open_version(account: str, version: str, *, runs: Runs, lake: Lake, clock: Clock) -> Manifest:
    """Return the manifest of a version: the present one, or one that may be read still.

    Raises:
        UnknownResourceError: there is none.
    """
    key = f"manifests/account={account}/{version}.json"
    if key in manifests_since(account, clock.now() - READABLE_FOR, runs=runs):
        with suppress(UnknownResourceError):
            return lake.get_manifest(key)
    now = runs.head(account).data_version or "none"
    message = f"data_version: {version} is not there; the present one is {now}"
    raise UnknownResourceError(message)


def _said_of(account: str, manifest: Manifest, version: str) -> dict[str, Any]:
    return {
        "account": account,
        "data_version": version,
        "as_of": manifest.as_of.isoformat(),
        "time_zone": manifest.settings["time_zone"],
        "currency": manifest.settings["currency"],
    }


def _columns(table: str, manifest: Manifest) -> list[dict[str, str]]:
    columns = columns_of(table, manifest.models)
    return [{"name": name, "type": kind} for name, kind in columns.items()]


def _spelled(partition: str, key: str, file: FactFile) -> dict[str, Any]:
    return {
        "partition": partition,
        "location": file.location,
        "url": file.url,
        "rows": file.rows,
        "bytes": file.size,
        "hash": PurePosixPath(key).stem,
    }
