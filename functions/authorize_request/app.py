"""Finds the account and role of an API key, for the gateway."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime import storage
from headwater.runtime.observability import count, logger, observed
from headwater.usecases.authorize_request import authorize_request


@observed
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP API's question who calls; the gateway refuses whom we do not know."""
    header = (event.get("headers") or {}).get("authorization")
    key = authorize_request(header, accounts=storage.accounts())
    if key is None:
        count(RequestsRefused=1)
        logger.info("request refused", extra={"has_header": header is not None})
        return {"isAuthorized": False}
    logger.info("request authorized", extra={"account": key.account, "key": key.key_id})
    context = {"account": key.account, "role": key.role, "key_id": key.key_id}
    return {"isAuthorized": True, "context": context}
