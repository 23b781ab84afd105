"""What every function of the template has to keep to, and what must not get lost on its way."""

from typing import Any

import pytest

from local import setup
from tests.infrastructure.template_file import (
    alarms_on,
    functions_of,
    resources_of,
    step_of,
    variables_of,
)

type Json = dict[str, Any]


def test_every_function_has_a_log_group_of_its_own_that_forgets(template: Json) -> None:
    groups = resources_of(template, "AWS::Logs::LogGroup")
    for logical_id, function in functions_of(template).items():
        group = function["LoggingConfig"]["LogGroup"]["Ref"]

        assert group == logical_id.replace("Function", "LogGroup")
        name = function["FunctionName"]["Fn::Sub"]
        assert groups[group]["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/{name}"}


def test_every_log_group_has_a_retention(template: Json) -> None:
    for group in resources_of(template, "AWS::Logs::LogGroup").values():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_every_function_logs_json_and_is_traced(template: Json) -> None:
    common = template["Globals"]["Function"]

    assert common["LoggingConfig"] == {"LogFormat": "JSON"}
    assert common["Tracing"] == "Active"


def test_metrics_of_two_stacks_stay_apart(template: Json) -> None:
    variables = variables_of(template["Globals"]["Function"])

    assert variables["POWERTOOLS_SERVICE_NAME"] == {"Ref": "AWS::StackName"}
    assert alarms_on(template, "RunsFailed") == [{"Ref": "AWS::StackName"}]


def test_only_what_browsers_call_goes_without_the_dependencies(template: Json) -> None:
    without = {
        step_of(logical_id)
        for logical_id, function in functions_of(template).items()
        if {"Ref": "DependenciesLayer"} not in function.get("Layers", [])
    }

    assert template["Globals"]["Function"]["Layers"] == [{"Ref": "HeadwaterLayer"}]
    assert without == {"collect_hits", "serve_script"}


def test_the_runtimes_are_those_that_setup_looks_for(template: Json) -> None:
    runtime = template["Parameters"]["LambdaRuntime"]

    assert runtime["Default"] == f"python{setup.VERSIONS[0]}"
    assert set(runtime["AllowedValues"]) == {f"python{version}" for version in setup.VERSIONS}


def test_layers_are_built_by_the_runtime_that_they_run_on(template: Json) -> None:
    for name in resources_of(template, "AWS::Serverless::LayerVersion"):
        metadata = template["Resources"][name]["Metadata"]
        architecture = template["Globals"]["Function"]["Architectures"]

        assert metadata["BuildMethod"] == {"Ref": "LambdaRuntime"}
        assert [metadata["BuildArchitecture"]] == architecture


def test_an_answer_over_http_comes_before_the_gateway_gives_up(template: Json) -> None:
    longest = 30  # seconds, of an HTTP API
    default = template["Globals"]["Function"]["Timeout"]
    for function in functions_of(template).values():
        events = function.get("Events", {}).values()
        if any(event["Type"] == "HttpApi" for event in events):
            assert function.get("Timeout", default) <= longest


# Queue → what keeps its failures, and its worker.
QUEUES = {
    "HitQueue": ("DeadHitQueue", "RecordHitsFunction"),
    "WebhookQueue": ("DeadWebhookQueue", "RecordWebhooksFunction"),
}


@pytest.mark.parametrize("queue", sorted(QUEUES))
def test_messages_that_fail_again_and_again_are_kept_and_alarmed(
    template: Json, queue: str
) -> None:
    dead, _ = QUEUES[queue]

    assert resources_of(template, "AWS::SQS::Queue")[queue]["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": f"{dead}.Arn"},
        "maxReceiveCount": 5,
    }
    assert {"Fn::GetAtt": f"{dead}.QueueName"} in alarms_on(
        template, "ApproximateNumberOfMessagesVisible"
    )


@pytest.mark.parametrize("queue", sorted(QUEUES))
def test_a_batch_under_way_is_not_handed_out_again(template: Json, queue: str) -> None:
    waiting = resources_of(template, "AWS::SQS::Queue")[queue]
    worker = template["Globals"]["Function"] | functions_of(template)[QUEUES[queue][1]]

    assert waiting["VisibilityTimeout"] >= 6 * worker["Timeout"]


def test_one_bad_message_does_not_bring_its_batch_back(template: Json) -> None:
    for mapping in resources_of(template, "AWS::Lambda::EventSourceMapping").values():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_schedule_and_its_function_keep_what_fails(template: Json) -> None:
    for function in functions_of(template).values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "ScheduleV2":
                kept = event["Properties"]["DeadLetterConfig"]["Arn"]
                queue = kept["Fn::GetAtt"].removesuffix(".Arn")

                assert function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"] == {
                    "Type": "SQS",
                    "Destination": kept,
                }
                assert {"Fn::GetAtt": f"{queue}.QueueName"} in alarms_on(
                    template, "ApproximateNumberOfMessagesVisible"
                )


def test_a_pull_that_another_function_invokes_is_kept_when_it_fails(template: Json) -> None:
    functions = functions_of(template)
    invoking = [name for name, f in functions.items() if "PULL_ORDERS_FUNCTION" in variables_of(f)]

    assert invoking == [
        "PullOrdersFunction",
        "ReconcileOrdersFunction",
        "FinishRunFunction",
        "ConnectSourceFunction",
        "SweepObjectsFunction",
        "ManageAccountFunction",
        "ImportFileFunction",
        "EraseContactFunction",
    ]
    kept = functions["PullOrdersFunction"]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    assert kept == {"Type": "SQS", "Destination": {"Fn::GetAtt": "FailedPullQueue.Arn"}}


def test_a_reconciliation_that_was_asked_for_is_kept_when_it_fails(template: Json) -> None:
    function = functions_of(template)["ReconcileOrdersFunction"]
    kept = function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]

    assert kept == {"Type": "SQS", "Destination": {"Fn::GetAtt": "FailedPullQueue.Arn"}}


def test_a_difference_above_a_thousandth_of_the_stores_figure_is_alarmed(template: Json) -> None:
    alarm = resources_of(template, "AWS::CloudWatch::Alarm")["OrdersUnreconciledAlarm"]

    assert alarm["MetricName"] == "OpenDifferencePerMillion"
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Maximum", 1_000)
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


def test_every_alarm_is_told_to_the_topic(template: Json) -> None:
    alarms = resources_of(template, "AWS::CloudWatch::Alarm")

    assert alarms
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == [{"Ref": "AlertTopic"}]
        assert alarm["TreatMissingData"] == "notBreaching"


def test_orders_are_pulled_at_nine_in_new_york_in_summer_and_winter(template: Json) -> None:
    schedule = functions_of(template)["PullOrdersFunction"]["Events"]["Daily"]["Properties"]

    assert schedule["ScheduleExpression"] == "cron(0 9 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == {"Ref": "ScheduleTimeZone"}
    assert template["Parameters"]["ScheduleTimeZone"]["Default"] == "America/New_York"
    assert template["Parameters"]["ScheduleState"]["Default"] == "ENABLED"


def test_the_scheduler_names_no_account(template: Json) -> None:
    schedule = functions_of(template)["PullOrdersFunction"]["Events"]["Daily"]["Properties"]

    assert schedule["Input"] == "{}"


def test_the_pull_starts_the_machine_that_the_template_makes(template: Json) -> None:
    machine = resources_of(template, "AWS::Serverless::StateMachine")["OrderPipeline"]
    arn = variables_of(functions_of(template)["PullOrdersFunction"])["PIPELINE_ARN"]["Fn::Sub"]

    assert arn.endswith(f":stateMachine:{machine['Name']['Fn::Sub']}")
