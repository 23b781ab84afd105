"""`make import`: what a person is asked and told, and what is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from local import import_file
from local.connect_terminal import Terminal
from local.sources_api import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TALLY = {
    "new": 1200,
    "changed": 0,
    "unchanged": 3,
    "rejected": 1,
    "days": 2,
    "first_day": "2026-11-19",
    "last_day": "2026-11-20",
    "amounts": {"USD": "12.50"},
    "examples": [{"row": 5, "reason": "at: missing"}],
}


def an_answer(state: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "import": "i1",
        "state": state,
        "size": 9,
        "rows": 1204,
        "rows_done": 1000,
        "options": {},
        "questions": [],
        "reason": "",
        "recognized": {
            "encoding": "utf-8",
            "packed": False,
            "delimiter": "comma",
            "columns": {"Mail": "email", "at": "at", "Notes": ""},
            "date_format": "dmy",
            "decimal_mark": "comma",
            "time_zone": "UTC",
        },
        "checked": TALLY,
        "replaced_rows": 4,
        "imported": TALLY,
        "undone": {"removed": 7, "restored": 1, "kept": 1, "kept_orders": ["3"]},
        "upload": {"url": "https://lake/upload"},
        **more,
    }


MADE, CHECKED, DONE = an_answer("waiting_for_file"), an_answer("checked"), an_answer("done")
REJECTED = {"rejected": 1, "url": "https://lake/rejected"}


@dataclass
class Desk:
    """A terminal, an API that answers one after the other, and files that go nowhere."""

    path: Path
    answers: list[Any]
    typed: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        self.asked.append((f"{method} {path}", body))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def put(self, path: Path, url: str) -> None:
        self.moved.append(f"{path.name} to {url}")

    def get(self, url: str, path: Path) -> None:
        self.moved.append(f"{url} to {path.name}")

    def run(self, *arguments: str) -> bool:
        options = import_file._parser().parse_args(
            ["--api", "http://api", "--key", "hw_1", *arguments]
        )
        terminal = Terminal(
            asks=bool(self.typed),
            ask=lambda _: self.typed.pop(0),
            say=self.said.append,
            sleep=lambda _: None,
        )
        transfer: Any = self
        return import_file.run(options, terminal, lambda *_: self, transfer)

    @property
    def text(self) -> str:
        return "\n".join(self.said)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "clicks.csv"
    file.write_text("email,at\n")
    return file


def test_a_file_is_uploaded_shown_and_imported(path: Path) -> None:
    steps = [an_answer("checking"), CHECKED, an_answer("importing"), DONE, REJECTED]
    desk = Desk(path, [MADE, *steps], typed=["y"])
    options = ["--time-zone", "UTC", "--column", "Mail=email", "--column", "Notes="]
    assert desk.run("--file", str(path), "--kind", "touchpoints", *options)
    columns = {"Mail": "email", "Notes": ""}
    body = {"kind": "touchpoints", "size": 9, "time_zone": "UTC", "columns": columns}
    assert desk.asked[0] == ("POST /v1/imports", body)
    assert [route for route, _ in desk.asked[1:]] == [
        "POST /v1/imports/i1/check",
        "GET /v1/imports/i1",
        "POST /v1/imports/i1/start",
        "GET /v1/imports/i1",
        "GET /v1/imports/i1/rejected",
    ]
    assert desk.moved == [
        "clicks.csv to https://lake/upload",
        "https://lake/rejected to clicks.rejected.csv",
    ]
    for told in (
        "1,200 new, 0 changed, 3 unchanged, 1 rejected",
        "2 days from 2026-11-19 to 2026-11-20",
        "12.50 USD",
        "row 5: at: missing",
        "4 rows that are shown now",
        "Notes → left out",
        "importing: 1,000 of 1,204 rows",
        "UNDO=i1",
    ):
        assert told in desk.text


def test_what_the_file_leaves_open_is_asked(path: Path) -> None:
    zone = {"option": "time_zone", "text": "time_zone: row 2 has none", "choices": []}
    column = {"option": "columns", "text": "columns: 'Mail' is none", "choices": ["email", "at"]}
    first = an_answer("question", questions=[column], options={"columns": {"Notes": ""}})
    second = an_answer("question", questions=[zone])
    desk = Desk(path, [MADE, first, second, CHECKED], typed=["Mail = email", "UTC", "n"])
    assert not desk.run("--file", str(path), "--kind", "touchpoints")
    assert [body for _, body in desk.asked[1:]] == [
        {},
        {"columns": {"Notes": "", "Mail": "email"}},
        {"time_zone": "UTC"},
    ]
    assert "Nothing was imported." in desk.text


def test_whoever_cannot_be_asked_is_told_what_to_say(path: Path) -> None:
    question = {"option": "date_format", "text": "date_format: unclear", "choices": ["mdy", "dmy"]}
    desk = Desk(path, [MADE, an_answer("question", questions=[question])])
    with pytest.raises(RefusedError, match=r"date_format: unclear \(--date-format\)"):
        desk.run("--file", str(path), "--kind", "touchpoints", "--yes")


def test_nothing_is_imported_without_a_word(path: Path) -> None:
    desk = Desk(path, [MADE, CHECKED])
    assert not desk.run("--file", str(path), "--kind", "touchpoints")


def test_a_file_that_fails_is_refused_with_the_reason(path: Path) -> None:
    desk = Desk(path, [MADE, an_answer("failed", reason="file: empty")])
    with pytest.raises(RefusedError, match="file: empty"):
        desk.run("--file", str(path), "--kind", "leads", "--yes")
    with pytest.raises(RefusedError, match="there is no file"):
        desk.run("--file", "nowhere.csv", "--kind", "leads")


def test_an_ingest_key_imports_but_reads_no_refused_rows(path: Path) -> None:
    refusal = RefusedError("This needs the role owner")
    desk = Desk(path, [MADE, CHECKED, DONE, refusal])
    assert desk.run("--file", str(path), "--kind", "leads", "--yes")
    assert "cannot be read: This needs the role owner" in desk.text


def test_an_import_is_taken_back(path: Path) -> None:
    looking = an_answer("undoing", rows=0)
    desk = Desk(path, [looking, an_answer("undone")])
    assert desk.run("--undo", "i1")
    assert "undoing: looking at the file" in desk.text
    assert desk.said[-1] == (
        "Undone: 7 removed, 1 put back, 1 kept as they were changed since (orders 3)."
    )


def test_a_mistake_ends_with_a_message(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEY", raising=False)
    assert import_file.main(["--api", "http://127.0.0.1:9", "--yes"]) == 1
    assert capsys.readouterr().err == "import: the key is missing: set KEY\n"
    arguments = ["--api", "http://127.0.0.1:9", "--key", "hw_1", "--undo", "i1", "--yes"]
    assert import_file.main(arguments) == 1
    assert "cannot be reached" in capsys.readouterr().err
