"""The tracking script: its parts under Node, its size, and that it knows what the server reads."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from headwater.domain import landings
from local.build_tracker import BUILT, build_tracker
from local.setup import SetupError
from tests.infrastructure.template_file import REPOSITORY

NODE = shutil.which("node")
PARTS = sorted((REPOSITORY / "tests" / "unit" / "tracker").glob("*.test.js"))

pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed")


def run_node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(NODE), *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    build_tracker()


def test_its_parts_do_what_their_tests_say() -> None:
    assert PARTS
    done = run_node("--test", *PARTS)
    assert done.returncode == 0, done.stdout
    assert "# fail 0" in done.stdout or "fail 0" in done.stdout


def test_it_is_small() -> None:
    manifest = json.loads((BUILT / "manifest.json").read_text())
    assert manifest["script"]["gzip"] <= 5000
    assert manifest["loader"]["gzip"] <= 700


def test_it_evaluates_no_text_so_that_strict_pages_take_it() -> None:
    for path in BUILT.glob("*.js"):
        text = path.read_text()
        assert "eval(" not in text
        assert "Function(" not in text
        assert "innerHTML" not in text


def test_it_sends_every_mark_that_the_server_reads() -> None:
    marks = landings._MARKS
    names = [*landings.CLICK_IDS, *(name for kinds in marks.values() for name in kinds)]
    query = "&".join(f"{name.upper()}=1" for name in names)
    program = (
        "import { marksOf } from './web/tracker/src/marks.js';"
        f"console.log(JSON.stringify(marksOf(new URL('https://shop.example/?{query}'))))"
    )
    done = run_node("--input-type=module", "--eval", program)
    assert {name.lower() for name, _ in json.loads(done.stdout)} == set(names)


def test_without_node_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("local.build_tracker.BUILT", tmp_path / "nothing")
    monkeypatch.setattr("local.build_tracker.shutil.which", lambda _: None)
    with pytest.raises(SetupError, match="Install it"):
        build_tracker()


def test_a_script_over_its_budget_is_not_built(tmp_path: Path) -> None:
    sources = tmp_path / "tracker"
    shutil.copytree(REPOSITORY / "web" / "tracker", sources)
    ballast = json.dumps([f"{number**7:x}" for number in range(1000)])
    entry = sources / "src" / "entry.js"
    entry.write_text(f"{entry.read_text()}\nwindow.ballast = {ballast};\n")
    (tmp_path / "node_modules").symlink_to(REPOSITORY / "node_modules")
    done = run_node(sources / "build.mjs", tmp_path / "made")
    assert done.returncode != 0
    assert "over its budget" in done.stderr
    assert not (tmp_path / "made").exists()
