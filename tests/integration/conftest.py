"""One emulator per test session, and clients that talk to it.

Tests share it without resetting it: each makes resources under names of its own.
"""

import functools
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.aws.launcher import LocalAws

REPOSITORY = Path(__file__).resolve().parents[2]

# What boto3 makes at run time.
type Client = Any
type AwsClient = Callable[[str], Client]


def _interpreter(variable: str, environment: str) -> Path:
    default = REPOSITORY / ".local" / "venvs" / environment / "bin" / "python"
    interpreter = Path(os.environ.get(variable, default))
    if not interpreter.exists():
        pytest.fail(f"{interpreter} is missing: run `make setup`, or set {variable}.")
    return interpreter


@pytest.fixture(scope="session")
def emulator_python() -> Path:
    return _interpreter("HEADWATER_EMULATOR_PYTHON", "emulator")


@pytest.fixture(scope="session")
def lambda_python() -> Path:
    return _interpreter("HEADWATER_LAMBDA_PYTHON", "lambda")


@pytest.fixture(scope="session")
def without_fixes() -> list[str]:
    """Fixes to leave out, to see that their tests fail or that a newer ministack has caught up."""
    return os.environ.get("HEADWATER_WITHOUT_FIXES", "").split()


@pytest.fixture(scope="session")
def local_aws(
    tmp_path_factory: pytest.TempPathFactory,
    emulator_python: Path,
    lambda_python: Path,
    without_fixes: list[str],
) -> Iterator[LocalAws]:
    """The session's emulator."""
    with LocalAws(
        tmp_path_factory.mktemp("local_aws"),
        emulator_python,
        lambda_python,
        persist=False,
        without_fixes=without_fixes,
    ) as aws:
        yield aws


@pytest.fixture(scope="session")
def client_of() -> Callable[..., Client]:
    """Make a client of a service of any emulator."""

    def make(aws: LocalAws, service: str, **credentials: str) -> Client:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", **credentials}
        # A refused request is a finding, not something to try again.
        config = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False)
        return boto3.session.Session().client(
            service,  # type: ignore[call-overload]
            endpoint_url=aws.endpoint,
            region_name="us-east-1",
            config=config,
            **keys,
        )

    return make


@pytest.fixture(scope="session")
def aws_client(local_aws: LocalAws, client_of: Callable[..., Client]) -> AwsClient:
    """Clients of the session's emulator, made once each."""
    return functools.cache(functools.partial(client_of, local_aws))


@pytest.fixture
def unique_name() -> str:
    """A name that no other test uses, short enough for every service."""
    return f"t{uuid.uuid4().hex[:12]}"
