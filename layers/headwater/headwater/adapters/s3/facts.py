"""Fact tables as immutable Parquet objects, moved between S3 and a local folder."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from headwater.adapters.aws_errors import translated
from headwater.adapters.parallel import in_parallel
from headwater.adapters.s3.lake import content_name, get_object
from headwater.adapters.s3.parquet import create_view, write_rows
from headwater.domain.models import MODELS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import duckdb
    from mypy_boto3_s3 import S3Client

    from headwater.domain.manifests import Objects

# Half of the disk that a Lambda function has unless it asks for more.
_CACHE_BYTES = 256 * 2**20
# Where an object says how many rows it holds.
ROWS = "rows"


class S3Facts:
    """The port ``Facts`` on one bucket.

    Args:
        client: an S3 client.
        bucket: the lake.
        folder: where objects lie while DuckDB works on them. Objects never change, so one that
            is here is not fetched again.
        cache_bytes: once the folder holds more than this, objects that no open connection has
            mounted are thrown out before others come in.
    """

    def __init__(
        self, client: S3Client, bucket: str, folder: Path, cache_bytes: int = _CACHE_BYTES
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._folder = folder
        self._cache_bytes = cache_bytes
        self._mounted: WeakKeyDictionary[duckdb.DuckDBPyConnection, set[str]] = WeakKeyDictionary()

    def mount(
        self,
        db: duckdb.DuckDBPyConnection,
        objects: Objects,
        tables: Collection[str],
        models: Sequence[str] = MODELS,
    ) -> None:
        """Make each table a view over its objects; a table without objects is an empty one.

        ``models`` are the account's: the columns of ``credits`` follow them.

        Raises:
            UnknownResourceError: an object is gone.
        """
        by_table = {table: _by_partition(objects.get(table, {})) for table in tables}
        wanted = {key for keys in by_table.values() for key in keys}
        self._mounted.setdefault(db, set()).update(wanted)
        self._make_room()
        in_parallel(self._fetch, sorted(wanted))
        for table, keys in by_table.items():
            create_view(db, table, [self._path(key) for key in keys], models)

    def save(
        self, db: duckdb.DuckDBPyConnection, account: str, table: str, partition: str, query: str
    ) -> str | None:
        """Write a query's rows, in their order, as one object named by its content.

        Returns:
            The key, or None where there are no rows.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder) as scratch:
            path = Path(scratch) / "rows.parquet"
            rows = write_rows(db, query, path)
            if not rows:
                return None
            content = path.read_bytes()
        key = f"facts/{table}/account={account}/day={partition}/{content_name(content)}.parquet"
        with translated():
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=content, Metadata={ROWS: str(rows)}
            )
        return key

    def _make_room(self) -> None:
        files = [path for path in self._folder.rglob("*") if path.is_file()]
        if sum(path.stat().st_size for path in files) > self._cache_bytes:
            needed = {self._path(key) for keys in self._mounted.values() for key in keys}
            for path in files:
                if path not in needed:
                    path.unlink(missing_ok=True)

    def _fetch(self, key: str) -> None:
        path = self._path(key)
        if path.exists():
            return
        content = get_object(self._client, self._bucket, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        # A file under its final name is whole, even if this process dies while it writes.
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
            part.write(content)
        Path(part.name).replace(path)

    def _path(self, key: str) -> Path:
        return self._folder / key


def _by_partition(partitions: dict[str, str]) -> list[str]:
    """Return a table's objects from its first day to its last."""
    return [partitions[partition] for partition in sorted(partitions)]
