"""Records, files and items of imports: in memory and on (mocked) AWS, each held to the same."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.awslambda.import_workers import LambdaImportWorkers
from headwater.adapters.dynamodb.imported_journeys import DynamoImportedJourneys
from headwater.adapters.dynamodb.imported_sales import DynamoImportedCosts, DynamoImportedOrders
from headwater.adapters.dynamodb.imports import DynamoImports
from headwater.adapters.s3 import import_files
from headwater.adapters.s3.import_files import S3ImportFiles
from headwater.adapters.s3.lake import get_object
from headwater.domain.costs import CostRow
from headwater.domain.file_imports import Before, CostHead
from headwater.domain.journeys import Profile
from headwater.domain.nodes import email_node
from headwater.errors import ConflictError, LeaseLostError, UnknownResourceError
from headwater.usecases.ports.imports import Standing
from tests.fakes import FakeTable
from tests.fakes.imports import FakeImportFiles
from tests.integration.adapters.conftest import Tables, adapters_on
from tests.integration.adapters.samples import a_touchpoint, an_opt_in, an_order
from tests.unit.usecases.file_imports import an_import

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.usecases.ports.imports import ImportFiles, JourneyItem
    from tests.integration.adapters.conftest import Stores

ACCOUNT, BUCKET = "acme", "lake"
DAY = date(2026, 11, 20)


@dataclass
class Imported:
    """The adapters of imports beside the stores that they look into."""

    stores: Stores
    imports: DynamoImports
    journeys: DynamoImportedJourneys
    orders: DynamoImportedOrders
    costs: DynamoImportedCosts


@pytest.fixture(params=["memory", "aws"])
def imported(request: pytest.FixtureRequest) -> Imported:
    tables: Any = request.getfixturevalue("tables") if request.param == "aws" else _in_memory()
    stores = adapters_on(tables.orders, tables.journeys, tables.costs, tables.accounts)
    marks, erasures, clock = stores.marks, stores.erasures, stores.clock
    return Imported(
        stores,
        DynamoImports(tables.accounts),
        DynamoImportedJourneys(tables.journeys, marks, clock, erasures),
        DynamoImportedOrders(tables.orders, marks, erasures),
        DynamoImportedCosts(tables.costs, marks, clock),
    )


def _in_memory() -> Tables:
    return Tables(None, FakeTable(), FakeTable(), FakeTable(), FakeTable())


def test_a_record_is_kept_and_changed_by_whoever_saw_it_last(imported: Imported) -> None:
    record = an_import("a", "done")
    imported.imports.create(ACCOUNT, record)
    imported.imports.create(ACCOUNT, an_import("b"))
    assert imported.imports.get(ACCOUNT, "a") == record
    assert [one.import_id for one in imported.imports.latest(ACCOUNT, 9)] == ["b", "a"]
    assert len(imported.imports.latest(ACCOUNT, 1)) == 1
    saved = imported.imports.save(ACCOUNT, replace(record, phase="items"))
    assert (saved.revision, imported.imports.get(ACCOUNT, "a")) == (1, saved)
    with pytest.raises(LeaseLostError):
        imported.imports.save(ACCOUNT, replace(record, phase="profiles"))
    with pytest.raises(UnknownResourceError):
        imported.imports.get("other", "a")


def test_what_an_import_added_is_removed_and_nothing_else(imported: Imported) -> None:
    stores, now = imported.stores, imported.stores.clock.now()
    ann, bob = email_node("ann@example.com"), email_node("bob@example.com")
    click = a_touchpoint(visitor="", node=ann, is_imported=True)
    known, profile = an_opt_in(node=bob), Profile(ann, "ann@example.com")
    stores.journeys.add_opt_ins(ACCOUNT, [known], now - timedelta(hours=1))
    items: list[JourneyItem] = [click, known, profile]
    told = imported.journeys.standings(ACCOUNT, items, now)
    assert told == [Standing.NEW, Standing.UNCHANGED, Standing.NEW]
    stores.journeys.add_touchpoints(ACCOUNT, [click], now)
    stores.journeys.add_opt_ins(ACCOUNT, [known], now)
    stores.journeys.add_profiles(ACCOUNT, [profile], now)
    assert imported.journeys.standings(ACCOUNT, items, now) == told
    later = now + timedelta(seconds=1)
    assert set(imported.journeys.standings(ACCOUNT, items, later)) == {Standing.UNCHANGED}
    better = replace(profile, phone="+1 555 0100")
    assert imported.journeys.standings(ACCOUNT, [better], later) == [Standing.CHANGED]
    lonely = imported.journeys.remove(ACCOUNT, [profile], now)
    assert (lonely.removed, lonely.kept) == (0, 1)
    gone = imported.journeys.remove(ACCOUNT, [click, known], now)
    assert (gone.removed, gone.kept) == (1, 0)
    assert imported.journeys.remove(ACCOUNT, [profile], now).removed == 1
    day = known.at.date()
    assert list(stores.journeys.opt_ins_on(ACCOUNT, day)) == [known]
    assert list(stores.journeys.touchpoints_on(ACCOUNT, click.at.date())) == []


def test_a_profile_that_somebody_has_improved_stays(imported: Imported) -> None:
    stores, now = imported.stores, imported.stores.clock.now()
    profile = Profile(email_node("ann@example.com"), "ann@example.com")
    stores.journeys.add_profiles(ACCOUNT, [profile], now)
    better = replace(profile, phone="+1 555 0100", created_at=now)
    stores.journeys.add_profiles(ACCOUNT, [better], now + timedelta(minutes=1))
    assert imported.journeys.remove(ACCOUNT, [profile], now).kept == 1


def test_contact_ids_are_forgotten_as_they_were_linked(imported: Imported) -> None:
    stores, now = imported.stores, imported.stores.clock.now()
    ann, bob = email_node("ann@example.com"), email_node("bob@example.com")
    links = {("crm", "1"): ann, ("crm", "2"): bob}
    stores.journeys.link_leads(ACCOUNT, links, now)
    stores.journeys.link_leads(ACCOUNT, {("crm", "2"): ann}, now + timedelta(seconds=1))
    assert imported.journeys.leads_before(ACCOUNT, set(links), now) == {("crm", "2"): ann}
    imported.journeys.remove_leads(ACCOUNT, set(links), now)
    assert stores.journeys.lead_nodes(ACCOUNT, set(links)) == {("crm", "2"): ann}


def test_orders_are_put_back_where_nobody_has_changed_them(imported: Imported) -> None:
    stores, now = imported.stores, imported.stores.clock.now()
    first, second, third = (an_order(order_id=n, source="till") for n in ("1", "2", "3"))
    changed = replace(second, total=Decimal(99), modified_at=now)
    stores.orders.upsert(ACCOUNT, [second], now - timedelta(hours=1))
    stores.orders.upsert(ACCOUNT, [first, changed, third], now)
    later = replace(third, total=Decimal(1), modified_at=now + timedelta(hours=1))
    stores.orders.upsert(ACCOUNT, [later], now + timedelta(hours=1))
    written, before = [first, changed, third], {second.key: second}
    done = imported.orders.put_back(ACCOUNT, written, before, now)
    assert (done.removed, done.restored, done.kept, done.kept_orders) == (1, 1, 1, ("3",))
    keys = {order.key for order in written}
    assert stores.orders.get_many(ACCOUNT, keys) == {second.key: second, third.key: later}
    again = imported.orders.put_back(ACCOUNT, written, before, now)
    assert (again.removed, again.restored, again.kept) == (0, 0, 1)


def test_days_show_again_what_they_showed_before(imported: Imported) -> None:
    stores, owner = imported.stores, ("google", "1")
    old, new = (CostRow(DAY, *owner, "USD", Decimal(cost)) for cost in ("1", "2"))
    other = replace(new, day=DAY + timedelta(days=1))
    stores.costs.replace(ACCOUNT, *owner, "pulled", {DAY: [old]})
    days = [DAY, other.day]
    before = imported.costs.cost_heads(ACCOUNT, *owner, days)
    assert before == [CostHead(DAY, "pulled", is_pulled=True), CostHead(other.day)]
    stores.costs.add(ACCOUNT, "import-a", [new, other])
    stores.costs.complete(ACCOUNT, *owner, "import-a", days)
    done = imported.costs.remove_load(ACCOUNT, *owner, "import-a", before)
    assert (done.removed, done.restored, done.kept) == (2, 1, 0)
    assert list(stores.costs.on_day(ACCOUNT, DAY, other.day)) == [old]
    assert imported.costs.cost_heads(ACCOUNT, *owner, days) == before
    again = imported.costs.remove_load(ACCOUNT, *owner, "import-a", before)
    assert (again.removed, again.restored, again.kept) == (0, 0, 0)


# --- files ----------------------------------------------------------------------------------------


@dataclass
class Cabinet:
    """Files, and how somebody who has an address puts one there or reads one."""

    files: ImportFiles
    upload: Callable[[bytes], object]
    rejected: Callable[[], bytes]


@pytest.fixture(params=["memory", "s3"])
def cabinet(
    request: pytest.FixtureRequest,
    aws: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Cabinet:
    monkeypatch.setattr(import_files, "BLOCK", 4)
    if request.param == "memory":
        fake = FakeImportFiles(4)
        return Cabinet(
            fake,
            lambda content: fake.upload(ACCOUNT, "a", content),
            lambda: fake.files[ACCOUNT, "a", "rejected.csv"],
        )
    s3, bucket = aws("s3"), f"lake-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    folder = f"raw/imports/account={ACCOUNT}/a"
    return Cabinet(
        S3ImportFiles(s3, s3, bucket),
        lambda content: s3.upload_fileobj(io.BytesIO(content), bucket, f"{folder}/upload"),
        lambda: get_object(s3, bucket, f"{folder}/rejected.csv"),
    )


@pytest.mark.parametrize("content", [b"", b"a", b"abcd", b"abcdefghijk"])
def test_a_file_is_read_in_blocks_from_any_byte_on(cabinet: Cabinet, content: bytes) -> None:
    assert cabinet.files.take(ACCOUNT, "a") is None
    assert cabinet.files.find(ACCOUNT, "a") is None
    cabinet.upload(content)
    stored = cabinet.files.take(ACCOUNT, "a")
    assert stored is not None
    assert cabinet.files.find(ACCOUNT, "a") == stored
    assert stored.size == len(content)
    for start in range(len(content) + 1):
        blocks = list(cabinet.files.blocks(ACCOUNT, "a", stored.etag, start))
        assert b"".join(blocks) == content[start:]
        assert all(len(block) <= 4 for block in blocks)


def test_a_file_that_was_taken_is_not_replaced_by_an_upload(cabinet: Cabinet) -> None:
    cabinet.upload(b"first")
    stored = cabinet.files.take(ACCOUNT, "a")
    assert stored is not None
    cabinet.upload(b"other")
    assert b"".join(cabinet.files.blocks(ACCOUNT, "a", stored.etag)) == b"first"
    assert cabinet.files.take(ACCOUNT, "a") != stored
    with pytest.raises(ConflictError):
        list(cabinet.files.blocks(ACCOUNT, "a", stored.etag))


def test_what_is_kept_once_is_what_was_kept_first(cabinet: Cabinet) -> None:
    first, second = Before(("new",), (an_order(),)), Before(("unchanged",))
    assert cabinet.files.keep_once(ACCOUNT, "a", "before/1.json", first) == first
    assert cabinet.files.keep_once(ACCOUNT, "a", "before/1.json", second) == first
    assert cabinet.files.get(ACCOUNT, "a", "before/1.json", Before) == first
    cabinet.files.put(ACCOUNT, "a", "before/1.json", second)
    assert cabinet.files.get(ACCOUNT, "a", "before/1.json", Before) == second
    with pytest.raises(UnknownResourceError):
        cabinet.files.get(ACCOUNT, "a", "before/2.json", Before)


def test_parts_become_one_file_in_the_order_of_their_names(cabinet: Cabinet) -> None:
    cabinet.files.put_part(ACCOUNT, "a", "rejected/00000002.csv", b"three")
    cabinet.files.put_part(ACCOUNT, "a", "rejected/00000001.csv", b"two")
    cabinet.files.put_part(ACCOUNT, "a", "rejected-1/00000001.csv", b"other")
    cabinet.files.join_rejected(ACCOUNT, "a", b"one", "rejected")
    assert cabinet.rejected() == b"onetwothree"


def test_a_long_file_of_refused_rows_is_sent_in_parts(aws: Callable[[str], Any]) -> None:
    s3, bucket = aws("s3"), f"lake-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    files = S3ImportFiles(s3, s3, bucket)
    for number in range(5):
        files.put_part(ACCOUNT, "a", f"rejected/{number}.csv", bytes(3_000_000))
    files.join_rejected(ACCOUNT, "a", b"header", "rejected")
    head = s3.head_object(Bucket=bucket, Key=f"raw/imports/account={ACCOUNT}/a/rejected.csv")
    # The tag of an object that came in two parts.
    assert head["ETag"].endswith('-2"')
    assert head["ContentLength"] == 15_000_006


def test_addresses_are_for_one_object_one_size_and_some_minutes(aws: Callable[[str], Any]) -> None:
    files = S3ImportFiles(aws("s3"), aws("s3"), BUCKET)
    upload = files.upload_url(ACCOUNT, "a", 112)
    assert f"{BUCKET}" in upload
    assert "raw/imports/account%3Dacme/a/upload?" in upload
    rejected = files.rejected_url(ACCOUNT, "a")
    assert "rejected.csv?" in rejected
    assert "attachment" in rejected


class _Functions:
    def __init__(self) -> None:
        self.invoked: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> None:  # noqa: ANN401
        self.invoked.append(request)


def test_work_is_started_without_waiting_for_it() -> None:
    functions: Any = _Functions()
    LambdaImportWorkers(functions, "import-file").start(ACCOUNT, "a")
    [request] = functions.invoked
    assert (request["FunctionName"], request["InvocationType"]) == ("import-file", "Event")
    assert request["Payload"] == b'{"account": "acme", "import": "a"}'
