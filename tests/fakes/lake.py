"""The lake in a dictionary, and fact tables whose bytes lie in one."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import tempfile
import weakref
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from headwater.adapters.s3.parquet import create_view, write_rows
from headwater.domain.manifests import Manifest
from headwater.domain.models import MODELS
from headwater.errors import UnknownResourceError
from headwater.usecases.ports.exports import FactFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date, datetime

    from headwater.domain.hits import PageView
    from headwater.domain.manifests import Objects
    from headwater.usecases.ports import Clock, RejectedRow


def _name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


class TimedObjects(dict[str, bytes]):
    """Objects by key, as bytes; who has a clock knows when each was put last."""

    def __init__(self, clock: Clock | None) -> None:
        super().__init__()
        self.put_at: dict[str, datetime] = {}
        self._clock = clock

    def __setitem__(self, key: str, content: bytes) -> None:
        super().__setitem__(key, content)
        if self._clock:
            self.put_at[key] = self._clock.now()


class FakeLake:
    """Objects by key, as bytes."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.objects = TimedObjects(clock)

    def keep_raw_page(
        self, account: str, source: str, page: bytes, kind: str = "bigcommerce"
    ) -> str:
        folder = f"raw/{kind}/account={account}/source={source}"
        key = f"{folder}/{_name(page)}.json.gz"
        self.objects[key] = gzip.compress(page, mtime=0)
        return key

    def keep_rejected(self, account: str, day: date, rows: Iterable[RejectedRow]) -> str | None:
        bad = [{"reason": row.reason, "row": row.row} for row in rows]
        if not bad:
            return None
        plain = json.loads(json.dumps(bad, default=str))
        return self._put_named(f"raw/rejected/account={account}/day={day.isoformat()}", plain)

    def keep_page_views(self, account: str, day: date, page_views: Sequence[PageView]) -> str:
        body = _canonical([asdict(view) | {"at": view.at.isoformat()} for view in page_views])
        folder = f"raw/page_views/account={account}/day={day.isoformat()}"
        key = f"{folder}/{_name(body)}.json.gz"
        self.objects[key] = gzip.compress(body, mtime=0)
        return key

    def page_views_on(self, account: str, day: date) -> Iterator[dict[str, Any]]:
        folder = f"raw/page_views/account={account}/day={day.isoformat()}/"
        for key in sorted(self.objects):
            if key.startswith(folder):
                yield from json.loads(gzip.decompress(self.objects[key]))

    def put_json(self, key: str, document: Any) -> str:  # noqa: ANN401
        self.objects[key] = _canonical(document)
        return key

    def get_json(self, key: str) -> Any:  # noqa: ANN401
        if key not in self.objects:
            message = f"there is no object {key}"
            raise UnknownResourceError(message)
        return json.loads(self.objects[key])

    def list_json(self, prefix: str) -> list[Any]:
        return [self.get_json(key) for key in sorted(self.objects) if key.startswith(prefix)]

    def put_report(self, account: str, name: str, document: Any) -> str:  # noqa: ANN401
        return self._put_named(f"reports/account={account}/{name}", document)

    def put_manifest(self, manifest: Manifest) -> str:
        key = f"manifests/account={manifest.account}/{manifest.data_version}.json"
        return self.put_json(key, manifest.document())

    def get_manifest(self, key: str) -> Manifest:
        return Manifest.from_document(self.get_json(key))

    def _put_named(self, folder: str, document: Any) -> str:  # noqa: ANN401
        return self.put_json(f"{folder}/{_name(_canonical(document))}.json", document)


def _canonical(document: Any) -> bytes:  # noqa: ANN401
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


class FakeFacts:
    """Parquet objects by key; their bytes pass through a temporary folder, as in the real one."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.objects = TimedObjects(clock)
        self._folder = Path(tempfile.mkdtemp(prefix="headwater-facts-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def mount(
        self,
        db: duckdb.DuckDBPyConnection,
        objects: Objects,
        tables: Collection[str],
        models: Sequence[str] = MODELS,
    ) -> None:
        for table in tables:
            partitions = objects.get(table, {})
            create_view(db, table, [self.file(partitions[p]) for p in sorted(partitions)], models)

    def save(
        self, db: duckdb.DuckDBPyConnection, account: str, table: str, partition: str, query: str
    ) -> str | None:
        path = self._folder / "saved.parquet"
        if not write_rows(db, query, path):
            return None
        content = path.read_bytes()
        key = f"facts/{table}/account={account}/day={partition}/{_name(content)}.parquet"
        self.objects[key] = content
        return key

    def file(self, key: str) -> Path:
        if key not in self.objects:
            message = f"there is no object {key}"
            raise UnknownResourceError(message)
        path = self._folder / hashlib.sha256(key.encode()).hexdigest()
        path.write_bytes(self.objects[key])
        return path


class FakeFactFiles:
    """Those objects under addresses that begin with ``base``."""

    def __init__(self, facts: FakeFacts) -> None:
        self.base = "https://lake.example"
        self._facts = facts

    def sign(self, keys: Sequence[str], seconds: int) -> list[FactFile]:
        assert seconds > 0
        return [self._signed(key) for key in keys]

    def _signed(self, key: str) -> FactFile:
        path = self._facts.file(key)
        query = f"SELECT num_rows FROM parquet_file_metadata('{path}')"
        [[rows]] = duckdb.execute(query).fetchall()
        return FactFile(f"s3://lake/{key}", f"{self.base}/{key}", path.stat().st_size, rows)
