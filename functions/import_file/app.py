"""Checks, imports and undoes files, in slices."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import importing
from headwater.runtime.deadlines import pull_deadline
from headwater.runtime.observability import count, logger, observed
from headwater.runtime.storage import clock
from headwater.usecases.import_file import import_file


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Go on with an import ({account, import}); where time ran out, in a next invocation."""
    account, import_id = event["account"], event["import"]
    deadline = pull_deadline(clock().now(), context)
    done = import_file(account, import_id, deadline, ports=importing.import_ports())
    if done.more:
        importing.workers().start(account, import_id)
    told = {"account": account, "import": import_id, **asdict(done)}
    count(FilesImported=int(done.state == "done"), FilesRefused=int(done.state == "failed"))
    logger.info("file worked on", extra=told)
    return told
