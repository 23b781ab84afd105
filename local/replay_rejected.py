"""Sends an account's refused hits again, once it is mended what refused them.

`make replay-rejected NAME=acme FROM=2026-11-20` on a deployed stack or, with AWS_ENDPOINT_URL set,
on the local emulator. Hits that are refused still are counted by their reason and stay kept.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import TYPE_CHECKING

from headwater.adapters.s3.lake import S3Lake
from headwater.adapters.sqs.hit_queue import SqsHitQueue
from headwater.errors import HeadwaterError, UnknownResourceError
from headwater.usecases.replay_rejected import ReplayResult, replay_rejected
from local.create_account import NamedStack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.create_account import Stack


def replay_on_stack(stack: Stack, account: str, first: date, last: date) -> ReplayResult:
    """Queue an account's hits that were refused on some UTC days and would not be now.

    Raises:
        InvalidParameterError: the days are none, or too many.
        UnknownResourceError: the stack is none of ours.
    """
    missing = {"LakeBucketName", "HitQueueUrl"} - stack.outputs.keys()
    if missing:
        message = f"the stack has no output {min(missing)}: is it a stack of Headwater?"
        raise UnknownResourceError(message)
    return replay_rejected(
        account,
        first,
        last,
        lake=S3Lake(stack.client("s3"), stack.outputs["LakeBucketName"]),
        queue=SqsHitQueue(stack.client("sqs"), stack.outputs["HitQueueUrl"]),
    )


def main(arguments: Sequence[str]) -> None:
    """Replay what the command line names, and say what became of it."""
    parser = argparse.ArgumentParser(prog="local.replay_rejected", description=__doc__)
    parser.add_argument("--stack", required=True, help="the CloudFormation stack")
    parser.add_argument("--name", required=True, help="the account")
    parser.add_argument("--from", dest="first", required=True, help="the first UTC day: 2026-11-20")
    parser.add_argument("--to", dest="last", help="the last UTC day; the first one if left out")
    given = parser.parse_args(arguments)
    try:
        first = date.fromisoformat(given.first)
        last = date.fromisoformat(given.last) if given.last else first
    except ValueError as error:
        parser.error(str(error))
    try:
        result = replay_on_stack(NamedStack(given.stack), given.name, first, last)
    except HeadwaterError as error:
        sys.exit(f"replay_rejected: {error}")
    print(f"{result.replayed} hits sent to the worker again")
    for reason, count in sorted(result.bad.items()):
        print(f"{count} refused still: {reason}")
    print(f"{result.others} rows are no hits, or cut: whoever sent them has to send them again")


if __name__ == "__main__":
    main(sys.argv[1:])
