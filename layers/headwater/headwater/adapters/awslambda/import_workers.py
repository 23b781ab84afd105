"""Starts the work on imports of files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from headwater.adapters.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaImportWorkers:
    """The port ``ImportWorkers`` on the function that imports files.

    Args:
        functions: a Lambda client.
        function: the name or ARN of that function.
    """

    def __init__(self, functions: LambdaClient, function: str) -> None:
        self._functions = functions
        self._function = function

    def start(self, account: str, import_id: str) -> None:
        """Invoke the work on an import, without waiting for it."""
        event = {"account": account, "import": import_id}
        with translated():
            self._functions.invoke(
                FunctionName=self._function,
                InvocationType="Event",
                Payload=json.dumps(event).encode(),
            )
