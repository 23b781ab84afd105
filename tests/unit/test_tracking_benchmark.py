from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from benchmarks.tracking import user_agents
from benchmarks.tracking.fuzz import check_request, draw_requests, fuzz
from headwater.domain.deliveries import Delivery
from headwater.domain.hits import Hits

if TYPE_CHECKING:
    from pathlib import Path

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def test_no_input_breaks_a_promise_of_the_collector() -> None:
    assert fuzz(400, seed=1) == []


def test_inputs_are_good_and_bad_ones() -> None:
    bodies = [request.body for request in draw_requests(300, seed=2)]
    good = [body for body in bodies if body.startswith('{"v": 1')]
    assert 50 < len(good) < 290


def test_a_hit_that_the_worker_forgets_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.tracking.fuzz.read_hits", lambda _: Hits())
    assert any(
        "accounted for" in check_request(request, twice=False)
        for request in draw_requests(20, seed=3)
    )


def test_a_message_that_the_queue_would_refuse_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Delivery, "messages", lambda _: ["x" * 300_000])
    assert any(
        "larger" in check_request(request, twice=False) for request in draw_requests(20, seed=4)
    )


def test_recall_and_false_positives_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_agents, "_FOLDER", tmp_path)
    with tarfile.open(tmp_path / "crawlerdetect-0.4.2.tar.gz", "w:gz") as archive:
        for name, agents in (
            ("crawlers", ["Googlebot/2.1", "curl/8", BROWSER, "bingbot"]),
            ("devices", [BROWSER, "AnApp/1.0", "", "Mozilla/5.0 (compatible; AhrefsBot/7.0)"]),
        ):
            content = "\n".join(agents).encode()
            member = tarfile.TarInfo(f"crawlerdetect-0.4.2/tests/fixtures/user_agent/{name}.txt")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    recall, false, _ = user_agents.measure_user_agents()
    assert (recall.value, recall.is_over) == (75.0, True)
    assert (false.value, false.is_over) == (50.0, True)


def test_a_list_that_cannot_be_fetched_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_agents, "_FOLDER", tmp_path)
    monkeypatch.setattr("sys.executable", "/nonexistent")
    with pytest.raises(user_agents.ListError, match="cannot be fetched"):
        user_agents.measure_user_agents()
