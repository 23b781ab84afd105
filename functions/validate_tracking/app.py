"""Tests whether a visit, a sign-up or an order by a link is seen and credited."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime.api.application import Application
from headwater.runtime.api.routes_validations import validation_routes
from headwater.runtime.observability import observed
from headwater.usecases.validate_tracking import start_validation

application = Application(validation_routes(start_validation))


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer whoever tests a page."""
    return application.answer(event, context)
