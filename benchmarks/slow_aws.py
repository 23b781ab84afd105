"""AWS as far away as it is: what its calls take by themselves, whatever the machine does."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any

from tests.fakes import FakeRuns

if TYPE_CHECKING:
    from pathlib import Path

    from headwater.usecases.ports import RunHead

# What a call adds in the Lambda's own region (design of the budgets).
S3_SECONDS, DYNAMODB_SECONDS = 0.030, 0.008


class SlowBucket:
    """The part of an S3 client that readers use, over the files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.calls = 0

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: ARG002, N803
        """Return a file, late."""
        self.calls += 1
        time.sleep(S3_SECONDS)
        return {"Body": io.BytesIO((self._folder / Key).read_bytes())}


class SlowRuns(FakeRuns):
    """The account's pointer, late."""

    def head(self, account: str) -> RunHead:
        """Return the pointer and the lease."""
        time.sleep(DYNAMODB_SECONDS)
        return super().head(account)
