"""How functions run: errors, interpreter, environment, layers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.aws.launcher import LocalAws
from tests.integration.local_aws.deploying import Functions, StateMachines, archive

type AwsClient = Callable[[str], Any]

FAILING = """
    class StoreBusyError(Exception):
        pass

    def handle(event, context):
        raise StoreBusyError(*event["arguments"])
"""


@pytest.mark.parametrize("arguments", [["try later"], [], ["two\nlines: here\n"]])
def test_a_failure_carries_the_name_of_its_exception(
    functions: Functions, unique_name: str, arguments: list[str]
) -> None:
    functions.create(unique_name, FAILING)

    error = functions.invoke(unique_name, {"arguments": arguments})

    assert error["errorType"] == "StoreBusyError"
    assert error["errorMessage"] == "".join(arguments)


def test_a_state_machine_catches_an_exception_by_its_name(
    functions: Functions, state_machines: StateMachines, unique_name: str
) -> None:
    function = functions.create(unique_name, FAILING)
    call = {
        "Type": "Task",
        "Resource": function,
        "Catch": [{"ErrorEquals": ["StoreBusyError"], "Next": "Wait"}],
        "Next": "Done",
    }
    caught = {"Type": "Pass", "Result": "caught", "End": True}
    states = {"Call": call, "Wait": caught, "Done": {"Type": "Succeed"}}

    execution = state_machines.run({"StartAt": "Call", "States": states}, {"arguments": []})

    assert execution["output"] == '"caught"'


def test_functions_run_on_the_interpreter_of_the_lambda_environment(
    functions: Functions, unique_name: str, lambda_python: Path
) -> None:
    functions.create(
        unique_name,
        """
        import importlib.util, sys

        def handle(event, context):
            present = [n for n in ("boto3", "ministack") if importlib.util.find_spec(n)]
            return {"prefix": sys.prefix, "present": present}
        """,
    )

    answer = functions.invoke(unique_name)

    assert answer == {"prefix": str(lambda_python.absolute().parents[1]), "present": ["boto3"]}


def test_a_function_sees_the_environment_of_lambda_and_its_own_variables_only(
    functions: Functions, unique_name: str, local_aws: LocalAws
) -> None:
    functions.create(
        unique_name,
        """
        import os, time

        def handle(event, context):
            return {"variables": dict(os.environ), "zone": time.tzname[0]}
        """,
        Environment={"Variables": {"TABLE": "orders"}},
    )

    answer = functions.invoke(unique_name)

    variables = answer["variables"]
    assert answer["zone"] == "UTC"
    assert variables["TABLE"] == "orders"
    assert variables["AWS_ENDPOINT_URL"] == local_aws.endpoint
    assert variables["AWS_REGION"] == "us-east-1"
    of_the_runtime = ("AWS_", "LAMBDA_TASK_ROOT", "_LAMBDA_", "_MINISTACK_")
    others = {name for name in variables if not name.startswith(of_the_runtime)}
    assert others == {"HOME", "LANG", "PATH", "TABLE", "TMPDIR", "TZ"}
    assert variables["HOME"] == variables["TMPDIR"] != str(Path.home())


def test_a_function_calls_local_aws_with_what_its_environment_gives_it(
    functions: Functions, unique_name: str
) -> None:
    functions.create(
        unique_name,
        """
        import boto3

        def handle(event, context):
            return boto3.client("sts").get_caller_identity()["Account"]
        """,
    )

    assert functions.invoke(unique_name) == "000000000000"


@pytest.fixture
def layers(aws_client: AwsClient, unique_name: str) -> list[str]:
    """Two layers: packages as pip lays them out, and a package of our own that wins over them."""
    contents = [
        {
            "python/lib/python3.13/site-packages/analytics.py": "ENGINE = 'duck'",
            "python/shared_name.py": "SOURCE = 'first layer'",
        },
        {"python/program.py": "NAME = 'ours'", "python/shared_name.py": "SOURCE = 'second layer'"},
    ]
    return [
        aws_client("lambda").publish_layer_version(
            LayerName=f"{unique_name}-{number}", Content={"ZipFile": archive(files)}
        )["LayerVersionArn"]
        for number, files in enumerate(contents)
    ]


IMPORTING = """
    import analytics, program, shared_name

    def handle(event, context):
        return [analytics.__file__, program.__file__, shared_name.SOURCE]
"""


def test_workers_share_one_copy_of_each_of_their_layers(
    functions: Functions, unique_name: str, layers: list[str]
) -> None:
    for name in ("a", "b"):
        functions.create(f"{unique_name}-{name}", IMPORTING, Layers=layers)

    first, second = (functions.invoke(f"{unique_name}-{name}") for name in ("a", "b"))

    assert first == second


def test_a_later_layer_wins_over_an_earlier_one(
    functions: Functions, unique_name: str, layers: list[str]
) -> None:
    functions.create(unique_name, IMPORTING, Layers=layers)

    assert functions.invoke(unique_name)[2] == "second layer"
