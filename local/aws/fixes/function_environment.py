"""A function sees the environment that Lambda would give it, not ours.

Symptom: workers inherit the whole environment of the emulator's process, so a function can depend
on a variable that it will not have on AWS.

Remedy: let through the names below only. The function's own variables need no entry: the worker
script sets them itself from the function's configuration.
"""

import os
import subprocess
import tempfile
import types

from ministack.core import lambda_runtime

_OF_THE_HOST = ("PATH", "TMPDIR")

# Set by ministack for the function that it is about to start.
_OF_THE_RUNTIME = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_DISABLE_HOST_PREFIX_INJECTION",
    "AWS_ENDPOINT_URL",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_TASK_ROOT",
    "_LAMBDA_FUNCTION_ARN",
    "_LAMBDA_LAYERS_DIRS",
    "_LAMBDA_TIMEOUT",
)

# Lambda runs in UTC; the developer's zone must not show in a result.
_FIXED = {"LANG": "C.UTF-8", "TZ": ":UTC"}


def apply() -> None:
    """Start workers with an allow-listed environment."""

    def popen(command, *, env, **options):
        return subprocess.Popen(command, env=_function_environment(env), **options)

    # lambda_runtime's view of the module; everyone else keeps the real one.
    lambda_runtime.subprocess = types.SimpleNamespace(**{**vars(subprocess), "Popen": popen})


def _function_environment(env):
    allowed = {name: env[name] for name in (*_OF_THE_HOST, *_OF_THE_RUNTIME) if name in env}
    # A home without ~/.aws: the developer's profiles must not reach boto3.
    home = {"HOME": os.environ.get("TMPDIR") or tempfile.gettempdir()}
    return {**allowed, **_FIXED, **home}
