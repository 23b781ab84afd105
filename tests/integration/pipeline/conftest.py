from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from local.storefront.server import Storefront
from tests.fakes import FakeClock
from tests.integration.pipeline.installation import Installation
from tests.integration.pipeline.processes import start_server
from tests.integration.pipeline.setting import Setting
from tests.integration.pipeline.shop import YESTERDAY
from tests.integration.pipeline.story import Story, tell_story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.aws.launcher import LocalAws


@pytest.fixture(scope="session")
def installation(local_aws: LocalAws) -> Installation:
    return Installation.create(local_aws.endpoint, "pipeline")


@pytest.fixture
def setting(installation: Installation, tmp_path: Path) -> Iterator[Setting]:
    """A shop of the test's own."""
    with _open_setting(installation, tmp_path) as setting:
        yield setting


@pytest.fixture(scope="session")
def story(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A run that nothing disturbs; its shop changes no more."""
    start_server()
    with (
        _open_setting(installation, tmp_path_factory.mktemp("story")) as setting,
        tell_story(setting) as story,
    ):
        yield story


@contextmanager
def _open_setting(installation: Installation, folder: Path) -> Iterator[Setting]:
    clock = FakeClock(YESTERDAY)
    # The windows of its quota run in real time: no test uses it up by accident.
    with Storefront(folder / "shop.sqlite", clock=clock.now, quota=100_000) as shop:
        yield Setting(installation, shop, clock, folder)
