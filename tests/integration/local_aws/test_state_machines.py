"""State machines: Distributed Map with batches and written results, definitions in YAML."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.local_aws.deploying import ROLE, Json, Stack, StateMachines

type AwsClient = Callable[[str], Any]

ECHO = {"StartAt": "Echo", "States": {"Echo": {"Type": "Pass", "End": True}}}
FAIL_ON_THREE = {
    "StartAt": "Look",
    "States": {
        "Look": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericEquals": 3, "Next": "Refuse"}],
            "Default": "Accept",
        },
        "Refuse": {"Type": "Fail", "Error": "Three", "Cause": "not three"},
        "Accept": {"Type": "Pass", "End": True},
    },
}


@pytest.fixture
def bucket(aws_client: AwsClient, unique_name: str) -> str:
    aws_client("s3").create_bucket(Bucket=unique_name)
    return unique_name


@pytest.fixture
def read_json(aws_client: AwsClient, bucket: str) -> Callable[[str], Any]:
    return lambda key: json.load(aws_client("s3").get_object(Bucket=bucket, Key=key)["Body"])


def _map(processor: dict[str, Any], **fields: Json) -> dict[str, Any]:
    distributed = {
        **processor,
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    }
    state = {"Type": "Map", "ItemProcessor": distributed, "End": True, **fields}
    return {"StartAt": "Map", "States": {"Map": state}}


def _output(execution: dict[str, Any]) -> Json:
    assert execution["status"] == "SUCCEEDED", execution
    return json.loads(execution["output"])


def test_a_distributed_map_hands_items_from_s3_over_in_batches(
    state_machines: StateMachines, aws_client: AwsClient, bucket: str
) -> None:
    aws_client("s3").put_object(Bucket=bucket, Key="days.json", Body=json.dumps(list(range(5))))
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": bucket, "Key.$": "$.days"},
    }
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"run.$": "$.run"}}
    definition = _map(
        ECHO,
        ItemReader=reader,
        ItemSelector={"day.$": "$$.Map.Item.Value"},
        ItemBatcher=batcher,
    )

    execution = state_machines.run(definition, {"days": "days.json", "run": "r1"})

    assert _output(execution) == [
        {"BatchInput": {"run": "r1"}, "Items": [{"day": 0}, {"day": 1}]},
        {"BatchInput": {"run": "r1"}, "Items": [{"day": 2}, {"day": 3}]},
        {"BatchInput": {"run": "r1"}, "Items": [{"day": 4}]},
    ]


def test_a_batch_ends_where_its_bytes_would_exceed_the_limit(state_machines: StateMachines) -> None:
    definition = _map(ECHO, ItemBatcher={"MaxInputBytesPerBatch": 10})

    execution = state_machines.run(definition, ["aaaaa", "b", "cccccc"])

    assert [batch["Items"] for batch in _output(execution)] == [["aaaaa", "b"], ["cccccc"]]


def test_a_result_writer_puts_the_results_to_s3_and_returns_the_manifest(
    state_machines: StateMachines, bucket: str, read_json: Callable[[str], Any]
) -> None:
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": bucket, "Prefix": "runs/r1"},
    }
    definition = _map(
        FAIL_ON_THREE, ResultWriter=writer, ToleratedFailurePercentage=40, ResultPath="$.written"
    )
    definition["States"]["Map"]["ItemsPath"] = "$.items"

    output = _output(state_machines.run(definition, {"items": [1, 2, 3]}))

    assert output["items"] == [1, 2, 3]
    details = output["written"]["ResultWriterDetails"]
    assert details["Bucket"] == bucket
    assert details["Key"].startswith("runs/r1/")
    manifest = read_json(details["Key"])
    assert manifest["MapRunArn"] == output["written"]["MapRunArn"]
    succeeded, failed = (
        read_json(manifest["ResultFiles"][status][0]["Key"]) for status in ("SUCCEEDED", "FAILED")
    )
    assert sorted(child["Output"] for child in succeeded) == ["1", "2"]
    assert [(child["Input"], child["Error"]) for child in failed] == [("3", "Three")]


def test_a_jsonata_map_reads_selects_and_shapes_with_expressions(
    state_machines: StateMachines,
) -> None:
    definition = _map(
        ECHO,
        Items="{% $states.input.days %}",
        ItemSelector={"day": "{% $states.context.Map.Item.Value %}"},
        Output="{% $count($states.result) %}",
    )

    execution = state_machines.run(
        {"QueryLanguage": "JSONata", **definition}, {"days": ["2026-01-01", "2026-01-02"]}
    )

    assert _output(execution) == 2


def test_a_state_machine_defined_in_yaml_executes(
    stack: Stack, state_machines: StateMachines, aws_client: AwsClient, bucket: str
) -> None:
    definition = """
        # comments are the reason for YAML
        StartAt: Say
        States:
          Say: {Type: Pass, Result: {since: 2026-01-31, table: "${Table}"}, End: true}
    """
    aws_client("s3").put_object(Bucket=bucket, Key="machine.asl.yaml", Body=definition)
    properties = {
        "RoleArn": ROLE,
        "DefinitionS3Location": {"Bucket": bucket, "Key": "machine.asl.yaml"},
        "DefinitionSubstitutions": {"Table": "orders"},
    }
    stack.deploy({"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}})

    execution = state_machines.execute(stack.physical_id("M"))

    assert _output(execution) == {"since": "2026-01-31", "table": "orders"}
