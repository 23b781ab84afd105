"""Tests of the tracking: begin one, look at it, end it, and those that were."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from headwater.domain.checklists import TITLES
from headwater.domain.validations import FAILED, WAITING, Item, Validation, verdict
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_validations import (
    ValidationAnswer,
    ValidationList,
    ValidationRequest,
)
from headwater.runtime.api.pages import page_answer
from headwater.runtime.api.routes_sources import deadline_of
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.observability import logger
from headwater.runtime.validating import validate_ports
from headwater.usecases.validate_tracking import (
    ValidatePorts,
    end_validation,
    list_validations,
    read_validation,
)

type Checked = tuple[Validation, tuple[Item, ...]]
Id = Annotated[str, Path(max_length=64)]


def validation_routes(start_validation: Callable[..., Validation]) -> Router:
    """Return the routes of tests.

    Args:
        start_validation: the use case that begins one.
    """
    router = new_router()
    _add_start(router, start_validation)
    _add_list(router)
    _add_page(router)
    _add_read(router)
    _add_end(router)
    return router


def _add_start(router: Router, start_validation: Callable[..., Validation]) -> None:
    @router.post(
        "/v1/validations",
        operation_id="start_validation",
        summary="Begin a test of the tracking",
        description="Fetches the page, which has to be on one of the store's domains, and looks "
        "for the script. Open the link of the answer in a browser, sign up or buy, and read the "
        "list meanwhile.",
        tags=["tracking"],
        responses=answers(ValidationAnswer, status=201, description="The test is under way."),
        security=NEEDS_KEY,
        openapi_extensions=takes(ValidationRequest),
    )
    def start() -> Response[str]:
        account, ports = account_of(router), _ports(router)
        asked = read_model(router.current_event.raw_event, ValidationRequest)
        begun = start_validation(account, asked.url, asked.kind, ports=ports)
        logger.info("test begun", extra={"account": account, "validation": begun.validation_id})
        answer = read_validation(account, begun.validation_id, ports=ports)
        return json_answer(_spelled(account, answer), status=HTTPStatus.CREATED)


def _add_list(router: Router) -> None:
    @router.get(
        "/v1/validations",
        operation_id="list_validations",
        summary="The tests that were",
        description="The latest first. One that is under way has no result yet.",
        tags=["tracking"],
        responses=answers(ValidationList),
        security=NEEDS_KEY,
    )
    def list_all() -> Response[str]:
        account = account_of(router)
        rows = [_summary(each) for each in list_validations(account, ports=_ports(router))]
        return json_answer({"account": account, "rows": rows})


def _add_page(router: Router) -> None:
    @router.get(
        "/v1/validations/page",
        operation_id="open_validation_page",
        summary="A page to test the tracking with",
        description="Open it in a browser. It asks for a key, and does the rest by these routes.",
        tags=["tracking"],
        responses={
            200: {
                "description": "The page.",
                "content": {"text/html": {"schema": {"type": "string"}}},
            }
        },
    )
    def page() -> Response[str]:
        return page_answer("validation")


def _add_read(router: Router) -> None:
    @router.get(
        "/v1/validations/<validation>",
        operation_id="read_validation",
        summary="How a test stands",
        description="Ask every few seconds while the visit is under way.",
        tags=["tracking"],
        responses=answers(ValidationAnswer, 404),
        security=NEEDS_KEY,
    )
    def read(validation: Id) -> Response[str]:
        account = account_of(router)
        answer = read_validation(account, validation, ports=_ports(router))
        return json_answer(_spelled(account, answer))


def _add_end(router: Router) -> None:
    @router.post(
        "/v1/validations/<validation>/end",
        operation_id="end_validation",
        summary="End a test",
        description="What has not come has failed then, each with its cause; only the credit of "
        "an order may still follow, with the next run. Ending it again changes nothing.",
        tags=["tracking"],
        responses=answers(ValidationAnswer, 404),
        security=NEEDS_KEY,
    )
    def end(validation: Id) -> Response[str]:
        account = account_of(router)
        answer = end_validation(account, validation, ports=_ports(router))
        logger.info("test ended", extra={"account": account, "verdict": verdict(answer[1])})
        return json_answer(_spelled(account, answer))


def _ports(router: Router) -> ValidatePorts:
    return validate_ports(deadline_of(router))


def _spelled(account: str, checked: Checked) -> dict[str, Any]:
    validation, items = checked
    return {
        "account": account,
        "validation": validation.validation_id,
        "kind": validation.kind,
        "url": validation.url,
        "link": validation.link,
        "state": _state(validation),
        "verdict": verdict(items),
        "started_at": validation.started_at.isoformat(),
        "closes_at": validation.closes_at.isoformat(),
        "ended_at": validation.ended_at and validation.ended_at.isoformat(),
        "steps": [
            {"url": step.url, "status": step.status, "dropped": [*step.dropped]}
            for step in validation.steps
        ],
        "items": [
            {
                "item": item.name,
                "title": TITLES[item.name],
                "state": item.state,
                "seen": item.seen,
                "cause": item.cause,
                "fix": item.fix,
            }
            for item in items
        ],
    }


def _summary(checked: Checked) -> dict[str, Any]:
    validation, items = checked
    return {
        "validation": validation.validation_id,
        "kind": validation.kind,
        "url": validation.url,
        "state": _state(validation),
        "verdict": verdict(items) if items else WAITING,
        "started_at": validation.started_at.isoformat(),
        "ended_at": validation.ended_at and validation.ended_at.isoformat(),
        "failed": [item.name for item in items if item.state == FAILED],
    }


def _state(validation: Validation) -> str:
    return "ended" if validation.ended_at else "running"
