"""The objects of fact tables, handed out by signed addresses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from headwater.adapters.aws_errors import code_of, translated
from headwater.adapters.parallel import in_parallel
from headwater.adapters.s3.facts import ROWS
from headwater.errors import UnknownResourceError
from headwater.usecases.ports.exports import FactFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_s3 import S3Client


class S3FactFiles:
    """The port ``FactFiles`` on one bucket.

    Args:
        client: an S3 client that signs with version 4 for its own region.
        bucket: the lake.
    """

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def sign(self, keys: Sequence[str], seconds: int) -> list[FactFile]:
        """Return the objects in order, each with an address that opens it for so long.

        Raises:
            UnknownResourceError: one is gone.
        """
        return in_parallel(partial(self._sign, seconds=seconds), keys)

    def _sign(self, key: str, seconds: int) -> FactFile:
        place = {"Bucket": self._bucket, "Key": key}
        try:
            with translated():
                found = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if code_of(error) != "404":
                raise
            message = f"there is no object {key}"
            raise UnknownResourceError(message) from error
        url = self._client.generate_presigned_url("get_object", Params=place, ExpiresIn=seconds)
        rows = found["Metadata"].get(ROWS)
        location = f"s3://{self._bucket}/{key}"
        return FactFile(location, url, found["ContentLength"], int(rows) if rows else None)
