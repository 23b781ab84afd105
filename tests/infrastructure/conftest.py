from typing import Any

import pytest
import yaml

from tests.infrastructure.template_file import REPOSITORY, load_template


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    return load_template()


@pytest.fixture(scope="session")
def machine() -> dict[str, Any]:
    text = (REPOSITORY / "statemachines" / "order_pipeline.asl.yaml").read_text()
    return dict(yaml.safe_load(text))
