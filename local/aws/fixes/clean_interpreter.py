"""Functions run on an interpreter that holds what Lambda's image holds, and nothing else.

Symptom: ministack starts functions with its own interpreter, whose packages (pydantic, PyYAML,
boto3's relatives) hide a dependency that is missing from a layer, and whose Python version may
differ from the function's runtime.

Remedy: `LAMBDA_PYTHON` names the interpreter for every Python function.
"""

import os

from ministack.core import lambda_runtime


def apply() -> None:
    """Start Python functions with the interpreter named by `LAMBDA_PYTHON`."""
    original = lambda_runtime._detect_runtime_binary

    def detect(runtime):
        binary, script = original(runtime)
        if runtime.startswith("python"):
            binary = os.environ.get("LAMBDA_PYTHON", binary)
        return binary, script

    lambda_runtime._detect_runtime_binary = detect
