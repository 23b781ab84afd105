"""Starts what comes after this invocation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from headwater.adapters.aws_errors import code_of, translated

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_stepfunctions import SFNClient


class StepFunctionsPipeline:
    """The port ``Pipeline`` on a state machine and the function that pulls orders.

    Args:
        state_machines: a Step Functions client.
        functions: a Lambda client.
        state_machine_arn: the order pipeline.
        pull_function: the name or ARN of the function that pulls orders.
    """

    def __init__(
        self,
        state_machines: SFNClient,
        functions: LambdaClient,
        *,
        state_machine_arn: str,
        pull_function: str,
    ) -> None:
        self._state_machines = state_machines
        self._functions = functions
        self._state_machine_arn = state_machine_arn
        self._pull_function = pull_function

    def pull(self, account: str) -> None:
        """Invoke the pull of one account, without waiting for it."""
        with translated():
            self._functions.invoke(
                FunctionName=self._pull_function,
                InvocationType="Event",
                Payload=json.dumps({"account": account}).encode(),
            )

    def start(self, account: str, run: str, *, more: bool) -> None:
        """Start the order pipeline of a run; starting the same run twice is one start."""
        try:
            with translated():
                self._state_machines.start_execution(
                    stateMachineArn=self._state_machine_arn,
                    # Runs of two accounts may have one name; executions must not.
                    name=f"{account}.{run}",
                    input=json.dumps({"account": account, "run": run, "more": more}),
                )
        except ClientError as error:
            if code_of(error) != "ExecutionAlreadyExists":
                raise
