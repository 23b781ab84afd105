"""What ministack does differently from AWS in ways that this system notices, put right.

Each module is named after what it repairs, says in its docstring what went wrong and what it
does about it, and has one public function, `apply()`, which patches ministack in this process.
"""

import importlib
from collections.abc import Container

NAMES = (
    "error_types",
    "ends_of_logs",
    "http_api_routes",
    "distributed_map",
    "clean_interpreter",
    "yaml_state_machines",
    "shared_layers",
    "queue_batches",
    "function_environment",
    "worker_shutdown",
    "secure_transport",
    "batch_permissions",
    "gateway_cors",
    "preflight_routes",
    "schedule_zone",
    "remembered_expressions",
)


def apply_all(without: Container[str] = ()) -> None:
    """Apply every fix but the ones named in `without`."""
    for name in NAMES:
        if name not in without:
            importlib.import_module(f"{__name__}.{name}").apply()
