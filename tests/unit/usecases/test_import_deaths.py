from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.errors import InvalidParameterError
from headwater.usecases.import_file import import_file
from tests.fakes import FakeClock
from tests.importing import (
    ACCOUNT,
    ADS,
    CLICKS,
    COSTS,
    FILES,
    NEVER,
    ORDERS,
    SALES,
    ImportDesk,
)

if TYPE_CHECKING:
    from headwater.domain.file_imports import FileImport


class _DeathError(Exception):
    """The process is gone."""


class _Mortal:
    """A port whose n-th call, counted over all such ports, is the last one."""

    def __init__(self, port: object, counter: list[int], *, is_late: bool) -> None:
        self._port, self._counter, self._is_late = port, counter, is_late

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method
        method = getattr(self._port, name)

        def call(*args: Any, **more: Any) -> Any:  # noqa: ANN401
            self._counter[0] -= 1
            if self._counter[0] == 0 and not self._is_late:
                raise _DeathError
            answer = method(*args, **more)
            if self._counter[0] == 0:
                raise _DeathError
            return answer

        return call


def deaths(desk: ImportDesk, import_id: str, last: int, *, is_late: bool) -> bool:
    """Work until the given call; return whether it came to that, and go on after it."""
    counter = [last]
    names = [field.name for field in fields(desk.ports) if field.name != "clock"]
    mortal = {name: _Mortal(getattr(desk.ports, name), counter, is_late=is_late) for name in names}
    try:
        import_file(ACCOUNT, import_id, NEVER, ports=replace(desk.ports, **mortal))
    except _DeathError:
        desk.clock.advance(timedelta(minutes=1))
        desk.work(import_id)
        return True
    return False


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize(("kind", "text", "options"), FILES)
def test_whoever_dies_at_any_call_is_done_by_the_next(
    kind: str, text: str, options: dict[str, str], *, is_late: bool
) -> None:
    def outcome(desk: ImportDesk, record: FileImport) -> list[Any]:
        items = [[_timeless(item) for item in table] for table in desk.content()]
        return [
            record.state,
            record.checked,
            record.imported,
            desk.rejected(record.import_id),
            *items,
        ]

    def loaded(last: int) -> tuple[ImportDesk, FileImport, bool]:
        desk = ImportDesk()
        import_id = desk.create(kind, text, **options)
        has_died = False
        for hour, request in enumerate((desk.requests_check, desk.requests_start)):
            desk.clock.instant = FakeClock().now() + timedelta(hours=hour)
            request(import_id)
            has_died = deaths(desk, import_id, last, is_late=is_late) or has_died
        return desk, desk.record(import_id), has_died

    whole, record, _ = loaded(10_000)
    expected = outcome(whole, record)
    assert record.state == "done"
    last, has_died = 0, True
    while has_died:
        last += 1
        desk, record, has_died = loaded(last)
        assert outcome(desk, record) == expected, last
        desk.clock.advance(timedelta(minutes=1))
        desk.requests_undo(record.import_id)
        has_died = deaths(desk, record.import_id, last, is_late=is_late) or has_died
        assert desk.record(record.import_id).state == "undone"
        assert desk.content() == [[], [], []], last
    assert last > 5


def _timeless(item: dict[str, Any]) -> dict[str, Any]:
    """An item without when it was stored, which is later after a death."""
    times = ("stored_at", "received_at") if "document" in item else ("stored_at",)
    return {name: value for name, value in item.items() if name not in times}


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize(("kind", "text", "options"), FILES)
def test_slices_give_what_one_invocation_gives(
    kind: str, text: str, options: dict[str, str]
) -> None:
    whole, desk = ImportDesk(), ImportDesk()
    whole.load(kind, text, **options)
    import_id = desk.create(kind, text, **options)
    for request in (desk.requests_check, desk.requests_start):
        request(import_id)
        slices = 1
        while _slice(desk, import_id):
            slices += 1
        assert slices > 1
    assert desk.content() == whole.content()
    assert desk.record(import_id).imported == desk.record(import_id).checked
    desk.clock.advance(timedelta(minutes=1))
    desk.requests_undo(import_id)
    while _slice(desk, import_id):
        pass
    assert desk.content() == [[], [], []]


def _slice(desk: ImportDesk, import_id: str) -> bool:
    """Work for one batch's time."""

    class Deadline:
        """Is over at the second comparison."""

        asked = 0

        def __le__(self, _: object) -> bool:
            Deadline.asked += 1
            return Deadline.asked > 1

    done = import_file(ACCOUNT, import_id, Deadline(), ports=desk.ports)  # type: ignore[arg-type]
    return done.more


@pytest.mark.usefixtures("small_batches")
def test_of_two_that_work_on_one_import_one_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = ImportDesk()
    import_id = desk.create("touchpoints", CLICKS)
    desk.check(import_id)
    desk.requests_start(import_id)
    add, is_first = desk.journeys.add_touchpoints, [True]

    def overtaken(*args: Any) -> int:  # noqa: ANN401 - as the method has them
        if is_first.pop() if is_first else False:
            desk.work(import_id)
        return add(*args)

    monkeypatch.setattr(desk.journeys, "add_touchpoints", overtaken)
    slow = import_file(ACCOUNT, import_id, NEVER, ports=desk.ports)
    assert not slow.more
    done = desk.record(import_id)
    assert (done.state, done.imported.new, done.imported.rejected) == ("done", 2, 1)
    assert desk.pipeline.pulled == [ACCOUNT]


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize(
    ("kind", "text", "options", "port", "writes", "good"),
    [
        ("touchpoints", CLICKS, {}, "journeys", "add_profiles", 1),
        ("orders", ORDERS, SALES, "orders", "upsert", 1),
        ("costs", COSTS, ADS, "costs", "complete", 0),
    ],
)
def test_what_can_never_be_done_can_be_undone(
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    text: str,
    options: dict[str, str],
    port: str,
    writes: str,
    good: int,
) -> None:
    desk = ImportDesk()
    import_id = desk.create(kind, text, **options)
    desk.check(import_id)
    desk.requests_start(import_id)
    works, calls = getattr(getattr(desk, port), writes), iter([True] * good)

    def fails(*args: Any) -> Any:  # noqa: ANN401
        if next(calls, False):
            return works(*args)
        raise _DeathError

    with monkeypatch.context() as patch:
        patch.setattr(getattr(desk, port), writes, fails)
        with pytest.raises(_DeathError):
            desk.work(import_id)
    assert desk.content() != [[], [], []]
    desk.clock.advance(timedelta(minutes=10))
    with pytest.raises(InvalidParameterError, match="importing"):
        desk.requests_undo(import_id)
    desk.clock.advance(timedelta(minutes=10))
    assert desk.undo(import_id).state == "undone"
    assert desk.content() == [[], [], []]


def test_an_import_that_nobody_asked_for_is_left_alone(desk: ImportDesk) -> None:
    import_id = desk.create("touchpoints", CLICKS)
    assert not import_file(ACCOUNT, import_id, NEVER, ports=desk.ports).more
    assert desk.record(import_id).state == "waiting_for_file"
