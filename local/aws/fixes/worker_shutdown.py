"""When the emulator stops, its workers are ended, reaped, and their folders removed.

Symptom: on SIGTERM workers outlive the emulator for a while, stay as zombies where nobody reaps
orphans (containers), and leave their unpacked code in the temporary folder.

Remedy: end them the way ministack's own reset does, when the process exits.
"""

import atexit

from ministack.core import lambda_runtime


def apply() -> None:
    """End the workers when the process exits."""
    atexit.register(lambda_runtime.reset)
