"""The fact tables of the deployed stack, as programs of others fetch them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import duckdb
import requests

from tests.e2e.conftest import STORED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import System


def fetched(system: System, table: dict[str, Any], folder: Path) -> Path:
    """Fetch a table's files by their addresses alone; return where they are."""
    place = folder / str(table["table"])
    place.mkdir()
    listed = system.get(table["path"])
    assert listed["data_version"] in table["path"]
    for file in listed["files"]:
        answer = requests.get(file["url"], timeout=30)
        assert answer.ok, answer.text
        assert len(answer.content) == file["bytes"]
        assert hashlib.sha256(answer.content).hexdigest()[:16] == file["hash"]
        (place / f"{file['hash']}.parquet").write_bytes(answer.content)
    return place


def test_credits_and_orders_of_a_version_fit_together(connected: System, tmp_path: Path) -> None:
    tables = {table["table"]: table for table in connected.get("/v1/exports")["tables"]}
    # The row without a touch carries its order's own revenue.
    orders = f"read_parquet('{fetched(connected, tables['orders'], tmp_path)}/*.parquet')"
    rows = f"read_parquet('{fetched(connected, tables['credits'], tmp_path)}/*.parquet')"
    with duckdb.connect() as db:
        [told] = db.execute(
            f"SELECT count(*), count(*) FILTER (gross_minor = order_gross) FROM {rows} AS credited "
            f"LEFT JOIN {orders} AS orders "
            "ON orders.source = credited.store AND orders.order_id = credited.order_id "
            "WHERE touch_id = ''"
        ).fetchall()
    assert told[0] == told[1] >= STORED


def test_an_address_opens_its_file_and_no_other(connected: System) -> None:
    tables = {table["table"]: table for table in connected.get("/v1/exports")["tables"]}
    urls = [
        connected.get(tables[name]["path"])["files"][0]["url"] for name in ("orders", "credits")
    ]
    place, _, signature = urls[0].partition("?")
    assert requests.get(place, timeout=30).status_code == 403
    other = urls[1].partition("?")[0]
    assert requests.get(f"{other}?{signature}", timeout=30).status_code == 403
