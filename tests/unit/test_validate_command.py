"""`make validate`: what a person sees of a test, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from local import validate_tracking
from local.connect_terminal import Terminal
from local.sources_api import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLES = {"script": "The script is on the page", "hit": "The visit is seen", "attributed": "Credit"}


def a_test(state: str = "running", verdict: str = "waiting", **items: tuple[str, str]) -> Any:  # noqa: ANN401
    """Return an answer; ``items`` are (state, what was seen)."""
    return {
        "validation": "t1",
        "link": "https://shop.example/?hwv=t1",
        "state": state,
        "verdict": verdict,
        "steps": [{"url": "https://shop.example/?hwv=t1", "status": 200, "dropped": []}],
        "items": [
            {
                "item": name,
                "title": TITLES[name],
                "state": item_state,
                "seen": seen,
                "cause": "Because." if item_state == "failed" else "",
                "fix": "Do this." if item_state == "failed" else "",
            }
            for name, (item_state, seen) in items.items()
        ],
    }


@dataclass
class ScriptedApi:
    """Answers one after the other; an exception is raised."""

    answers: list[Any]
    asked: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401, ARG002
        self.asked.append(f"{method} {path}")
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@dataclass
class Desk:
    """A terminal that remembers what it said."""

    api: ScriptedApi
    said: list[str] = field(default_factory=list)

    def run(self, *arguments: str) -> bool:
        options = validate_tracking._parser().parse_args(
            ["--api", "http://api", "--key", "hw_1", *arguments]
        )
        terminal = Terminal(asks=False, say=self.said.append, sleep=lambda _: None)
        return validate_tracking.run(options, terminal, lambda *_: self.api)

    @property
    def text(self) -> str:
        return "\n".join(self.said)


BEGUN = a_test(script=("passed", "loader"), hit=("waiting", ""), attributed=("waiting", ""))
SEEN = a_test(script=("passed", "loader"), hit=("passed", "14:02"), attributed=("waiting", ""))
LINKED = a_test(script=("passed", "loader"), hit=("passed", "14:02"), attributed=("waiting", "x"))
PAGE = ("--url", "https://shop.example/")


def test_each_change_is_said_once_and_the_test_ends_when_all_has_come() -> None:
    desk = Desk(ScriptedApi([BEGUN, BEGUN, SEEN, SEEN, LINKED, LINKED | {"state": "ended"}]))
    assert desk.run(*PAGE)
    assert desk.api.asked[0] == "POST /v1/validations"
    assert desk.api.asked[-1] == "POST /v1/validations/t1/end"
    assert desk.text.count("✓ The script is on the page  (loader)") == 1
    assert desk.text.count("✓ The visit is seen  (14:02)") == 1
    assert "https://shop.example/?hwv=t1" in desk.text
    assert "next run" in desk.said[-1]


def test_what_failed_is_said_with_its_cause_and_what_to_do() -> None:
    failed = a_test("ended", "failed", script=("failed", "none"), hit=("skipped", ""))
    begun = a_test(script=("failed", "none"), hit=("waiting", ""))
    desk = Desk(ScriptedApi([begun, failed]))
    assert not desk.run(*PAGE, "--wait", "0", "--kind", "lead")
    assert "✗ The script is on the page  (none)" in desk.text
    assert "      why: Because." in desk.said
    assert "      fix: Do this." in desk.said
    assert desk.said[-1].strip() == "1 of 2 failed."


def test_ctrl_c_ends_the_test_and_shows_what_it_came_to() -> None:
    ended = a_test("ended", "failed", script=("passed", "loader"), hit=("failed", ""))
    desk = Desk(ScriptedApi([BEGUN, KeyboardInterrupt(), ended]))
    assert not desk.run(*PAGE)
    assert desk.api.asked[-1] == "POST /v1/validations/t1/end"
    assert "✗ The visit is seen" in desk.text


def test_an_api_that_stumbles_is_asked_again_and_one_that_is_gone_is_not() -> None:
    stumble = RefusedError("slow down")
    ended = LINKED | {"state": "ended", "verdict": "passed"}
    desk = Desk(ScriptedApi([BEGUN, *[stumble] * 4, LINKED, ended]))
    assert desk.run(*PAGE)
    assert "All is seen and credited." in desk.text
    with pytest.raises(RefusedError):
        Desk(ScriptedApi([BEGUN, *[stumble] * 5])).run(*PAGE)


def test_the_redirects_are_shown_with_what_they_drop() -> None:
    steps = [
        {"url": "https://shop.example/ad?gclid=1", "status": 301, "dropped": []},
        {"url": "https://shop.example/", "status": 200, "dropped": ["gclid", "hwv"]},
    ]
    desk = Desk(ScriptedApi([LINKED | {"steps": steps}, LINKED | {"state": "ended"}]))
    desk.run(*PAGE)
    assert "  301 https://shop.example/ad?gclid=1" in desk.said
    assert "  200 https://shop.example/  drops gclid, hwv" in desk.said


def test_earlier_tests_are_listed_and_shown() -> None:
    row = {
        "validation": "t0",
        "kind": "lead",
        "url": "https://shop.example/",
        "state": "ended",
        "verdict": "failed",
        "started_at": "2026-11-21T14:02:11+00:00",
        "failed": ["marks", "hit"],
    }
    desk = Desk(ScriptedApi([{"rows": [row]}]))
    assert desk.run("--list")
    assert desk.said == ["t0  2026-11-21T14:02  lead   failed: marks, hit  https://shop.example/"]
    desk = Desk(ScriptedApi([LINKED | {"state": "ended", "verdict": "passed"}]))
    assert desk.run("--show", "t1")
    assert desk.api.asked == ["GET /v1/validations/t1"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [((), "--url is missing"), ((*PAGE, "--kind", "other"), "lead or sales")],
)
def test_what_is_missing_is_said(arguments: tuple[str, ...], word: str) -> None:
    with pytest.raises(RefusedError, match=word):
        Desk(ScriptedApi([])).run(*arguments)


def test_an_api_that_cannot_be_reached_is_an_exit_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--api", "http://127.0.0.1:9", "--key", "hw_1", *PAGE, "--kind", "lead"]
    assert validate_tracking.main(arguments) == 1
    assert "cannot be reached" in capsys.readouterr().err


def test_help_says_what_can_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        validate_tracking.main(["--help"])
    assert stopped.value.code == 0
    assert "--kind" in capsys.readouterr().out
