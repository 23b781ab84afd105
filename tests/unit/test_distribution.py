"""Workers do the tests of a folder or file together: else each would deploy a stack of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.distribution import FIRST, TOGETHER, rank_of, scope_of

REPOSITORY = Path(__file__).resolve().parents[2]
TESTS = """
import os
from pathlib import Path

import pytest


@pytest.mark.parametrize("number", range(3))
def test_something(number):
    with Path(os.environ["WHO"]).open("a") as who:
        print(Path(__file__).name, os.environ["PYTEST_XDIST_WORKER"], file=who)
"""


def test_a_stack_is_one_workers_and_any_other_file_too() -> None:
    assert scope_of("tests/e2e/test_views.py::test_a[x::y]") == "tests/e2e/"
    assert scope_of("tests/unit/test_layers.py::test_a[x::y]") == "tests/unit/test_layers.py"


def test_what_is_shared_and_what_takes_long_is_there() -> None:
    assert all((REPOSITORY / path).exists() for path in FIRST)
    assert [rank_of(f"{folder}test_a.py::test_a") for folder in TOGETHER] == [0, 1, 2]
    assert rank_of("tests/infrastructure/test_a.py::test_a") == len(FIRST)


def test_two_workers_share_no_folder_that_belongs_together(tmp_path: Path) -> None:
    names = ("tests/e2e/test_a.py", "tests/e2e/test_b.py", "tests/unit/test_c.py")
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TESTS)
    who = tmp_path / "who"
    options = ["-p", "xdist", "-p", "tests.distribution", "-n", "2", "--dist", "loadgroup"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "tests"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "WHO": str(who),
        },
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    did = {tuple(line.split()) for line in who.read_text().splitlines()}
    assert sorted(file for file, _ in did) == ["test_a.py", "test_b.py", "test_c.py"]
    assert len({worker for file, worker in did if file != "test_c.py"}) == 1
