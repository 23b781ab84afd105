from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headwater.runtime import importing
from tests.importing import ACCOUNT, CLICKS, ImportDesk
from tests.lambda_side import sample

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide


@pytest.fixture
def desk(side: LambdaSide, monkeypatch: pytest.MonkeyPatch) -> ImportDesk:
    desk = ImportDesk()
    desk.clock = side.workshop.clock
    monkeypatch.setattr(importing, "import_ports", lambda: desk.ports)
    return desk


def test_a_file_is_worked_on_until_it_is_done(side: LambdaSide, desk: ImportDesk) -> None:
    import_id = desk.create("touchpoints", CLICKS)
    event = {**sample("import_file"), "account": ACCOUNT, "import": import_id}
    desk.requests_check(import_id)
    checked = side.invoke("import_file", event)
    assert (checked["state"], checked["rows"], checked["more"]) == ("checked", 3, False)
    desk.requests_start(import_id)
    assert side.invoke("import_file", event)["state"] == "done"
    assert side.import_workers.started == []


def test_what_is_left_is_done_by_a_next_invocation(side: LambdaSide, desk: ImportDesk) -> None:
    import_id = desk.create("touchpoints", CLICKS)
    event = {"account": ACCOUNT, "import": import_id}
    desk.requests_check(import_id)
    # Less than what the last batch may take: none is begun.
    done = side.invoke("import_file", event, seconds=100)
    assert (done["state"], done["more"]) == ("checking", True)
    assert side.import_workers.started == [(ACCOUNT, import_id)]
