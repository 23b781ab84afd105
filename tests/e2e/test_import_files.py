"""A file goes from a disk through a signed address into the tables, and out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from local import import_file
from local.create_account import create_account_on_stack
from tests.e2e.conftest import YESTERDAY, System

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


TOUCHES = f"""E-Mail;at;utm_source;opt_in
filed1@example.com;{YESTERDAY:%d/%m/%Y} 09:30;google;yes
filed2@example.com;13/01/2026 10:00;=meta;no
nobody;{YESTERDAY:%d/%m/%Y} 09:30;meta;
"""


def test_a_file_is_imported_and_taken_back_from_a_terminal(
    system: System,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(import_file, "LOOK_EVERY", 0.1)
    # An account of its own: no run of another test is under way in it.
    api = ["--api", system.stack.reports_url, "--yes"]
    api += ["--key", create_account_on_stack(system.stack, "filed")]
    file = tmp_path / "clicks.csv"
    file.write_bytes(TOUCHES.encode("utf-16"))
    given = ["--file", str(file), "--kind", "touchpoints", "--column", "E-Mail=email"]
    assert import_file.main([*api, *given]) == 1
    assert "no offset from UTC; name its zone (--time-zone)" in capsys.readouterr().err
    given += ["--time-zone", "America/New_York"]
    assert import_file.main([*api, *given]) == 0
    told = capsys.readouterr().out
    assert told.count("2 new, 0 changed, 0 unchanged, 1 rejected") == 2
    assert (tmp_path / "clicks.rejected.csv").read_text("utf-8-sig").splitlines() == [
        "row,reason,E-Mail,at,utm_source,opt_in",
        f"4,not an email address,nobody,{YESTERDAY:%d/%m/%Y} 09:30,meta,",
    ]
    made = told.partition("Import ")[2].partition(":")[0]
    assert import_file.main([*api, *given]) == 0
    assert "0 new, 0 changed, 2 unchanged, 1 rejected" in capsys.readouterr().out
    assert import_file.main([*api, "--undo", made]) == 0
    # Two clicks, an opt-in and two profiles.
    assert "Undone: 5 removed, 0 put back." in capsys.readouterr().out
    assert import_file.main([*api, *given]) == 0
    assert told.partition("It would be:")[2].splitlines()[1] in capsys.readouterr().out


def test_an_address_takes_a_file_of_the_size_that_was_said(system: System) -> None:
    made = system.post("/v1/imports", {"kind": "touchpoints", "size": 9})
    assert requests.put(made["upload"]["url"], data=b"email,at,\n", timeout=30).status_code == 403
    assert requests.put(made["upload"]["url"], data=b"email,at\n", timeout=30).status_code == 200
