"""The tracking script's files: in the folder of a build, and on mocked S3."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.s3.scripts import S3Scripts
from headwater.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLD, NEW = "0123456789ab.js", "ba9876543210.js"


@pytest.fixture
def bucket(aws: Callable[[str], Any]) -> str:
    name = f"lake-{uuid.uuid4().hex[:12]}"
    aws("s3").create_bucket(Bucket=name)
    return name


def build_of(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir()
    (folder / name).write_bytes(content)
    manifest = {"script": {"name": name, "integrity": "sha256-x"}, "loader": {"text": "load()"}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_a_version_is_served_after_the_next_one_is_deployed(
    aws: Callable[[str], Any], bucket: str, tmp_path: Path
) -> None:
    before = S3Scripts(aws("s3"), bucket, build_of(tmp_path / "old", OLD, b"old"))
    assert before.read(OLD) == b"old"
    assert before.read(OLD) == b"old"

    after = S3Scripts(aws("s3"), bucket, build_of(tmp_path / "new", NEW, b"new"))

    assert (after.read(OLD), after.read(NEW)) == (b"old", b"new")
    assert after.build().script == NEW


def test_a_version_that_stands_already_is_no_error(
    aws: Callable[[str], Any], bucket: str, tmp_path: Path
) -> None:
    folder = build_of(tmp_path / "built", NEW, b"new")

    assert [S3Scripts(aws("s3"), bucket, folder).read(NEW) for _ in range(2)] == [b"new"] * 2


def test_a_version_that_nobody_served_is_none(
    aws: Callable[[str], Any], bucket: str, tmp_path: Path
) -> None:
    scripts = S3Scripts(aws("s3"), bucket, build_of(tmp_path / "built", NEW, b"new"))

    assert scripts.read(OLD) is None


def test_a_deployment_without_the_script_says_how_to_build_it(
    aws: Callable[[str], Any], bucket: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="make build"):
        S3Scripts(aws("s3"), bucket, tmp_path / "nothing").build()
