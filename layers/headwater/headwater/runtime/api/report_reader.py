"""Reads reports by the very routes that serve them: what they refuse, this refuses likewise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from headwater.runtime.api.answers import JSON
from headwater.runtime.api.application import Application
from headwater.runtime.api.problems import ProblemError, answered_problem
from headwater.runtime.api.report_routers import report_routers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from headwater.domain.views import View

_ERRORS = 400


def passed_on(answer: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response[str]:
    """Return the answer of another route as this one's, some headers replaced."""
    own = {**answer["headers"], **(headers or {})}
    return Response(answer["statusCode"], body=answer["body"], headers=own)


class ReportReader:
    """The routes of all reports, to be asked from within.

    Args:
        serve_report: the use case behind them.
    """

    def __init__(self, serve_report: Callable[..., dict[str, Any]]) -> None:
        self._application = Application(*report_routers(serve_report))

    def answer(
        self, view: View, event: Mapping[str, Any], context: LambdaContext
    ) -> dict[str, Any]:
        """Return the gateway's answer to the request that a view stands for.

        Args:
            view: which report, with which parameters.
            event: the request that asks for the view; its caller and its headers count.
            context: of the invocation.
        """
        path = f"/v1/reports/{view.report}"
        asked = event["requestContext"]
        http = {**asked["http"], "method": "GET", "path": path}
        return self._application.answer_within(
            {
                **event,
                "routeKey": f"GET {path}",
                "rawPath": path,
                "rawQueryString": urlencode(view.parameters),
                "queryStringParameters": dict(view.parameters),
                "pathParameters": {},
                "body": None,
                "requestContext": {**asked, "routeKey": f"GET {path}", "http": http},
            },
            context,
        )

    def answer_for(
        self, account: str, view: View, event: Mapping[str, Any], context: LambdaContext
    ) -> dict[str, Any]:
        """Return what a view shows to somebody without a key: what a marketer sees of it."""
        reader = {"account": account, "role": "marketer", "kind": "delivery"}
        asked = {**event["requestContext"], "authorizer": {"lambda": reader}}
        return self.answer(view, {**event, "requestContext": asked}, context)

    def answer_alone(
        self, account: str, view: View, context: LambdaContext, *, accept: str = JSON
    ) -> dict[str, Any]:
        """Return what a view shows without a request that asks for it: a schedule does."""
        event = {"headers": {"accept": accept}, "requestContext": {"http": {}, "stage": "$default"}}
        return self.answer_for(account, view, event, context)

    def refuse(self, view: View, event: Mapping[str, Any], context: LambdaContext) -> None:
        """Raise what the report answers to a view's parameters, if that is a refusal.

        Raises:
            ProblemError: the report's own.
        """
        answer = self.answer(view, {**event, "headers": {}}, context)
        if answer["statusCode"] >= _ERRORS:
            raise ProblemError(answered_problem(answer["statusCode"], answer["body"]))
