"""The lake's objects that are not fact tables."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import asdict
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from headwater.adapters.aws_errors import code_of, translated
from headwater.adapters.parallel import in_parallel
from headwater.domain.manifests import Manifest
from headwater.errors import UnknownResourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from mypy_boto3_s3 import S3Client

    from headwater.domain.hits import PageView
    from headwater.usecases.ports import RejectedRow

# So many page-view objects are held in memory together; a busy day has thousands.
_OBJECTS_AT_ONCE = 64


class S3Lake:
    """The port ``Lake`` on one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep_raw_page(
        self, account: str, source: str, page: bytes, kind: str = "bigcommerce"
    ) -> str:
        """Keep a page as a source sent it; return its key. The same page is the same object."""
        folder = f"raw/{kind}/account={account}/source={source}"
        key = f"{folder}/{content_name(page)}.json.gz"
        # Without a time in its header the same page is compressed to the same bytes.
        self._put(key, gzip.compress(page, mtime=0), "application/gzip")
        return key

    def keep_rejected(self, account: str, day: date, rows: Iterable[RejectedRow]) -> str | None:
        """Keep bad rows with their reasons; return the key, or None for no rows."""
        rejected = [{"reason": row.reason, "row": row.row} for row in rows]
        if not rejected:
            return None
        folder = f"raw/rejected/account={account}/day={day.isoformat()}"
        # A bad row may hold anything, also what JSON does not know: its text is kept then.
        return self._put_named(folder, _canonical(rejected, default=str))

    def keep_page_views(self, account: str, day: date, page_views: Sequence[PageView]) -> str:
        """Keep page views that arrived on a UTC day, as one object; return its key."""
        body = _canonical([asdict(view) | {"at": view.at.isoformat()} for view in page_views])
        folder = f"raw/page_views/account={account}/day={day.isoformat()}"
        key = f"{folder}/{content_name(body)}.json.gz"
        self._put(key, gzip.compress(body, mtime=0), "application/gzip")
        return key

    def page_views_on(self, account: str, day: date) -> Iterator[dict[str, Any]]:
        """Return the page views of all objects of a UTC day."""
        keys = self._keys(f"raw/page_views/account={account}/day={day.isoformat()}/")
        for some in batched(keys, _OBJECTS_AT_ONCE):
            for content in in_parallel(partial(get_object, self._client, self._bucket), some):
                yield from json.loads(gzip.decompress(content))

    def put_json(self, key: str, document: Any) -> str:  # noqa: ANN401 - any JSON value
        """Write a JSON object under a key (canonical form); return the key."""
        self._put(key, _canonical(document), "application/json")
        return key

    def get_json(self, key: str) -> Any:  # noqa: ANN401
        """Return a JSON object; raises UnknownResourceError if there is none."""
        return json.loads(get_object(self._client, self._bucket, key))

    def list_json(self, prefix: str) -> list[Any]:
        """Return all JSON objects under a prefix, in order of key."""
        return in_parallel(self.get_json, self._keys(prefix))

    def put_report(self, account: str, name: str, document: Any) -> str:  # noqa: ANN401
        """Write a report under the hash of its content; return the key."""
        return self._put_named(f"reports/account={account}/{name}", _canonical(document))

    def put_manifest(self, manifest: Manifest) -> str:
        """Write a manifest under its data version; return the key."""
        key = f"manifests/account={manifest.account}/{manifest.data_version}.json"
        return self.put_json(key, manifest.document())

    def get_manifest(self, key: str) -> Manifest:
        """Return a manifest; raises UnknownResourceError if there is none."""
        return Manifest.from_document(self.get_json(key))

    def _keys(self, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2")
        with translated():
            return sorted(
                item["Key"]
                for page in pages.paginate(Bucket=self._bucket, Prefix=prefix)
                for item in page.get("Contents", [])
            )

    def _put_named(self, folder: str, body: bytes) -> str:
        key = f"{folder}/{content_name(body)}.json"
        self._put(key, body, "application/json")
        return key

    def _put(self, key: str, body: bytes, content_type: str) -> None:
        with translated():
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=body, ContentType=content_type
            )


def content_name(content: bytes) -> str:
    """Return the name of an immutable object: the first 64 bits of its SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def get_object(client: S3Client, bucket: str, key: str) -> bytes:
    """Return an object's bytes; raises UnknownResourceError if there is none."""
    try:
        with translated():
            return client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if code_of(error) != "NoSuchKey":
            raise
        message = f"there is no object {key}"
        raise UnknownResourceError(message) from error


def _canonical(document: Any, **options: Any) -> bytes:  # noqa: ANN401
    return json.dumps(document, sort_keys=True, separators=(",", ":"), **options).encode()
