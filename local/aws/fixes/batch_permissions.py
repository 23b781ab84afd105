"""A queue's batch operations need the permission of the single operation.

Symptom: with IAM enforced, SendMessageBatch is refused to a role that may `sqs:SendMessage`, and
the same goes for the other batches. AWS knows no actions of the batches' names.

Remedy: the batch operations are checked under the action of their single one.
"""

from ministack.core import iam_actions

_SINGLE = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def apply() -> None:
    """Check batches of messages as AWS does."""
    original = iam_actions.extract_iam_action

    def extract(*request, **more):
        action = original(*request, **more)
        return _SINGLE.get(action, action)

    iam_actions.extract_iam_action = extract
