"""Imports a file of clicks, contacts, ad cost or orders: `make import`.

Uploads the file, asks what it leaves open, shows what would change, asks whether to go on, and
fetches the rows that were refused. It needs nothing but the reports API and a key of an
owner or an ingest key; only an owner may read refused rows.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from local.connect_terminal import Terminal
from local.import_lines import progress_line, reading_lines, tally_lines, undone_line
from local.sources_api import RefusedError, SourcesApi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local.connect_terminal import Api

    type Json = dict[str, Any]

LOOK_EVERY = 2.0
_WORKS = frozenset({"checking", "importing", "undoing"})
_OPTIONS = (
    *("source", "platform", "ad_account", "currency"),
    *("time_zone", "date_format", "decimal_mark", "delimiter", "encoding"),
)
_UPLOAD_TIMEOUT = 3600


class Transfer:
    """Brings files to signed addresses, and from them."""

    def put(self, path: Path, url: str) -> None:
        """Upload a file; raises RefusedError."""
        with path.open("rb") as file:
            _checked(lambda: requests.put(url, data=file, timeout=_UPLOAD_TIMEOUT))

    def get(self, url: str, path: Path) -> None:
        """Download a file; raises RefusedError."""
        answer = _checked(lambda: requests.get(url, timeout=_UPLOAD_TIMEOUT, stream=True))
        with path.open("wb") as file:
            for block in answer.iter_content(1_000_000):
                file.write(block)


def import_file(
    api: Api, options: argparse.Namespace, terminal: Terminal, transfer: Transfer
) -> bool:
    """Import a file as the options and the answers say; return whether it was.

    Raises:
        RefusedError: with the reason.
    """
    path = Path(terminal.value(options.file, "--file", "File"))
    kind = terminal.value(options.kind, "--kind", "touchpoints, leads, costs or orders")
    if not path.is_file():
        message = f"there is no file {path}"
        raise RefusedError(message)
    asked = {"kind": kind, "size": path.stat().st_size, **_given(options)}
    made = api.call("POST", "/v1/imports", asked)
    terminal.say(f"Import {made['import']}: uploading {made['size']:,} bytes")
    transfer.put(path, made["upload"]["url"])
    checked = _check(api, made["import"], terminal)
    terminal.say("The file:")
    for line in (*reading_lines(checked), "It would be:"):
        terminal.say(line)
    for line in tally_lines(checked["checked"], checked["replaced_rows"]):
        terminal.say(line)
    if not _agreed(options, terminal):
        terminal.say("Nothing was imported.")
        return False
    done = _follow(api, _call(api, made["import"], "start"), terminal)
    terminal.say("Imported:")
    for line in tally_lines(done["imported"]):
        terminal.say(line)
    if done["imported"]["rejected"]:
        _fetch_rejected(api, made["import"], path, terminal, transfer)
    terminal.say(f"The next run shows it. To take it back: make import UNDO={made['import']}")
    return True


def undo(api: Api, import_id: str, terminal: Terminal) -> None:
    """Take an import back, and say what that came to."""
    undone = _follow(api, _call(api, import_id, "undo"), terminal)
    terminal.say(undone_line(undone["undone"]))


def run(
    options: argparse.Namespace,
    terminal: Terminal,
    make_api: Callable[..., Api],
    transfer: Transfer,
) -> bool:
    """Do what the command line says; return whether it was done.

    Raises:
        RefusedError: with the reason.
    """
    url = terminal.value(options.api, "--api", "Address of the reports API (ReportsUrl)")
    key = options.key
    if key is None and terminal.asks:
        key = terminal.ask_secret("Key of an owner, or an ingest key (hw_..., not shown): ").strip()
    if not key:
        message = "the key is missing: set KEY"
        raise RefusedError(message)
    api = make_api(url, key)
    if options.undo:
        undo(api, options.undo, terminal)
        return True
    return import_file(api, options, terminal, transfer)


def main(arguments: Sequence[str]) -> int:
    """Import a file; return the exit status: 0, or 1 if nothing was imported."""
    options = _parser().parse_args(arguments)
    try:
        asks = sys.stdin.isatty() and not options.yes
        return 0 if run(options, Terminal(asks=asks), SourcesApi, Transfer()) else 1
    except RefusedError as refusal:
        print(f"import: {refusal}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print("\nStopped; what is under way goes on.", file=sys.stderr)
        return 1


def _check(api: Api, import_id: str, terminal: Terminal) -> Json:
    """Do the dry run, as often as there are questions."""
    answers: Json = {}
    while True:
        checked = _follow(api, _call(api, import_id, "check", answers), terminal)
        if checked["state"] == "checked":
            return checked
        if checked["state"] == "failed":
            raise RefusedError(checked["reason"])
        answers = {}
        for question in checked["questions"]:
            _ask(question, answers, terminal)
        if "columns" in answers:
            answers["columns"] = {**checked["options"].get("columns", {}), **answers["columns"]}


def _ask(question: Mapping[str, Any], answers: Json, terminal: Terminal) -> None:
    """Have a person answer a question of the dry run."""
    option = question["option"]
    if not terminal.asks:
        flag = "--column" if option == "columns" else f"--{option.replace('_', '-')}"
        message = f"{question['text']} ({flag})"
        raise RefusedError(message)
    terminal.say(question["text"])
    if question["choices"]:
        terminal.say(f"  {', '.join(question['choices'])}")
    if option == "columns":
        answer = terminal.ask("Column of the file=column of ours: ")
        name, _, column = answer.rpartition("=")
        answers["columns"] = {name.strip(): column.strip()}
    else:
        answers[option] = terminal.ask(f"{option}: ").strip()


def _agreed(options: argparse.Namespace, terminal: Terminal) -> bool:
    if options.yes or not terminal.asks:
        return bool(options.yes)
    return terminal.ask("Import it? [y/N] ").strip().lower() in {"y", "yes"}


def _fetch_rejected(
    api: Api, import_id: str, path: Path, terminal: Terminal, transfer: Transfer
) -> None:
    try:
        told = api.call("GET", f"/v1/imports/{import_id}/rejected")
    except RefusedError as refusal:
        terminal.say(f"The refused rows cannot be read: {refusal}")
        return
    target = path.with_name(f"{path.name.removesuffix('.gz').removesuffix('.csv')}.rejected.csv")
    transfer.get(told["url"], target)
    terminal.say(f"{told['rejected']:,} rows were refused: {target}")


def _follow(api: Api, one: Json, terminal: Terminal) -> Json:
    """Say how far an import is until its work is done; return it then."""
    last = ""
    while one["state"] in _WORKS:
        if (line := progress_line(one)) != last:
            terminal.say(line)
            last = line
        terminal.sleep(LOOK_EVERY)
        one = api.call("GET", f"/v1/imports/{one['import']}")
    return one


def _call(api: Api, import_id: str, verb: str, body: Json | None = None) -> Json:
    answer: Json = api.call("POST", f"/v1/imports/{import_id}/{verb}", body)
    return answer


def _given(options: argparse.Namespace) -> Json:
    given = {name: getattr(options, name) for name in _OPTIONS if getattr(options, name)}
    pairs = [text.rpartition("=") for text in options.column]
    columns = {name.strip(): column.strip() for name, _, column in pairs}
    return given | ({"columns": columns} if columns else {})


def _checked(call: Callable[[], requests.Response]) -> requests.Response:
    try:
        answer = call()
    except requests.RequestException as error:
        message = f"the file cannot be transferred ({type(error).__name__})"
        raise RefusedError(message) from None
    if not answer.ok:
        message = f"the file cannot be transferred: {answer.status_code}"
        raise RefusedError(message)
    return answer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make import", description=__doc__)
    parser.add_argument(
        "--api",
        default=os.environ.get("HEADWATER"),
        help="the stack's output ReportsUrl; else the variable HEADWATER",
    )
    parser.add_argument(
        "--key",
        default=os.environ.get("KEY"),
        help="better in the variable KEY, which other users cannot see",
    )
    parser.add_argument("--file", help="a CSV file, plain or gzip")
    parser.add_argument("--kind", help="touchpoints, leads, costs or orders")
    for name in _OPTIONS:
        parser.add_argument(f"--{name.replace('_', '-')}", help="see docs/imports.md")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="THEIRS=OURS",
        help="what a column of the file is; nothing behind the = leaves it out; several times",
    )
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    parser.add_argument("--undo", metavar="ID", default="", help="take an import back instead")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
