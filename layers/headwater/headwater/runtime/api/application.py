"""One function's share of the API: who may call, what is recorded, masked and logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import BaseModel

from headwater.domain.masking import masked_text
from headwater.errors import RetriableError
from headwater.runtime.api.bodies import refuse_large, refuse_long
from headwater.runtime.api.callers import permitted_caller, sees_emails
from headwater.runtime.api.problems import (
    Problem,
    ProblemError,
    invalid_fields,
    no_route,
    problem_of,
)
from headwater.runtime.api.recording import begin
from headwater.runtime.observability import count, logger

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aws_lambda_powertools.event_handler.api_gateway import Route, Router
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
    from aws_lambda_powertools.event_handler.openapi.compat import ModelField
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from headwater.runtime.api.callers import Caller
    from headwater.runtime.api.recording import Recording

_SERVER_ERROR = 500


class Application:
    """The routes of one function behind the reports API."""

    def __init__(self, *routers: Router) -> None:
        self._resolver = APIGatewayHttpResolver(enable_validation=True)
        for router in routers:
            self._resolver.include_router(router)
        self._resolver.use([_refuse_unknown_parameters])
        self._resolver.exception_handler(Exception)(_spelled)

    def answer(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer a request, whatever happens; log and count it."""
        answer, account = self._answer(event, context)
        status = answer["statusCode"]
        logger.info(
            "request answered",
            extra={"route": event["routeKey"], "status": status, "account": account},
        )
        count(Requests=1, ServerErrors=int(status >= _SERVER_ERROR))
        return answer

    def answer_within(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer a question that another request brings up, which is logged and counted itself.

        The routers of that request have it back as their current event afterwards.
        """
        # Powertools keeps the current event for all routers of a process in one place.
        outer = getattr(BaseRouter, "current_event", None)
        try:
            answer, _ = self._answer(event, context)
        finally:
            if outer is not None:
                BaseRouter.current_event = outer
        return answer

    def _answer(self, event: dict[str, Any], context: LambdaContext) -> tuple[dict[str, Any], str]:
        """Return the answer to a request, and the account that it is about."""
        caller = None
        try:
            caller = permitted_caller(event)
            refuse_large(event)
            refuse_long(event)
            recording = begin(event, caller)
        except (ProblemError, RetriableError) as error:
            answer = _plain(problem_of(error))
        else:
            answer = self._resolve(event, context, caller, recording)
        if not sees_emails(caller, event["routeKey"]):
            answer["body"] = masked_text(answer.get("body") or "")
        return answer, caller.account if caller else ""

    def _resolve(
        self,
        event: dict[str, Any],
        context: LambdaContext,
        caller: Caller | None,
        recording: Recording | None,
    ) -> dict[str, Any]:
        note: dict[str, object] = {}
        self._resolver.context |= {"caller": caller, "route_key": event["routeKey"], "note": note}
        answer: dict[str, Any] = self._resolver.resolve(event, context)
        if recording:
            recording.end(answer["statusCode"], note)
        return answer


def _refuse_unknown_parameters(
    app: APIGatewayHttpResolver, next_middleware: NextMiddleware
) -> Response[Any]:
    """Refuse a parameter that nobody would read: a mistyped one would give another report.

    Also hold the route that is about to be called against the one that was permitted.
    """
    route: Route = app.context["_route"]
    if f"{route.method} {route.openapi_path}" != app.context["route_key"]:
        raise no_route()
    parameters = route.dependant.query_params  # codespell:ignore dependant
    known = {name for parameter in parameters for name in _names_of(parameter)}
    unknown = sorted(set(app.current_event.query_string_parameters) - known)
    if unknown:
        expected = ", ".join(sorted(known)) or "none"
        reason = f"no parameter of this route, which knows {expected}"
        raise invalid_fields([{"loc": ("query", name[:64]), "msg": reason} for name in unknown])
    return next_middleware(app)


def _names_of(parameter: ModelField) -> Iterator[str]:
    """Yield the names under which a parameter is given: a model's fields are one each."""
    model = parameter.field_info.annotation
    if isinstance(model, type) and issubclass(model, BaseModel):
        yield from (field.alias or name for name, field in model.model_fields.items())
    else:
        yield parameter.alias


def _spelled(error: Exception) -> Response[str]:
    """Return an error as a problem document; log it, with its trace if it is a defect of ours."""
    match error:
        case RequestValidationError():
            problem = invalid_fields(error.errors()).problem
        case NotFoundError():
            problem = no_route().problem
        case _:
            problem = problem_of(error)
    if problem.status >= _SERVER_ERROR:
        logger.error("request failed", extra={"error": type(error).__name__}, exc_info=error)
    headers = problem.all_headers()
    return Response(problem.status, body=problem.body(), headers=headers)


def _plain(problem: Problem) -> dict[str, Any]:
    headers: Mapping[str, str] = problem.all_headers()
    return {
        "statusCode": int(problem.status),
        "headers": dict(headers),
        "body": problem.body(),
        "isBase64Encoded": False,
    }
