from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb
import pytest

from headwater.domain.facts import COLUMNS
from headwater.errors import UnknownResourceError
from headwater.usecases.list_exports import export_table, list_exports, open_version
from headwater.usecases.published_runs import READABLE_FOR, open_published_run
from tests.fakes import FakeFactFiles
from tests.workshop import ACCOUNT, Workshop

EMAIL = "ann@example.com"


@pytest.fixture(scope="module")
def finished() -> Workshop:
    """A person who did everything that leaves a trace."""
    shop = Workshop()
    shop.visit("2026-11-19 09:00", "v1", "s1", "/mugs", source="google", medium="cpc")
    shop.identify("2026-11-19 09:01", "v1", EMAIL, "s1")
    shop.opt_in("2026-11-19 09:02", EMAIL)
    shop.order(7, "2026-11-20 15:00", "100.00", email=EMAIL, customer_id=3)
    shop.claim(7, "v1", "2026-11-20 15:01", EMAIL)
    shop.spend("2026-11-19", "20.00", utm_source="google", utm_medium="cpc")
    shop.run(reported=False)
    return shop


def listed(shop: Workshop) -> dict[str, Any]:
    return list_exports(ACCOUNT, open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake))


def exported(shop: Workshop, table: str, version: str) -> dict[str, Any]:
    manifest = open_version(ACCOUNT, version, runs=shop.runs, lake=shop.lake, clock=shop.clock)
    files = FakeFactFiles(shop.facts)
    return export_table(ACCOUNT, table, manifest, files=files, clock=shop.clock)


def test_every_fact_table_is_listed_with_its_columns_also_an_empty_one(finished: Workshop) -> None:
    told = listed(finished)
    assert [table["table"] for table in told["tables"]] == list(COLUMNS)
    by_name = {table["table"]: table for table in told["tables"]}
    assert by_name["orders"]["files"] == 1
    assert by_name["duplicates"]["files"] == 0
    assert {"name": "markov_net", "type": "BIGINT"} in by_name["credits"]["columns"]


def test_the_files_of_a_table_are_those_of_its_version(finished: Workshop) -> None:
    shop = finished
    told = listed(shop)
    table = exported(shop, "orders", told["data_version"])
    assert table["data_version"] == told["data_version"]
    assert table["expires_at"] > shop.clock.now().isoformat()
    [file] = table["files"]
    assert (file["partition"], file["rows"]) == ("2026-11-20", 1)
    assert file["hash"] in file["url"]
    assert file["bytes"] == len(shop.facts.objects[file["location"].removeprefix("s3://lake/")])


def test_what_has_files_has_as_many_rows_as_they_say(finished: Workshop) -> None:
    version = listed(finished)["data_version"]
    for table in COLUMNS:
        for file in exported(finished, table, version)["files"]:
            assert file["rows"] > 0


def test_a_version_stays_as_it_is_when_another_one_follows() -> None:
    shop = Workshop()
    shop.order(1, "2026-11-20 15:00", "10.00")
    first = shop.run(reported=False)
    before = exported(shop, "orders", first)
    shop.order(2, "2026-11-20 16:00", "20.00")
    second = shop.run(reported=False)
    assert second != first
    assert exported(shop, "orders", first)["files"] == before["files"]
    assert exported(shop, "orders", second)["files"] != before["files"]
    rows = [
        sum(file["rows"] for file in exported(shop, "orders", version)["files"])
        for version in (first, second)
    ]
    assert rows == [1, 2]


def test_a_version_may_be_read_for_a_week_after_another_one_has_followed() -> None:
    shop = Workshop()
    shop.order(1, "2026-11-20 15:00", "10.00")
    first = shop.run(reported=False)
    shop.clock.advance(timedelta(days=30))
    assert exported(shop, "orders", first)["files"]
    shop.order(2, "2026-11-20 16:00", "20.00")
    shop.run(reported=False)
    shop.clock.advance(READABLE_FOR - timedelta(seconds=1))
    assert exported(shop, "orders", first)["files"]
    shop.clock.advance(timedelta(seconds=1))
    with pytest.raises(UnknownResourceError, match=f"{first} is not there"):
        exported(shop, "orders", first)


def test_an_unknown_version_is_told_the_present_one(finished: Workshop) -> None:
    present = listed(finished)["data_version"]
    with pytest.raises(UnknownResourceError, match=present):
        exported(finished, "orders", "0" * 16)


def test_another_accounts_version_is_not_there(finished: Workshop) -> None:
    version = listed(finished)["data_version"]
    with pytest.raises(UnknownResourceError):
        open_version("rival", version, runs=finished.runs, lake=finished.lake, clock=finished.clock)


def test_an_unknown_table_is_told_which_there_are(finished: Workshop) -> None:
    with pytest.raises(UnknownResourceError, match="orders, lines"):
        exported(finished, "customers", listed(finished)["data_version"])


def test_no_file_holds_an_email(finished: Workshop) -> None:
    assert len(finished.facts.objects) > 10
    for key, content in finished.facts.objects.items():
        assert EMAIL.encode() not in content
        path = finished.facts.file(key)
        with duckdb.connect() as db:
            rows = db.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()
        assert "@" not in repr(rows), key
