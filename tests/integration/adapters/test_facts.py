from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from headwater.adapters.s3.facts import S3Facts
from headwater.domain.facts import COLUMNS, columns_of
from headwater.errors import UnknownResourceError
from tests.fakes import FakeFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from headwater.usecases.ports import Facts


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def bucket(aws: Callable[[str], Any]) -> str:
    name = f"lake-{uuid.uuid4().hex}"
    aws("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def on_s3(aws: Callable[[str], Any], bucket: str, tmp_path: Path) -> S3Facts:
    return S3Facts(aws("s3"), bucket, tmp_path / "facts")


@pytest.fixture(params=["in_memory", "on_s3"])
def facts(request: pytest.FixtureRequest, on_s3: S3Facts) -> Facts:
    return FakeFacts() if request.param == "in_memory" else on_s3


def rows(db: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return db.execute(query).fetchall()


def save_opt_in(facts: Facts, db: duckdb.DuckDBPyConnection, day: str, name: str) -> str:
    query = (
        f"SELECT '{name}' AS opt_in_id, TIMESTAMP '{day} 12:00:00' AS occurred_at,"
        " 'node' AS node, 'site' AS source, 'form' AS kind"
    )
    key = facts.save(db, "acme", "optins", day, query)
    assert key is not None
    return key


def test_saved_rows_are_named_by_table_account_partition_and_content(
    facts: Facts, db: duckdb.DuckDBPyConnection
) -> None:
    key = save_opt_in(facts, db, "2026-11-20", "a")
    folder, _, name = key.rpartition("/")
    assert folder == "facts/optins/account=acme/day=2026-11-20"
    assert len(name.removesuffix(".parquet")) == 16


def test_no_rows_leave_no_object(facts: Facts, db: duckdb.DuckDBPyConnection) -> None:
    assert facts.save(db, "acme", "optins", "2026-11-20", "SELECT 1 AS x WHERE false") is None


def test_a_column_that_an_older_release_did_not_write_is_null(
    facts: Facts, db: duckdb.DuckDBPyConnection
) -> None:
    query = "SELECT 'store' AS store, '1' AS order_id, 3 AS touches"
    key = facts.save(db, "acme", "evidence", "2026-11", query)
    facts.mount(db, {"evidence": {"2026-11": str(key)}}, ["evidence"])
    assert rows(db, "SELECT order_id, touches, age, is_identified FROM evidence") == [
        ("1", 3, None, None)
    ]
    [[kind]] = rows(db, "SELECT typeof(age) FROM evidence")
    assert kind == "BIGINT"


def test_a_mounted_table_holds_the_rows_of_all_its_objects_by_partition(
    facts: Facts, db: duckdb.DuckDBPyConnection
) -> None:
    later = save_opt_in(facts, db, "2026-11-20", "b")
    sooner = save_opt_in(facts, db, "2026-09-03", "a")
    facts.mount(db, {"optins": {"2026-11-20": later, "2026-09": sooner}}, ["optins"])
    assert rows(db, "SELECT opt_in_id FROM optins") == [("a",), ("b",)]
    assert [column for column, *_ in rows(db, "DESCRIBE optins")] == list(COLUMNS["optins"])


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_without_objects_is_empty_and_has_its_columns(
    facts: Facts, db: duckdb.DuckDBPyConnection, table: str
) -> None:
    facts.mount(db, {}, [table])
    assert rows(db, f"SELECT * FROM {table}") == []
    described = {column: sql_type for column, sql_type, *_ in rows(db, f"DESCRIBE {table}")}
    assert {name: kind.replace(" ", "") for name, kind in columns_of(table).items()} == described


def test_mounting_again_shows_the_new_objects(facts: Facts, db: duckdb.DuckDBPyConnection) -> None:
    first, second = (save_opt_in(facts, db, "2026-11-20", name) for name in "ab")
    for key in (first, second):
        facts.mount(db, {"optins": {"2026-11-20": key}}, ["optins"])
    assert rows(db, "SELECT opt_in_id FROM optins") == [("b",)]


def test_a_mounted_table_can_be_saved_again_over_its_own_rows(
    facts: Facts, db: duckdb.DuckDBPyConnection
) -> None:
    key = save_opt_in(facts, db, "2026-11-20", "a")
    facts.mount(db, {"optins": {"2026-11-20": key}}, ["optins"])
    assert facts.save(db, "acme", "optins", "2026-11-20", "SELECT * FROM optins") == key


def test_an_object_that_is_gone_is_an_unknown_resource(
    facts: Facts, db: duckdb.DuckDBPyConnection
) -> None:
    key = "facts/optins/account=acme/day=2026-11-20/0000000000000000.parquet"
    with pytest.raises(UnknownResourceError):
        facts.mount(db, {"optins": {"2026-11-20": key}}, ["optins"])


def test_both_implementations_write_the_same_object(
    on_s3: S3Facts, db: duckdb.DuckDBPyConnection
) -> None:
    both = [save_opt_in(facts, db, "2026-11-20", "a") for facts in (FakeFacts(), on_s3)]
    assert both[0] == both[1]


def test_an_object_is_named_by_the_hash_of_its_bytes(
    on_s3: S3Facts, db: duckdb.DuckDBPyConnection, aws: Callable[[str], Any], bucket: str
) -> None:
    key = save_opt_in(on_s3, db, "2026-11-20", "a")
    content = aws("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert key.endswith(f"/{hashlib.sha256(content).hexdigest()[:16]}.parquet")


def test_an_object_that_was_fetched_once_is_not_fetched_again(
    on_s3: S3Facts, db: duckdb.DuckDBPyConnection, aws: Callable[[str], Any], bucket: str
) -> None:
    key = save_opt_in(on_s3, db, "2026-11-20", "a")
    on_s3.mount(db, {"optins": {"2026-11-20": key}}, ["optins"])
    aws("s3").delete_object(Bucket=bucket, Key=key)
    on_s3.mount(db, {"optins": {"2026-11-20": key}}, ["optins"])
    assert rows(db, "SELECT opt_in_id FROM optins") == [("a",)]


def test_a_full_folder_keeps_what_an_open_connection_has_mounted_and_nothing_else(
    aws: Callable[[str], Any], bucket: str, tmp_path: Path
) -> None:
    facts = S3Facts(aws("s3"), bucket, tmp_path, cache_bytes=1)
    with duckdb.connect() as first:
        keys = [save_opt_in(facts, first, "2026-11-20", name) for name in "abc"]
        facts.mount(first, {"optins": {"2026-11-20": keys[0]}}, ["optins"])
        with duckdb.connect() as second:
            facts.mount(second, {"optins": {"2026-11-20": keys[1]}}, ["optins"])
            assert rows(first, "SELECT opt_in_id FROM optins") == [("a",)]
            assert rows(second, "SELECT opt_in_id FROM optins") == [("b",)]
        del second
        facts.mount(first, {"optins": {"2026-11-20": keys[2]}}, ["optins"])
    assert set(tmp_path.rglob("*.parquet")) == {
        tmp_path / keys[0],
        tmp_path / keys[2],
    }


# Three row groups; texts that repeat, lists and nulls, so that every encoding comes up.
MANY_ROWS = """
    SELECT i, (i * 7919) % 1000003 AS k, 'text ' || (i % 97) AS s,
        CASE WHEN i % 3 = 0 THEN [CAST(i AS VARCHAR)] ELSE [] END AS l,
        CASE WHEN i % 5 = 0 THEN NULL ELSE i % 11 END AS n
    FROM range(300000) AS t(i)
"""


@pytest.fixture
def many_rows(db: duckdb.DuckDBPyConnection, tmp_path: Path) -> dict[str, str]:
    """The same rows in the same order, from sources that cut them into different chunks."""
    db.execute(f"CREATE TABLE many AS {MANY_ROWS}")
    one, two, three = (tmp_path / f"{name}.parquet" for name in ("one", "two", "three"))
    db.execute(f"COPY (FROM many WHERE i < 130000) TO '{one}' (ROW_GROUP_SIZE 5000)")
    db.execute(f"COPY (FROM many WHERE i >= 130000) TO '{two}'")
    db.execute(f"COPY (FROM many) TO '{three}' (ROW_GROUP_SIZE 10000)")
    return {
        "a table": "SELECT * FROM many",
        "a sort": "SELECT * FROM many ORDER BY k * 0, i",
        "two files": f"SELECT * FROM read_parquet(['{one}', '{two}'])",
        "one file": f"SELECT * FROM '{three}'",
        "a filtered join": "SELECT a.* FROM many a JOIN many b USING (i) WHERE b.i >= 0 ORDER BY i",
    }


def test_the_same_rows_in_the_same_order_are_the_same_object_wherever_they_come_from(
    db: duckdb.DuckDBPyConnection, many_rows: dict[str, str]
) -> None:
    facts = FakeFacts()
    keys = set()
    for threads in (1, 4):
        db.execute(f"SET threads = {threads}")
        for query in many_rows.values():
            keys.add(facts.save(db, "acme", "many", "all", query))
    assert len(keys) == 1


def test_another_order_of_the_same_rows_is_another_object(
    db: duckdb.DuckDBPyConnection, many_rows: dict[str, str]
) -> None:
    facts = FakeFacts()
    forth = facts.save(db, "acme", "many", "all", many_rows["a table"])
    back = facts.save(db, "acme", "many", "all", "SELECT * FROM many ORDER BY i DESC")
    assert forth != back
