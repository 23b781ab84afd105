"""Starts the deliveries of an account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from headwater.adapters.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaDeliverer:
    """The port ``Deliverer`` on the function that delivers views.

    Args:
        functions: a Lambda client.
        function: the name or ARN of that function.
    """

    def __init__(self, functions: LambdaClient, function: str) -> None:
        self._functions = functions
        self._function = function

    def start(self, account: str) -> None:
        """Invoke the deliveries of an account, without waiting for them."""
        with translated():
            self._functions.invoke(
                FunctionName=self._function,
                InvocationType="Event",
                Payload=json.dumps({"account": account}).encode(),
            )
