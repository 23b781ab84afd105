from __future__ import annotations

import gzip
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.s3.lake import S3Lake
from headwater.domain.hits import PageView
from headwater.domain.manifests import History, Manifest
from headwater.errors import UnknownResourceError
from headwater.usecases.ports import RejectedRow
from tests.fakes import FakeLake

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.usecases.ports import Lake

DAY = date(2026, 11, 20)
MANIFEST = Manifest(
    account="acme",
    as_of=DAY,
    settings={"currency": "USD"},
    tables={"orders": {"2026-11-20": "facts/orders/account=acme/day=2026-11-20/0.parquet"}},
    reports={"roi": "reports/account=acme/roi/0.json"},
    histories={"store": History(3, 9, is_complete=False)},
)


@dataclass(frozen=True)
class Case:
    """A lake, and a way to look at an object's bytes past it."""

    lake: Lake
    read: Callable[[str], bytes]


@pytest.fixture
def in_memory_lake() -> Case:
    lake = FakeLake()
    return Case(lake, lake.objects.__getitem__)


@pytest.fixture
def lake_on_aws(aws: Callable[[str], Any]) -> Case:
    client, bucket = aws("s3"), f"lake-{uuid.uuid4().hex}"
    client.create_bucket(Bucket=bucket)
    return Case(
        S3Lake(client, bucket),
        lambda key: client.get_object(Bucket=bucket, Key=key)["Body"].read(),
    )


@pytest.fixture(params=["in_memory_lake", "lake_on_aws"])
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
def lake(case: Case) -> Lake:
    return case.lake


def test_a_raw_page_is_kept_compressed_under_its_content(case: Case) -> None:
    key = case.lake.keep_raw_page("acme", "store", b'[{"id": 1}]')
    assert key == "raw/bigcommerce/account=acme/source=store/01aa8ec06990002e.json.gz"
    assert gzip.decompress(case.read(key)) == b'[{"id": 1}]'


def test_the_same_raw_page_is_the_same_object(case: Case) -> None:
    first = case.lake.keep_raw_page("acme", "store", b"[]")
    content = case.read(first)
    assert case.lake.keep_raw_page("acme", "store", b"[]") == first
    assert case.read(first) == content
    assert case.lake.keep_raw_page("acme", "store", b"[1]") != first


def test_rejected_rows_are_kept_with_their_reasons(lake: Lake) -> None:
    rows = [RejectedRow("no amount", {"id": 7}), RejectedRow("not JSON", "<html>")]
    key = lake.keep_rejected("acme", DAY, rows)
    assert key is not None
    assert key.startswith("raw/rejected/account=acme/day=2026-11-20/")
    assert lake.get_json(key) == [
        {"reason": "no amount", "row": {"id": 7}},
        {"reason": "not JSON", "row": "<html>"},
    ]


def test_no_rejected_rows_leave_no_object(lake: Lake) -> None:
    assert lake.keep_rejected("acme", DAY, iter(())) is None
    assert lake.list_json("raw/") == []


def test_a_rejected_row_that_json_does_not_know_is_kept_as_text(lake: Lake) -> None:
    odd = {"total": Decimal("1.10"), "name": "half \ud83d"}
    key = lake.keep_rejected("acme", DAY, [RejectedRow("odd", odd)])
    assert key is not None
    assert lake.get_json(key)[0]["row"] == {"total": "1.10", "name": "half \ud83d"}


def test_json_comes_back_as_it_was(lake: Lake) -> None:
    document = {"b": [1, "ä", None, True], "a": {}}
    assert lake.put_json("runs/account=acme/run=r1/days.json", document)
    assert lake.get_json("runs/account=acme/run=r1/days.json") == document


def test_a_document_that_is_no_json_is_refused(lake: Lake) -> None:
    with pytest.raises(TypeError):
        lake.put_json("runs/x.json", {"total": Decimal(1)})


def test_an_unknown_key_is_an_unknown_resource(lake: Lake) -> None:
    with pytest.raises(UnknownResourceError):
        lake.get_json("runs/account=acme/run=r1/days.json")


def test_json_is_listed_by_prefix_in_order_of_key(lake: Lake) -> None:
    for name in ("run=r1/b", "run=r1/a", "run=r10/c"):
        lake.put_json(f"runs/account=acme/{name}.json", name)
    assert lake.list_json("runs/account=acme/run=r1/") == ["run=r1/a", "run=r1/b"]


def test_a_listing_goes_past_its_first_page(
    lake_on_aws: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    # moto serves pages of this size, S3 itself of a thousand.
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    for n in range(8):
        lake_on_aws.lake.put_json(f"runs/{n}.json", n)
    assert lake_on_aws.lake.list_json("runs/") == list(range(8))


def test_a_report_is_named_by_what_it_says(lake: Lake) -> None:
    key = lake.put_report("acme", "roi", {"b": 1, "a": 2})
    assert key.startswith("reports/account=acme/roi/")
    assert lake.put_report("acme", "roi", {"a": 2, "b": 1}) == key
    assert lake.put_report("acme", "roi", {"a": 2, "b": 2}) != key
    assert lake.get_json(key) == {"a": 2, "b": 1}


def test_a_manifest_is_kept_under_its_data_version(lake: Lake) -> None:
    key = lake.put_manifest(MANIFEST)
    assert key == f"manifests/account=acme/{MANIFEST.data_version}.json"
    assert lake.get_manifest(key) == MANIFEST


def test_an_unknown_manifest_is_an_unknown_resource(lake: Lake) -> None:
    with pytest.raises(UnknownResourceError):
        lake.get_manifest("manifests/account=acme/0.json")


def test_both_lakes_name_objects_alike(in_memory_lake: Case, lake_on_aws: Case) -> None:
    def keys(lake: Lake) -> list[str | None]:
        return [
            lake.keep_raw_page("acme", "store", b"[]"),
            lake.keep_rejected("acme", DAY, [RejectedRow("bad", "ä")]),
            lake.put_report("acme", "roi", {"rows": [1, "ä"]}),
            lake.put_manifest(MANIFEST),
        ]

    assert keys(in_memory_lake.lake) == keys(lake_on_aws.lake)


def test_page_views_of_a_day_are_kept_as_one_object(case: Case) -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    view = PageView("e1", at, "v1", "s1", "cart", "/cart.php", is_bot=False)
    key = case.lake.keep_page_views("acme", DAY, [view])
    assert key.startswith("raw/page_views/account=acme/day=2026-11-20/")
    assert case.lake.keep_page_views("acme", DAY, [view]) == key
    assert json.loads(gzip.decompress(case.read(key))) == [
        {
            "event_id": "e1",
            "at": "2026-11-20T09:00:00+00:00",
            "visitor": "v1",
            "session": "s1",
            "page_type": "cart",
            "path": "/cart.php",
            "is_bot": False,
        }
    ]


def test_the_page_views_of_a_day_are_read_back_from_all_objects(case: Case) -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    for number in range(3):
        view = PageView(f"e{number}", at, "v1", "s1", "cart", "/cart.php", is_bot=False)
        case.lake.keep_page_views("acme", DAY, [view])
    case.lake.keep_page_views("acme", date(2026, 11, 21), [view])
    case.lake.keep_page_views("acm", DAY, [view])
    read = sorted(view["event_id"] for view in case.lake.page_views_on("acme", DAY))
    assert read == ["e0", "e1", "e2"]
