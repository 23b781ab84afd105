"""Imports of files in memory."""

from __future__ import annotations

import pytest

from headwater.domain import file_batches
from tests.importing import ImportDesk


@pytest.fixture
def desk() -> ImportDesk:
    return ImportDesk()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_batches, "BATCH", 1)
