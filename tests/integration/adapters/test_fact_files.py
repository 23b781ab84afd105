from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from headwater.adapters.s3.fact_files import S3FactFiles
from headwater.adapters.s3.facts import S3Facts
from headwater.errors import UnknownResourceError
from tests.fakes import FakeFactFiles, FakeFacts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headwater.usecases.ports import Facts
    from headwater.usecases.ports.exports import FactFiles


@pytest.fixture
def bucket(aws: Callable[[str], Any]) -> str:
    name = f"lake-{uuid.uuid4().hex}"
    aws("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture(params=["in_memory", "on_s3"])
def both(
    request: pytest.FixtureRequest, aws: Callable[[str], Any], bucket: str, tmp_path: Path
) -> tuple[Facts, FactFiles]:
    if request.param == "in_memory":
        facts = FakeFacts()
        return facts, FakeFactFiles(facts)
    return S3Facts(aws("s3"), bucket, tmp_path), S3FactFiles(aws("s3"), bucket)


def save(facts: Facts, rows: int) -> str:
    with duckdb.connect() as db:
        query = f"SELECT range AS line_id FROM range({rows})"
        return str(facts.save(db, "acme", "lines", f"2026-11-{rows:02}", query))


def test_files_come_in_order_with_their_size_and_rows(both: tuple[Facts, FactFiles]) -> None:
    facts, files = both
    keys = [save(facts, 12), save(facts, 3)]
    signed = files.sign(keys, 900)
    assert [file.rows for file in signed] == [12, 3]
    assert [file.location.partition("/facts/")[2] for file in signed] == [
        key.removeprefix("facts/") for key in keys
    ]
    for file, key in zip(signed, keys, strict=True):
        assert file.size > 0
        assert key.rpartition("/")[2] in file.url


def test_a_file_that_is_gone_is_an_unknown_resource(both: tuple[Facts, FactFiles]) -> None:
    _, files = both
    with pytest.raises(UnknownResourceError):
        files.sign(["facts/lines/account=acme/day=2026-11-01/0000000000000000.parquet"], 900)


def test_no_files_are_no_question(both: tuple[Facts, FactFiles]) -> None:
    assert both[1].sign([], 900) == []


def test_a_file_of_an_older_release_does_not_say_how_many_rows_it_has(
    aws: Callable[[str], Any], bucket: str
) -> None:
    aws("s3").put_object(Bucket=bucket, Key="facts/a", Body=b"old")
    [file] = S3FactFiles(aws("s3"), bucket).sign(["facts/a"], 900)
    assert (file.rows, file.size) == (None, 3)


def test_an_object_says_how_many_rows_it_holds_without_being_another_one(
    aws: Callable[[str], Any], bucket: str, tmp_path: Path
) -> None:
    key = save(S3Facts(aws("s3"), bucket, tmp_path), 3)
    stored = aws("s3").get_object(Bucket=bucket, Key=key)
    assert stored["Metadata"] == {"rows": "3"}
    assert hashlib.sha256(stored["Body"].read()).hexdigest()[:16] in key
