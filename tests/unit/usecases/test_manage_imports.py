from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.file_kinds import KINDS
from headwater.domain.file_templates import template_of
from headwater.errors import (
    ConflictError,
    InvalidParameterError,
    StoreUnavailableError,
    UnknownResourceError,
)
from headwater.usecases.manage_imports import (
    check_import,
    create_import,
    list_imports,
    rejected_file,
    start_import,
    undo_import,
)
from headwater.usecases.ports import Source
from tests.importing import ACCOUNT, ADS, CLICKS, SALES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.importing import ImportDesk


@pytest.mark.parametrize(
    ("kind", "size", "options", "name"),
    [
        ("contacts", 1, {}, "kind"),
        ("leads", 0, {}, "size"),
        ("leads", 1_000_000_001, {}, "size"),
        ("orders", 1, {}, "source"),
        ("orders", 1, {"source": "Big Store"}, "source"),
        ("orders", 1, {"source": "shop"}, "source"),
        ("costs", 1, {"platform": "google", "ad_account": "1"}, "currency"),
        ("costs", 1, {**ADS, "currency": "dollar"}, "currency"),
        ("touchpoints", 1, {"source": "x"}, "source"),
        ("touchpoints", 1, {"zone": "UTC"}, "zone"),
        ("touchpoints", 1, {"time_zone": "Mars/Base"}, "time_zone"),
        ("touchpoints", 1, {"time_zone": "../etc/passwd"}, "time_zone"),
        ("touchpoints", 1, {"time_zone": "a\x00"}, "time_zone"),
        ("touchpoints", 1, {"time_zone": 1}, "time_zone"),
        ("touchpoints", 1, {"date_format": "ymd"}, "date_format"),
        ("touchpoints", 1, {"encoding": "latin-1"}, "encoding"),
        ("touchpoints", 1, {"columns": ["email"]}, "columns"),
        ("touchpoints", 1, {"columns": {"a": "name"}}, "columns"),
        ("touchpoints", 1, {"columns": {"a": ["email"]}}, "columns"),
        ("touchpoints", 1, {"columns": {"\ud800": "email"}}, "columns"),
    ],
)
def test_an_option_that_is_wrong_is_named(
    desk: ImportDesk, kind: str, size: int, options: dict[str, Any], name: str
) -> None:
    desk.accounts.save_source(ACCOUNT, Source("shop", "bigcommerce", "abc", "arn"))
    with pytest.raises(InvalidParameterError, match=f"^{name}"):
        create_import(ACCOUNT, kind, size, options, ports=desk.requests)
    assert list_imports(ACCOUNT, ports=desk.requests) == []


def test_imports_are_listed_the_latest_first(desk: ImportDesk) -> None:
    ids = []
    for _ in range(3):
        desk.clock.advance(timedelta(seconds=1))
        ids.append(desk.create("touchpoints", CLICKS))
    found = list_imports(ACCOUNT, ports=desk.requests)
    assert [one.import_id for one in found] == ids[::-1]
    assert list_imports("other", ports=desk.requests) == []


@pytest.mark.parametrize("request_work", [check_import, start_import, undo_import, rejected_file])
def test_an_import_that_is_not_there_is_unknown(
    desk: ImportDesk, request_work: Callable[..., object]
) -> None:
    more: tuple[Any, ...] = ({},) if request_work is check_import else ()
    with pytest.raises(UnknownResourceError):
        request_work(ACCOUNT, "none", *more, ports=desk.requests)


def test_nothing_is_checked_before_there_is_a_file(desk: ImportDesk) -> None:
    new, _ = create_import(ACCOUNT, "leads", 5, {}, ports=desk.requests)
    with pytest.raises(InvalidParameterError, match="none was put yet"):
        check_import(ACCOUNT, new.import_id, {}, ports=desk.requests)


def test_each_step_has_its_turn(desk: ImportDesk) -> None:
    import_id = desk.create("touchpoints", CLICKS)
    for too_early in (start_import, undo_import):
        with pytest.raises(InvalidParameterError, match="waiting_for_file"):
            too_early(ACCOUNT, import_id, ports=desk.requests)
    with pytest.raises(UnknownResourceError, match="not known yet"):
        rejected_file(ACCOUNT, import_id, ports=desk.requests)
    desk.check(import_id)
    assert rejected_file(ACCOUNT, import_id, ports=desk.requests)[0] == 1
    desk.start(import_id)
    with pytest.raises(InvalidParameterError, match="done"):
        check_import(ACCOUNT, import_id, {}, ports=desk.requests)
    desk.undo(import_id)
    with pytest.raises(InvalidParameterError, match="undone"):
        start_import(ACCOUNT, import_id, ports=desk.requests)


def test_asking_twice_is_asking_once(desk: ImportDesk) -> None:
    import_id = desk.create("touchpoints", CLICKS)
    for _ in range(2):
        check_import(ACCOUNT, import_id, {}, ports=desk.requests)
    desk.work(import_id)
    for _ in range(2):
        start_import(ACCOUNT, import_id, ports=desk.requests)
    done = desk.work(import_id)
    assert start_import(ACCOUNT, import_id, ports=desk.requests) == done
    for _ in range(2):
        undo_import(ACCOUNT, import_id, ports=desk.requests)
    assert desk.workers.started == [(ACCOUNT, import_id)] * 3


def test_work_that_has_been_silent_is_begun_again(desk: ImportDesk) -> None:
    import_id = desk.create("touchpoints", CLICKS)
    desk.check(import_id)
    desk.workers.is_down = True
    with pytest.raises(StoreUnavailableError):
        start_import(ACCOUNT, import_id, ports=desk.requests)
    desk.workers.is_down = False
    desk.clock.advance(timedelta(minutes=5))
    start_import(ACCOUNT, import_id, ports=desk.requests)
    assert desk.workers.started == [(ACCOUNT, import_id)] * 2
    assert desk.work(import_id).state == "done"


def test_of_two_requests_at_once_one_is_told_to_try_again(
    desk: ImportDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = desk.create("touchpoints", CLICKS)
    seen = desk.check(import_id)
    desk.requests_start(import_id)
    monkeypatch.setattr(desk.imports, "get", lambda *_: seen)
    with pytest.raises(ConflictError):
        start_import(ACCOUNT, import_id, ports=desk.requests)


def test_undoing_is_possible_as_long_as_what_it_needs_is_kept(desk: ImportDesk) -> None:
    done = desk.load("touchpoints", CLICKS)
    desk.clock.instant = done.undo_until + timedelta(seconds=1)
    with pytest.raises(InvalidParameterError, match="until 2026-12-20"):
        undo_import(ACCOUNT, done.import_id, ports=desk.requests)
    desk.clock.instant = done.undo_until
    assert undo_import(ACCOUNT, done.import_id, ports=desk.requests).state == "undoing"


def test_a_source_that_became_a_store_meanwhile_takes_no_file(desk: ImportDesk) -> None:
    import_id = desk.create("orders", "order_id,placed_at,total\n1,2026-11-20,1\n", **SALES)
    desk.check(import_id)
    desk.accounts.save_source(ACCOUNT, Source("till", "bigcommerce", "abc", "arn"))
    with pytest.raises(InvalidParameterError, match="till is a store"):
        start_import(ACCOUNT, import_id, ports=desk.requests)


def test_a_file_that_grew_too_large_is_refused(
    desk: ImportDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = desk.create("touchpoints", CLICKS)
    find = desk.files.find
    monkeypatch.setattr(
        desk.files,
        "find",
        lambda *a: replace(find(*a), size=10**10),  # type: ignore[type-var]
    )
    with pytest.raises(InvalidParameterError, match="bytes"):
        check_import(ACCOUNT, import_id, {}, ports=desk.requests)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_template_can_be_imported_as_it_is(desk: ImportDesk, kind: str) -> None:
    columns, rows = template_of(kind)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    options = {"orders": {"source": "till", "currency": "USD"}, "costs": ADS}.get(kind, {})
    done = desk.load(kind, out.getvalue(), **options)
    assert (done.imported.new, done.imported.rejected) == (2, 0)
