from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.dynamodb.sweeps import DynamoSweeps
from headwater.adapters.s3.swept_objects import S3SweptObjects
from headwater.errors import StoreUnavailableError
from headwater.usecases.ports.sweeps import Sweep
from tests.fakes import FakeClock, FakeFacts, FakeLake, FakeSweeps, FakeSweptObjects, FakeTable
from tests.integration.adapters.samples import NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from headwater.usecases.ports.sweeps import Sweeps, SweptObjects
    from tests.integration.adapters.conftest import Tables

OWN = [
    "facts/credits/account=acme/day=2026-10/1.parquet",
    "facts/credits/account=acme/day=2026-11-01/2.parquet",
    "facts/orders/account=acme/day=2026-11-01/3.parquet",
    "facts/zzz-no-more/account=acme/day=all/4.parquet",
    "manifests/account=acme/5.json",
    "reports/account=acme/roi.2026-11-01/6.json",
    "reports/account=acme/roi/7.json",
]
OTHERS = [
    "facts/credits/account=acme2/day=2026-10/1.parquet",
    "facts/orders/account=other/day=2026-10/1.parquet",
    "manifests/account=other/5.json",
    "raw/imports/account=acme/1/upload",
    "reconciliations/account=acme/source=s/day=2026-11-01.json",
    "runs/account=acme/run=1/frame.json",
]


class Lake:
    """One implementation with those objects, two of which come at a time."""

    def __init__(self, objects: SweptObjects, stored: Callable[[], Collection[str]]) -> None:
        self.objects = objects
        self.stored = stored

    def pages(self, place: str = "") -> list[list[str]]:
        return [[each.key for each in page] for page in self.objects.after("acme", place)]

    def keys(self, place: str = "") -> list[str]:
        return [key for page in self.pages(place) for key in page]


@pytest.fixture
def bucket(aws: Callable[[str], Any]) -> str:
    name = f"lake-{uuid.uuid4().hex}"
    aws("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture(params=["in_memory", "on_s3"])
def lake(request: pytest.FixtureRequest, aws: Callable[[str], Any], bucket: str) -> Lake:
    client = aws("s3")
    if request.param == "in_memory":
        clock = FakeClock(datetime.now(UTC))
        stored = FakeLake(clock)
        for key in OWN + OTHERS:
            stored.objects[key] = b"{}"
        objects = FakeSweptObjects(stored, FakeFacts(clock), page=2)
        return Lake(objects, lambda: set(stored.objects))
    for key in OWN + OTHERS:
        client.put_object(Bucket=bucket, Key=key, Body=b"{}")

    def listed() -> set[str]:
        return {item["Key"] for item in client.list_objects_v2(Bucket=bucket)["Contents"]}

    return Lake(S3SweptObjects(client, bucket, page=2), listed)


def test_an_accounts_facts_manifests_and_reports_come_in_order_of_their_keys(lake: Lake) -> None:
    assert lake.keys() == OWN
    assert all(1 <= len(page) <= 2 for page in lake.pages())


def test_they_go_on_after_any_place(lake: Lake) -> None:
    for number, key in enumerate(OWN):
        assert lake.keys(key) == OWN[number + 1 :]
    assert lake.keys("facts/d") == OWN[2:]
    assert lake.keys("facts/credits/account=acme/day=2026-11") == OWN[1:]
    assert lake.keys("zzz") == []


def test_each_says_when_it_was_put(lake: Lake) -> None:
    for page in lake.objects.after("acme", ""):
        for each in page:
            assert timedelta(0) <= datetime.now(UTC) - each.put_at < timedelta(minutes=1)


def test_what_is_removed_is_gone_and_removed_again_without_harm(lake: Lake) -> None:
    lake.objects.remove(OWN[:3])
    lake.objects.remove(OWN[1:4])
    assert set(lake.stored()) == {*OWN[4:], *OTHERS}


def test_pages_that_are_removed_as_they_come_leave_none_out(lake: Lake) -> None:
    for page in lake.objects.after("acme", ""):
        lake.objects.remove([each.key for each in page])
    assert set(lake.stored()) == set(OTHERS)


def test_an_account_without_objects_has_none(lake: Lake) -> None:
    assert list(lake.objects.after("nobody", "")) == []


def test_an_object_that_is_still_there_is_an_error(
    aws: Callable[[str], Any], bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = aws("s3")
    # So S3 answers, with the status 200.
    refusal = {"Errors": [{"Key": OWN[0], "Code": "InternalError", "Message": "?"}]}
    monkeypatch.setattr(client, "delete_objects", lambda **_: refusal)
    with pytest.raises(StoreUnavailableError, match="1 objects are still there: InternalError"):
        S3SweptObjects(client, bucket).remove(OWN[:2])


@pytest.fixture(params=["in_memory", "on_fake_table", "on_dynamodb"])
def sweeps(request: pytest.FixtureRequest) -> Sweeps:
    if request.param == "in_memory":
        return FakeSweeps()
    if request.param == "on_fake_table":
        return DynamoSweeps(FakeTable())
    tables: Tables = request.getfixturevalue("tables")
    return DynamoSweeps(tables.accounts)


def test_how_far_a_sweep_is_is_remembered_by_account(sweeps: Sweeps) -> None:
    assert sweeps.get("acme") == Sweep()
    under_way = Sweep(NOON, OWN[2], 7, NOON - timedelta(days=1))
    sweeps.save("acme", under_way)
    sweeps.save("other", Sweep(swept_at=NOON))
    assert sweeps.get("acme") == under_way
    assert sweeps.get("other") == Sweep(swept_at=NOON)
