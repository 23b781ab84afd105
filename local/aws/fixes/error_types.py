"""A function's failure carries the name of the Python exception that caused it.

Symptom: every failed invocation reports `errorType: Runtime.HandlerError`, so a state machine's
`Retry` and `Catch`, which match on the exception's class name, never fire.

Remedy: the worker script sends the class name along, and the invocation puts it into the error.
"""

import threading

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_UNTYPED_ERROR = '"error": str(e), "trace": traceback.format_exc()'
_TYPED_ERROR = '"error_type": type(e).__name__, ' + _UNTYPED_ERROR

# ministack builds the error from the worker's answer on the thread that asked the worker.
_last_answer = threading.local()


def apply() -> None:
    """Report exception class names as error types."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if _UNTYPED_ERROR not in script:
        message = "ministack's worker script no longer reports errors in the known form"
        raise RuntimeError(message)
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_UNTYPED_ERROR, _TYPED_ERROR)
    lambda_runtime.Worker.invoke = _remembering_error_type(lambda_runtime.Worker.invoke)
    lambda_svc._execute_function_warm = _naming_error_type(lambda_svc._execute_function_warm)


def _remembering_error_type(original):
    def invoke(self, event, request_id, **context):
        answer = original(self, event, request_id, **context)
        _last_answer.error_type = answer.get("error_type")
        return answer

    return invoke


def _naming_error_type(original):
    def execute(func, event, request_id):
        _last_answer.error_type = None
        result = original(func, event, request_id)
        if result.get("error") and _last_answer.error_type:
            result["body"].update(errorType=_last_answer.error_type, requestId=request_id)
        return result

    return execute
