"""The objects of the lake that runs leave behind, and their removal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.adapters.aws_errors import translated
from headwater.errors import StoreUnavailableError
from headwater.usecases.ports.sweeps import StoredObject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_s3 import S3Client

# What one answer of S3 lists, and one request removes, at most.
_MOST = 1000


class S3SweptObjects:
    """The port ``SweptObjects`` on one bucket.

    Args:
        client: an S3 client.
        bucket: the lake.
        page: how many objects are yielded together.
    """

    def __init__(self, client: S3Client, bucket: str, page: int = _MOST) -> None:
        self._client = client
        self._bucket = bucket
        self._page = page

    def after(self, account: str, place: str) -> Iterator[Sequence[StoredObject]]:
        """Yield the objects whose keys come after a place, in order of key, a page at a time."""
        for folder in self._folders(account):
            after = max(place, folder)
            while after.startswith(folder) and (found := self._list(folder, after)):
                yield found
                after = found[-1].key

    def remove(self, keys: Sequence[str]) -> None:
        """Remove objects, a thousand at most; one that is gone stays so.

        Raises:
            StoreUnavailableError: some of them are still there.
        """
        objects: Any = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        with translated():
            answer = self._client.delete_objects(Bucket=self._bucket, Delete=objects)
        if errors := answer.get("Errors"):
            # The request itself is answered 200 whatever becomes of its objects.
            message = f"{len(errors)} objects are still there: {errors[0].get('Code')}"
            raise StoreUnavailableError(message)

    def _folders(self, account: str) -> list[str]:
        """Return an account's folders in order: of every table, also one that is made no more."""
        pages = self._client.get_paginator("list_objects_v2")
        with translated():
            tables = [
                table["Prefix"]
                for page in pages.paginate(Bucket=self._bucket, Prefix="facts/", Delimiter="/")
                for table in page.get("CommonPrefixes", [])
            ]
        return [f"{place}account={account}/" for place in (*tables, "manifests/", "reports/")]

    def _list(self, folder: str, after: str) -> list[StoredObject]:
        with translated():
            # By the last key, not by a token: what was listed may have been removed since.
            answer = self._client.list_objects_v2(
                Bucket=self._bucket, Prefix=folder, StartAfter=after, MaxKeys=self._page
            )
        found = answer.get("Contents", [])
        return [StoredObject(item["Key"], item["LastModified"]) for item in found]
