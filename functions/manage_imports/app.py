"""Takes requests for imports of whole files."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime.api.application import Application
from headwater.runtime.api.routes_file_imports import file_import_routes
from headwater.runtime.observability import observed
from headwater.usecases.manage_imports import create_import

application = Application(file_import_routes(create_import))


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer whoever imports a file."""
    return application.answer(event, context)
