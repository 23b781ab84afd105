"""Connects and manages stores, and takes the answer which source owns what stands in two."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime.api.application import Application
from headwater.runtime.api.routes_duplicate_owners import owner_routes
from headwater.runtime.api.routes_fields import field_routes
from headwater.runtime.api.routes_manage_sources import manage_routes
from headwater.runtime.api.routes_sources import check_routes, connect_routes
from headwater.runtime.observability import observed
from headwater.usecases.connect_source import connect_source
from headwater.usecases.own_duplicates import own_duplicates

application = Application(
    connect_routes(connect_source),
    check_routes(),
    manage_routes(),
    field_routes(),
    owner_routes(own_duplicates),
)


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an owner who changes how sources are used."""
    return application.answer(event, context)
