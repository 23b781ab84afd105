"""The files of imports in the lake, and what the work on them leaves behind."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from headwater.adapters.aws_errors import code_of, translated
from headwater.adapters.dynamodb import codec
from headwater.adapters.s3.lake import get_object
from headwater.errors import ConflictError
from headwater.usecases.ports.imports import ADDRESS_SECONDS, StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

# One request each: a connection that is read now and then, between batches, would be cut.
BLOCK = 4_000_000
_MISSING = frozenset({"NoSuchKey", "404"})
_TRANSFER = TransferConfig(use_threads=False)


class S3ImportFiles:
    """The port ``ImportFiles`` under one prefix of the lake, which expires after thirty days.

    Args:
        client: reads and writes objects.
        signer: signs addresses; they do what its credentials may.
        bucket: the lake.
    """

    def __init__(self, client: S3Client, signer: S3Client, bucket: str) -> None:
        self._client = client
        self._signer = signer
        self._bucket = bucket

    def upload_url(self, account: str, import_id: str, size: int) -> str:
        """Return an address that takes one file of exactly this size, for some minutes."""
        return self._signer.generate_presigned_url(
            "put_object",
            Params=self._at(account, import_id, "upload") | {"ContentLength": size},
            ExpiresIn=ADDRESS_SECONDS,
        )

    def find(self, account: str, import_id: str) -> StoredFile | None:
        """Return the file that was uploaded, if there is one."""
        return self._head(self._at(account, import_id, "upload"))

    def take(self, account: str, import_id: str) -> StoredFile | None:
        """Put an uploaded file where no upload can replace it; None if there is none."""
        uploaded: Any = self._at(account, import_id, "upload")
        place = self._at(account, import_id, "file")
        try:
            with translated():
                self._client.copy_object(CopySource=uploaded, **place)
        except ClientError as error:
            if code_of(error) not in _MISSING:
                raise
            return None
        return self._head(place)

    def blocks(self, account: str, import_id: str, etag: str, start: int = 0) -> Iterator[bytes]:
        """Yield a file that was taken, from a byte on, in blocks of a bounded size."""
        place = self._at(account, import_id, "file")
        while True:
            wanted = f"bytes={start}-{start + BLOCK - 1}"
            try:
                with translated():
                    answer = self._client.get_object(Range=wanted, **place)
                    content = answer["Body"].read()
            except ClientError as error:
                if code_of(error) != "InvalidRange":
                    raise
                return
            if answer["ETag"] != etag:
                message = f"another file was taken for import {import_id}"
                raise ConflictError(message)
            yield content
            start += len(content)
            if len(content) < BLOCK:
                return

    def put_part(self, account: str, import_id: str, name: str, content: bytes) -> None:
        """Keep a part of what the work gives; the same name again replaces it."""
        with translated():
            self._client.put_object(Body=content, **self._at(account, import_id, name))

    def keep_once[T](self, account: str, import_id: str, name: str, value: T) -> T:
        """Keep a dataclass unless there is one of that name; return the one that is kept."""
        body = codec.to_document(value).encode()
        place = self._at(account, import_id, name)
        try:
            with translated():
                self._client.put_object(Body=body, IfNoneMatch="*", **place)
        except ClientError as error:
            if code_of(error) != "PreconditionFailed":
                raise
            return self.get(account, import_id, name, type(value))
        return value

    def put(self, account: str, import_id: str, name: str, value: object) -> None:
        """Keep a dataclass; the same name again replaces it."""
        self.put_part(account, import_id, name, codec.to_document(value).encode())

    def get[T](self, account: str, import_id: str, name: str, cls: type[T]) -> T:
        """Return a kept dataclass; raises UnknownResourceError if there is none."""
        place = self._at(account, import_id, name)
        document = get_object(self._client, self._bucket, place["Key"])
        return codec.from_document(cls, document.decode())

    def join_rejected(self, account: str, import_id: str, header: bytes, folder: str) -> None:
        """Make one file of rejected rows out of its header and the parts of a folder."""
        prefix = self._at(account, import_id, folder)["Key"] + "/"
        # Unbuffered, its first read would be a short one, which stands for all of a small file.
        content: Any = io.BufferedReader(_Joined(self._parts(prefix, header)))
        place = self._at(account, import_id, "rejected.csv")
        more = {"ContentType": "text/csv; charset=utf-8"}
        with translated():
            self._client.upload_fileobj(content, **place, ExtraArgs=more, Config=_TRANSFER)

    def rejected_url(self, account: str, import_id: str) -> str:
        """Return an address of the file of rejected rows, good for some minutes."""
        told = {"ResponseContentDisposition": f'attachment; filename="rejected-{import_id}.csv"'}
        return self._signer.generate_presigned_url(
            "get_object",
            Params=self._at(account, import_id, "rejected.csv") | told,
            ExpiresIn=ADDRESS_SECONDS,
        )

    def _head(self, place: dict[str, Any]) -> StoredFile | None:
        try:
            with translated():
                head = self._client.head_object(**place)
        except ClientError as error:
            if code_of(error) not in _MISSING:
                raise
            return None
        return StoredFile(head["ContentLength"], head["ETag"])

    def _parts(self, prefix: str, header: bytes) -> Iterator[bytes]:
        yield header
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                yield get_object(self._client, self._bucket, item["Key"])

    def _at(self, account: str, import_id: str, name: str) -> dict[str, Any]:
        key = f"raw/imports/account={account}/{import_id}/{name}"
        return {"Bucket": self._bucket, "Key": key}


class _Joined(io.RawIOBase):
    """Parts as one file, of which one is held at a time."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever Python hands in
        while not self._rest:
            try:
                self._rest = memoryview(next(self._parts))
            except StopIteration:
                return 0
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
