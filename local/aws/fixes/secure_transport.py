"""A bucket policy that demands TLS can be met on the loopback interface.

Symptom: with IAM enforced, the usual "deny unless aws:SecureTransport" statement denies every
request, because the emulator speaks plain HTTP.

Remedy: a hop that never leaves the machine counts as secure.
"""

from ministack.core import iam_evaluator


def apply() -> None:
    """Resolve `aws:SecureTransport` to true."""
    original = iam_evaluator._resolve_condition_key

    def resolve(key, context):
        if key.lower() == "aws:securetransport":
            return "true"
        return original(key, context)

    iam_evaluator._resolve_condition_key = resolve
