"""What is installed is pinned, and no lock file names where one developer got it from."""

import json
import re
from pathlib import Path

import pytest

from benchmarks.attribution.peers.programs import PEERS
from local import setup
from tests.infrastructure.template_file import REPOSITORY

LAYER = REPOSITORY / "layers" / "dependencies" / "requirements.txt"
LOCKS = sorted((REPOSITORY / "requirements").glob("*.txt"))


def pins_of(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+(?:\[[\w,-]+\])?)==([\w.+!]+)", text, re.MULTILINE))


def test_there_is_a_lock_for_every_environment() -> None:
    peers = {f"peer_{peer.name}" for peer in PEERS}

    assert {lock.stem for lock in LOCKS} == {*setup.NAMES, *peers}


@pytest.mark.parametrize("lock", [*LOCKS, LAYER], ids=lambda lock: lock.parent.name + lock.stem)
def test_a_lock_names_no_index_and_no_folder(lock: Path) -> None:
    text = lock.read_text()

    assert pins_of(text)
    assert not re.search(r"://|--index|--extra-index|--find-links|--trusted-host|@ ", text)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_is_pinned_by_hash(lock: Path) -> None:
    text = lock.read_text().replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]

    assert lines
    assert [line for line in lines if "--hash=sha256:" not in line] == []


def test_the_layer_holds_what_the_tests_ran_with() -> None:
    tested = pins_of((REPOSITORY / "requirements" / "dev.txt").read_text())
    deployed = pins_of(LAYER.read_text())

    assert deployed == {name: tested.get(name) for name in deployed}


def test_boto3_is_left_to_the_lambda_runtime() -> None:
    assert not {"boto3", "botocore"} & set(pins_of(LAYER.read_text()))


def test_the_node_lock_names_hashes_and_no_host() -> None:
    packages = json.loads((REPOSITORY / "package-lock.json").read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name}

    assert installed
    assert [name for name, package in installed.items() if "resolved" in package] == []
    assert [name for name, package in installed.items() if "integrity" not in package] == []
