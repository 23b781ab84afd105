"""Takes what people say of contacts: two are one person, or are not."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime.api.application import Application
from headwater.runtime.api.routes_contacts import contact_routes
from headwater.runtime.observability import observed
from headwater.usecases.link_contacts import link_contacts

application = Application(contact_routes(link_contacts))


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a question, or a word, about a contact."""
    return application.answer(event, context)
