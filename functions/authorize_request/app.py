"""Finds the account and role of an API key or a session, for the gateway."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import accessing, storage
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.authorize_request import authorize_request

# What the functions behind the gateway are told of a caller.
_TOLD = ("account", "role", "key_id", "kind", "label")


@observed
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP API's question who calls; the gateway refuses whom we do not know."""
    headers = event.get("headers") or {}
    header = headers.get("authorization")
    # The gateway lists cookies apart; others leave them in their header.
    cookies = event.get("cookies") or [headers.get("cookie", "")]
    caller = authorize_request(header, cookies, callers=accessing.callers(), clock=storage.clock())
    if caller is None:
        count(RequestsRefused=1)
        logger.info("request refused", extra={"has_header": header is not None})
        return {"isAuthorized": False}
    logger.info(
        "request authorized",
        extra={"account": caller.account, caller.kind: caller.key_id},
    )
    context = {name: getattr(caller, name) for name in _TOLD}
    return {"isAuthorized": True, "context": context}
