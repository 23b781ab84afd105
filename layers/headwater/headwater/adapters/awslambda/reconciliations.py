"""Starts reconciliations that somebody asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from headwater.adapters.aws_errors import translated

if TYPE_CHECKING:
    from datetime import date

    from mypy_boto3_lambda import LambdaClient


class LambdaReconciliations:
    """The port ``Reconciliations`` on the function that reconciles orders.

    Args:
        functions: a Lambda client.
        function: the name or ARN of that function.
    """

    def __init__(self, functions: LambdaClient, function: str) -> None:
        self._functions = functions
        self._function = function

    def start(self, account: str, first: date, last: date) -> None:
        """Invoke the reconciliation of a range, without waiting for it."""
        event = {"account": account, "from": first.isoformat(), "to": last.isoformat()}
        with translated():
            self._functions.invoke(
                FunctionName=self._function,
                InvocationType="Event",
                Payload=json.dumps(event).encode(),
            )
