from __future__ import annotations

import gzip
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.importing import (
    ACCOUNT,
    CLICKS,
    ORDERS,
    SALES,
    ImportDesk,
    orders,
    touches,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("text", "option", "answer"),
    [
        ("email,at\na@example.com,03/04/2026 10:00+00:00\n", "time_zone", "UTC"),
        ("email,at\na@example.com,2026-11-20 10:00\n", "time_zone", "America/New_York"),
        ("E-Mail Address,at\na@example.com,2026-11-20T10:00Z\n", "columns", None),
        ("email;at\na@example.com;2026-11-20T10:00Z;\n", "delimiter", "semicolon"),
    ],
)
def test_what_cannot_be_decided_is_asked_for_and_changes_nothing(
    desk: ImportDesk, text: str, option: str, answer: str | None
) -> None:
    import_id = desk.create("touchpoints", text)
    asked = desk.check(import_id)
    if option == "columns":
        assert [question.option for question in asked.questions] == ["columns"]
        asked = desk.check(import_id, columns={"e-mail address": "email"})
    elif asked.state == "question":
        assert option in {question.option for question in asked.questions}
        asked = desk.check(import_id, **{option: answer})
    assert desk.content() == [[], [], []]
    assert asked.state == "checked"


def test_all_that_is_open_is_asked_at_once(desk: ImportDesk) -> None:
    text = "order_id;placed_at;total\n1;03/04/2026 10:00;1.234\n"
    import_id = desk.create("orders", text, source="till", currency="USD")
    asked = desk.check(import_id)
    assert [question.option for question in asked.questions] == [
        "date_format",
        "time_zone",
        "decimal_mark",
    ]
    answers = {"date_format": "dmy", "time_zone": "Europe/Paris", "decimal_mark": "point"}
    assert desk.check(import_id, **answers).state == "checked"
    desk.start(import_id)
    [order] = desk.orders.on_day(ACCOUNT, date(2026, 4, 3))
    assert (order.placed_at.isoformat(), str(order.total)) == (
        "2026-04-03T08:00:00+00:00",
        "1.234",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b" ", "empty"),
        (b"email,at\n", "without rows"),
        (gzip.compress(CLICKS.encode())[:-9], "gzip"),
        ("email,at\n".encode("utf-32"), "UTF-32"),
    ],
)
def test_a_file_that_is_none_fails_and_changes_nothing(
    desk: ImportDesk, content: bytes, reason: str
) -> None:
    import_id = desk.create("touchpoints", content)
    failed = desk.check(import_id)
    assert failed.state == "failed"
    assert reason in failed.reason
    desk.files.upload(ACCOUNT, import_id, CLICKS.encode())
    assert desk.check(import_id).state == "checked"


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_gives_the_same_in_blocks_of_any_size(
    pack: Callable[[bytes], bytes], encoding: str
) -> None:
    text = "".join(f"p{n}@example.com,2026-11-20T10:00Z,Zoë {n}\r\n" for n in range(9))
    content = pack(("email,at,utm_campaign\r\n" + text).encode(encoding))
    for block in (7, 1000):
        desk = ImportDesk(block)
        assert desk.load("touchpoints", content).imported.new == 9
        assert {touch.campaign.campaign for touch in touches(desk)} == {
            f"Zoë {n}" for n in range(9)
        }


def test_rejected_rows_that_were_mended_are_taken(desk: ImportDesk) -> None:
    done = desk.load("orders", ORDERS, **SALES)
    mended = desk.rejected(done.import_id).replace("'=5", "5")
    again = desk.load("orders", mended, date_format="dmy", **SALES)
    assert (again.imported.new, again.imported.rejected) == (1, 0)
    assert str(orders(desk)["2"].total) == "5"
