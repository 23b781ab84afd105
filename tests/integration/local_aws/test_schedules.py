from collections.abc import Callable
from typing import Any

from tests.integration.local_aws.deploying import ROLE, Stack

type AwsClient = Callable[[str], Any]


def _schedule(zone: str) -> dict[str, Any]:
    properties = {
        "ScheduleExpression": "cron(0 9 * * ? *)",
        "ScheduleExpressionTimezone": zone,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "arn:aws:lambda:us-east-1:000000000000:function:any", "RoleArn": ROLE},
    }
    return {"Daily": {"Type": "AWS::Scheduler::Schedule", "Properties": properties}}


def test_a_schedule_keeps_the_zone_of_its_template(stack: Stack, aws_client: AwsClient) -> None:
    zones = []

    for zone in ("America/New_York", "Europe/Berlin"):
        stack.deploy(_schedule(zone))
        schedule = aws_client("scheduler").get_schedule(Name=stack.physical_id("Daily"))
        zones.append(schedule["ScheduleExpressionTimezone"])

    assert zones == ["America/New_York", "Europe/Berlin"]
