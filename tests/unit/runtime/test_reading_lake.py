from __future__ import annotations

import io
import json
from collections import Counter
from typing import Any

import pytest

from headwater.runtime.reading_lake import ReadingLake


class CountingBucket:
    """An S3 client whose every object holds its own key; counts what is fetched."""

    def __init__(self) -> None:
        self.fetched: Counter[str] = Counter()

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: ARG002, N803
        self.fetched[Key] += 1
        return {"Body": io.BytesIO(json.dumps({"key": Key}).encode())}


@pytest.fixture
def bucket() -> CountingBucket:
    return CountingBucket()


@pytest.mark.parametrize("folder", ["manifests", "reports"])
def test_an_immutable_object_is_fetched_once(bucket: CountingBucket, folder: str) -> None:
    lake = ReadingLake(bucket, "lake")
    for _ in range(3):
        assert lake.get_json(f"{folder}/a.json") == {"key": f"{folder}/a.json"}
    assert bucket.fetched == {f"{folder}/a.json": 1}


def test_what_may_change_is_fetched_each_time(bucket: CountingBucket) -> None:
    lake = ReadingLake(bucket, "lake")
    for _ in range(2):
        lake.get_json("runs/account=a/run=r/frame.json")
    assert bucket.fetched.total() == 2


def test_what_was_read_lately_is_kept(bucket: CountingBucket) -> None:
    lake = ReadingLake(bucket, "lake")
    for number in range(100):
        lake.get_json("manifests/current.json")
        lake.get_json(f"reports/{number}.json")
    assert bucket.fetched["manifests/current.json"] == 1
    lake.get_json("reports/0.json")
    assert bucket.fetched["reports/0.json"] == 2
