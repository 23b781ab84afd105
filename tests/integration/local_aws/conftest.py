from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.local_aws.deploying import Functions, Stack, StateMachines

type AwsClient = Callable[[str], Any]


@pytest.fixture
def functions(aws_client: AwsClient) -> Functions:
    return Functions(aws_client("lambda"))


@pytest.fixture
def stack(aws_client: AwsClient, unique_name: str) -> Stack:
    return Stack(aws_client("cloudformation"), unique_name)


@pytest.fixture
def state_machines(aws_client: AwsClient, unique_name: str) -> StateMachines:
    return StateMachines(aws_client("stepfunctions"), unique_name)
