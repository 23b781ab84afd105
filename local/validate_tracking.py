"""Tests whether a shop's visits, sign-ups and orders are seen and credited: `make validate`.

Takes the address of an ad or mailing, says what is wrong with its page, gives a link to open in a
browser, and shows the list while you visit, sign up or buy. Ctrl-C ends the test. It needs nothing
but the reports API, so it works with the local stack (`make up`) as with one on AWS.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from local.connect_terminal import Terminal
from local.sources_api import RefusedError, SourcesApi
from local.validation_lines import history_line, item_lines, step_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local.connect_terminal import Api

LOOK_EVERY = 2.0
# Looks in a row that may fail before the test is given up.
_PATIENCE = 5
_DO = {
    "lead": "Open it in a browser, agree to the banner, and sign up with an email that is new.",
    "sales": "Open it in a browser, agree to the banner, and buy, up to the page that thanks you.",
}


def start(api: Api, url: str, kind: str, terminal: Terminal) -> Mapping[str, Any]:
    """Begin a test, and say what the page is like and what to do; return the test.

    Raises:
        RefusedError: the address is none that can be tested.
    """
    test: Mapping[str, Any] = api.call("POST", "/v1/validations", {"url": url, "kind": kind})
    terminal.say("The page:")
    for line in step_lines(test):
        terminal.say(line)
    for item in test["items"]:
        if item["state"] != "waiting":
            _say(item, terminal)
    terminal.say(f"\nThe link of the test:\n  {test['link']}\n{_DO[kind]} Ctrl-C ends the test.\n")
    return test


def follow(
    api: Api,
    test: Mapping[str, Any],
    terminal: Terminal,
    seconds: float,
    now: Callable[[], float] = time.monotonic,
) -> Mapping[str, Any]:
    """Show what comes of a test until all has come, the seconds are over, or Ctrl-C; end it.

    Raises:
        RefusedError: the test cannot be read any more.
    """
    path = f"/v1/validations/{test['validation']}"
    deadline, failures = now() + seconds, 0
    try:
        while _waits(test) and now() < deadline:
            terminal.sleep(LOOK_EVERY)
            try:
                seen, failures = api.call("GET", path), 0
            except RefusedError:
                failures += 1
                if failures == _PATIENCE:
                    raise
                continue
            _say_changes(test, seen, terminal)
            test = seen
    except KeyboardInterrupt:
        terminal.say("")
    ended: Mapping[str, Any] = api.call("POST", f"{path}/end")
    _say_changes(test, ended, terminal)
    terminal.say(f"\n{_conclusion(ended)}")
    return ended


def show(test: Mapping[str, Any], terminal: Terminal) -> None:
    """Say how a test stands."""
    for line in step_lines(test):
        terminal.say(line)
    for item in test["items"]:
        _say(item, terminal)
    terminal.say(f"\n{_conclusion(test)}")


def run(options: argparse.Namespace, terminal: Terminal, make_api: Callable[..., Api]) -> bool:
    """Do what the command line says; return whether nothing has failed.

    Raises:
        RefusedError: with the reason.
    """
    url = terminal.value(options.api, "--api", "Address of the reports API (ReportsUrl)")
    key = options.key
    if key is None and terminal.asks:
        key = terminal.ask_secret("Key of an owner or marketer (hw_..., not shown): ").strip()
    if not key:
        message = "the key is missing: set KEY"
        raise RefusedError(message)
    api = make_api(url, key)
    if options.list:
        for row in api.call("GET", "/v1/validations")["rows"]:
            terminal.say(f"{row['validation']}  {history_line(row)}")
        return True
    if options.show:
        test = api.call("GET", f"/v1/validations/{options.show}")
        show(test, terminal)
        return str(test["verdict"]) != "failed"
    page = terminal.value(options.url, "--url", "Address of the ad or mailing, with its marks")
    kind = terminal.value(options.kind, "--kind", "What is tested, lead or sales", "sales")
    if kind not in _DO:
        message = f"--kind is lead or sales, not {kind}"
        raise RefusedError(message)
    ended = follow(api, start(api, page, kind, terminal), terminal, options.wait)
    return str(ended["verdict"]) != "failed"


def main(arguments: Sequence[str]) -> int:
    """Test a page; return the exit status: 0, or 1 if something failed or was refused."""
    options = _parser().parse_args(arguments)
    try:
        return 0 if run(options, Terminal(asks=sys.stdin.isatty()), SourcesApi) else 1
    except RefusedError as refusal:
        print(f"validate: {refusal}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print("\nStopped.", file=sys.stderr)
        return 1


def _waits(test: Mapping[str, Any]) -> bool:
    """Tell whether a person can still do something; the credit comes with the next run."""
    return any(
        item["state"] == "waiting" and not (item["item"] == "attributed" and item["seen"])
        for item in test["items"]
    )


def _say_changes(before: Mapping[str, Any], after: Mapping[str, Any], terminal: Terminal) -> None:
    known = {item["item"]: item for item in before["items"]}
    for item in after["items"]:
        if item != known.get(item["item"]):
            _say(item, terminal)


def _say(item: Mapping[str, Any], terminal: Terminal) -> None:
    for line in item_lines(item):
        terminal.say(line)


def _conclusion(test: Mapping[str, Any]) -> str:
    failed = sum(item["state"] == "failed" for item in test["items"])
    if failed:
        return f"{failed} of {len(test['items'])} failed."
    if test["verdict"] == "waiting" and test["state"] == "ended":
        again = f'make validate ARGS="--show {test["validation"]}"'
        return f"All is seen. The credit comes with the next run; then look again: {again}"
    return "All is seen and credited." if test["verdict"] == "passed" else "The test is under way."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make validate", description=__doc__)
    parser.add_argument(
        "--api",
        default=os.environ.get("HEADWATER"),
        help="the stack's output ReportsUrl; else the variable HEADWATER",
    )
    parser.add_argument(
        "--key",
        default=os.environ.get("KEY"),
        help="of an owner or marketer; better in the variable KEY, which other users cannot see",
    )
    parser.add_argument("--url", help="the address of an ad or mailing, with its campaign marks")
    parser.add_argument("--kind", help="sales, the visit ends with an order; lead, with a sign-up")
    parser.add_argument(
        "--wait",
        type=float,
        default=3600.0,
        help="end the test after so many seconds at the latest (default: %(default)g)",
    )
    parser.add_argument("--list", action="store_true", help="only list the tests that were")
    parser.add_argument("--show", metavar="ID", default="", help="only show a test that was")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
