"""Connects stores, and tests, pauses, resumes and removes them."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime.api.application import Application
from headwater.runtime.api.routes_manage_sources import manage_routes
from headwater.runtime.api.routes_sources import connect_routes
from headwater.runtime.observability import observed
from headwater.usecases.connect_source import connect_source

application = Application(connect_routes(connect_source), manage_routes())


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an owner who connects or manages a store."""
    return application.answer(event, context)
