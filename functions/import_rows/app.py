"""Takes touchpoints, leads, ad cost and orders of other systems."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime.api.application import Application
from headwater.runtime.api.routes_imports import import_routes
from headwater.runtime.api.routes_orders import order_routes
from headwater.runtime.observability import observed
from headwater.usecases.import_orders import import_order_file, import_orders
from headwater.usecases.import_rows import import_rows

application = Application(
    import_routes(import_rows), order_routes(import_orders, import_order_file)
)


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a post of rows."""
    return application.answer(event, context)
