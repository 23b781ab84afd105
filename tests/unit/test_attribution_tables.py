"""The raw tables of the attribution benchmark, and the SQL that credits them."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.attribution.independent import MODELS, build_credits, mount_tables
from benchmarks.attribution.peers.paths import make_paths
from benchmarks.attribution.raw_tables import TABLES, make_tables
from benchmarks.attribution.rules import Rules
from benchmarks.database import connect

ORDERS = 2_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tables(ORDERS, tmp_path_factory.mktemp("bench"))


def ask(folder: Path, query: str) -> tuple[Any, ...]:
    with connect() as db:
        mount_tables(db, folder)
        row: tuple[Any, ...]
        [row] = db.execute(query).fetchall()
    return row


def test_the_tables_are_of_the_promised_shape(folder: Path) -> None:
    hits, campaigns, channels = ask(
        folder, "SELECT count(*), count(DISTINCT campaign), count(DISTINCT channel) FROM hits"
    )
    (nulls,) = ask(
        folder, "SELECT count(DISTINCT contact) FROM hits ANTI JOIN orders USING (contact)"
    )
    orders, rebills = ask(folder, "SELECT count(*), count(*) FILTER (root <> order_id) FROM orders")

    assert (hits, orders) == (6.3 * ORDERS, ORDERS)
    assert (campaigns, channels) == (200, 12)
    assert nulls == pytest.approx(1.07 * ORDERS, rel=0.01)
    assert 0 < rebills < 0.1 * ORDERS


def test_hits_come_in_order_of_time_and_most_repeats_within_half_an_hour(folder: Path) -> None:
    with connect() as db:
        mount_tables(db, folder)
        moments = [moment for (moment,) in db.execute("SELECT moment FROM hits").fetchall()]
        (repeats,) = ask(
            folder,
            "SELECT avg((gap <= INTERVAL 30 MINUTE)::INTEGER) FROM (SELECT moment - lag(moment) "
            "OVER (PARTITION BY contact, campaign ORDER BY moment) AS gap FROM hits)",
        )

    assert moments == sorted(moments)
    assert repeats > 0.4


def test_the_same_size_is_the_same_tables_again(folder: Path, tmp_path: Path) -> None:
    again = make_tables(ORDERS, tmp_path)

    for table in TABLES:
        rows = [
            duckdb.read_parquet(str(each / f"{table}.parquet")).fetchall()
            for each in (folder, again)
        ]
        assert rows[0] == rows[1]


def test_the_sql_gives_every_cent_of_every_order_to_a_touch_or_to_the_rest(folder: Path) -> None:
    with connect() as db:
        mount_tables(db, folder)
        build_credits(db, Rules())
        sums = db.execute(
            "SELECT model, sum(gross), sum(net) FROM (SELECT model, gross, net FROM credits "
            "UNION ALL SELECT model, gross, net FROM rests) GROUP BY model"
        ).fetchall()
    revenue = ask(folder, "SELECT sum(gross), sum(gross - refund) FROM orders")

    given = {model: amounts for model, *amounts in sums}
    assert set(given) == set(MODELS)
    assert given.pop("full_impact")[0] > revenue[0]
    assert all(tuple(amounts) == revenue for amounts in given.values())


def test_a_path_is_made_of_an_order_or_of_somebody_who_never_bought(folder: Path) -> None:
    make_paths(folder)

    paths = duckdb.read_parquet(str(folder / "paths.parquet"))
    rows = paths.filter("is_converted").fetchall()
    others = paths.filter("NOT is_converted").fetchall()

    assert 0.9 * ORDERS < len(rows) < ORDERS
    assert len(others) == pytest.approx(1.07 * ORDERS, rel=0.01)
    first, *_ = rows
    path, hours_left = first[3].split(" > "), first[4].split(" > ")
    assert len(path) == len(hours_left)
    assert [float(hours) for hours in hours_left] == sorted(map(float, hours_left), reverse=True)
