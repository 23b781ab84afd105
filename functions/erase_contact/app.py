"""Erases a person: his profile, journey and claims, and who he is in his orders."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime.api.application import Application
from headwater.runtime.api.routes_erasure import erasure_routes
from headwater.runtime.observability import observed
from headwater.usecases.erase_contact import erase_contact

application = Application(erasure_routes(erase_contact))


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer the request of an owner to erase a contact."""
    return application.answer(event, context)
