"""Orders of other systems, posted as JSON or as a CSV file."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.domain.order_files import FileDialect
from headwater.errors import InvalidParameterError
from headwater.runtime import storage
from headwater.runtime.api.answers import CSV, json_answer
from headwater.runtime.api.bodies import read_json, read_text
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_imports import ImportResult
from headwater.runtime.api.models_orders import OrdersPost
from headwater.runtime.api.routing import account_of, new_router, note
from headwater.runtime.observability import count, logger
from headwater.usecases.import_rows import ImportRowsResult

_MARKS = {"point": ".", "comma": ","}


def order_routes(
    import_orders: Callable[..., ImportRowsResult],
    import_order_file: Callable[..., ImportRowsResult],
) -> Router:
    """Return the route that takes orders.

    Args:
        import_orders: the use case behind a post of JSON.
        import_order_file: the use case behind a CSV file.
    """
    router = new_router()

    @router.post(
        "/v1/orders",
        operation_id="import_orders",
        summary="Import orders of another system",
        description="Good rows are kept, bad ones are answered one by one. An order that comes "
        "again is replaced. As `text/csv`, one row per order or per line of it; the parameters "
        "belong to files.",
        tags=["imports"],
        responses=answers(ImportResult, 413),
        security=NEEDS_KEY,
        openapi_extensions=takes(OrdersPost, or_csv=True),
    )
    def import_posted(
        source: Annotated[str | None, Query(description="The file's source.")] = None,
        currency: Annotated[str | None, Query(description="Of rows that name none.")] = None,
        time_zone: Annotated[str | None, Query(description="Of times without an offset.")] = None,
        decimal: Annotated[
            Literal["point", "comma"] | None, Query(description="The file's decimal mark.")
        ] = None,
        date_format: Annotated[
            Literal["mdy", "dmy"] | None,
            Query(description="What comes first in dates with slashes or hyphens, year last."),
        ] = None,
    ) -> Response[str]:
        account, event = account_of(router), router.current_event
        ports = storage.order_import_ports()
        is_file = (event.headers.get("content-type") or "").lower().startswith(CSV)
        if is_file:
            dialect = FileDialect(
                _zone(time_zone), _MARKS.get(decimal or "", ""), date_format or ""
            )
            text = read_text(event.raw_event)
            result = import_order_file(
                account, source or "", text, dialect, currency=currency or "", ports=ports
            )
        else:
            _refuse_parameters(event.query_string_parameters)
            result = import_orders(account, read_json(event.raw_event), ports=ports)
        note(router, accepted=result.accepted, rejected=len(result.rejected))
        return _told(result, is_file=is_file)

    return router


def _told(result: ImportRowsResult, *, is_file: bool) -> Response[str]:
    """Log, count and answer what became of the rows."""
    rejected = len(result.rejected)
    logger.info(
        "orders imported",
        extra={"is_file": is_file, "accepted": result.accepted, "rejected": rejected},
    )
    count(RowsImported=result.accepted, RowsRejected=rejected)
    return json_answer(asdict(result))


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = "time_zone: there is no such time zone; give one like America/New_York"
        raise InvalidParameterError(message) from None


def _refuse_parameters(given: dict[str, str]) -> None:
    """Refuse what only files need: JSON says it itself."""
    if given:
        message = f"{min(given)}: only for text/csv; JSON says it in its body"
        raise InvalidParameterError(message)
