"""Lets people in by a link, once, and out again."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime.api.application import Application
from headwater.runtime.api.routes_sign_in import sign_in_routes
from headwater.runtime.observability import observed
from headwater.usecases.open_session import open_session

application = Application(sign_in_routes(open_session))


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer whoever signs in or out."""
    return application.answer(event, context)
