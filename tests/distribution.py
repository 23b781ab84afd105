"""Which tests one worker does in a row, and which begin first.

What a file or a folder shares is made once per worker that does some of it: a deployed stack, an
emulator, an account's run. xdist has a mark for that, ``xdist_group``, which goes unheard with
pytest 9.2: it is written where node ids no longer come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

# Folders whose tests share more than their files do.
TOGETHER = ("tests/e2e/", "tests/integration/pipeline/", "tests/integration/local_aws/")
# What takes long, longest first, so that nobody waits in the end for the one who began it last.
FIRST = (
    *TOGETHER,
    "tests/unit/test_benchmarks.py",
    "tests/integration/",
    "tests/unit/runtime/",
    "tests/unit/usecases/",
)


def scope_of(nodeid: str) -> str:
    """Return the folder or file whose tests one worker does in a row."""
    file = nodeid.split("::", 1)[0]
    return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def rank_of(nodeid: str) -> int:
    """Return where a test's file or folder stands among those that begin."""
    return next((rank for rank, begin in enumerate(FIRST) if nodeid.startswith(begin)), len(FIRST))


class ScopeByScope(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Hands the workers one scope after the other, in the order in which they are collected."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ScopeByScope | None:
    """Take the place of the scheduler that cannot hear of its groups."""
    if config.getvalue("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False
    return ScopeByScope(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes long at the beginning of what a worker reports."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank_of(item.nodeid))
