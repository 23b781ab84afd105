"""Every report as rows of a file: who gets it, and that no spreadsheet runs what a name says."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.access import ROLES
from headwater.domain.row_views import flat_row
from headwater.runtime.api.openapi import openapi_document
from headwater.usecases.ports import ApiKey
from headwater.usecases.reports.registry import REPORTS
from tests.lambda_side import OWNER, LambdaSide
from tests.workshop import ACCOUNT, Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tx", "\rx")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
AS_CSV = {"accept": "text/csv"}
PATHS: dict[str, dict[str, Any]] = openapi_document()["paths"]
GETS = {path: operations["get"] for path, operations in PATHS.items() if "get" in operations}
ROUTES = [
    f"GET {path}"
    for path, operation in GETS.items()
    if "text/csv" in operation["responses"]["200"]["content"] and "{" not in path
]
READERS = {"owner", "marketer"}


def asked(route: str) -> Iterator[str]:
    """Yield a question for each kind of rows that a route has."""
    parameters = {each["name"]: each["schema"] for each in GETS[route[4:]].get("parameters", ())}
    days = "from=2026-11-01&to=2026-11-20&" if "from" in parameters else ""
    chosen = [
        f"{name}={value}"
        for name in ("part", "by")
        for value in parameters.get(name, {}).get("enum", ())
    ]
    if "by" in parameters and "enum" not in parameters["by"]:
        chosen += ["by=campaign", "by=source,medium"]
    yield from (days + each for each in chosen or [""])


QUESTIONS = [(route, query) for route in ROUTES for query in asked(route)]


@pytest.fixture(scope="module")
def named() -> Workshop:
    """Campaigns, products, codes, pages and ads whose names begin like formulas."""
    shop = Workshop()
    for number, name in enumerate(FORMULAS, 1):
        who = f"buyer{number}@example.com"
        marks = {"source": name, "medium": name, "campaign": name, "content": name, "term": name}
        shop.visit("2026-11-18 09:00", f"v{number}", f"s{number}", landing_page=name, **marks)
        shop.identify("2026-11-18 09:01", f"v{number}", who, f"s{number}")
        shop.opt_in("2026-11-18 09:02", who)
        shop.order(number, "2026-11-19 15:00", "100.00", email=who, coupon_codes=(name,))
        utm = {f"utm_{mark}": name for mark in ("source", "medium", "campaign")}
        shop.spend("2026-11-18", "200.00", campaign=name, platform=f"p{number}", **utm)
        shop.spend("2026-11-17", "2.00", campaign=name, utm_campaign=f"{name}2")
    shop.run(reported=False)
    return shop


@pytest.fixture
def formulas(named: Workshop, monkeypatch: pytest.MonkeyPatch) -> LambdaSide:
    side = LambdaSide(named)
    side.wire(monkeypatch)
    return side


def cell(value: Any) -> str:  # noqa: ANN401 - a cell
    """Return what a file says of a value."""
    text = json.dumps(value) if isinstance(value, bool) else "" if value is None else str(value)
    is_formula = text.startswith(("=", "+", "-", "@", "\t", "\r")) and not NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def test_every_report_is_among_them() -> None:
    paths = {route.removeprefix("GET /v1/reports/") for route in ROUTES}
    assert {report.name for report in REPORTS} | {"reconciliation"} <= paths


@pytest.mark.parametrize(("route", "query"), QUESTIONS)
def test_a_file_says_what_json_says_and_no_cell_of_it_is_a_formula(
    formulas: LambdaSide, route: str, query: str
) -> None:
    told = formulas.call(route, caller=OWNER, query=query)["json"]["rows"]
    answer = formulas.call(route, caller=OWNER, query=query, headers=AS_CSV)
    rows = list(csv.DictReader(io.StringIO(answer["body"], newline="")))
    assert rows == [{name: cell(value) for name, value in flat_row(row).items()} for row in told]
    assert "\n=" not in answer["body"]
    assert ",=" not in answer["body"]


def test_the_names_were_dangerous_and_the_numbers_are_numbers(formulas: LambdaSide) -> None:
    query = "from=2026-11-01&to=2026-11-20&by=campaign"
    answer = formulas.call("GET /v1/reports/roi", caller=OWNER, query=query, headers=AS_CSV)
    rows = list(csv.DictReader(io.StringIO(answer["body"], newline="")))
    assert {row["campaign"] for row in rows} >= {f"'{name}" for name in FORMULAS}
    assert {row["roi"] for row in rows if row["campaign"] == "'=1+1"} == {"-0.5000"}
    assert {row["net"] for row in rows if row["campaign"] == "'-1+1"} == {"100.00"}


@pytest.mark.parametrize("report", [report.name for report in REPORTS])
def test_every_report_is_read_beside_another_range(formulas: LambdaSide, report: str) -> None:
    route, query = f"GET /v1/reports/{report}", next(asked(f"GET /v1/reports/{report}"))
    alone = formulas.call(route, caller=OWNER, query=query)
    compared = f"{query}&compare=previous_year"
    answer = formulas.call(route, caller=OWNER, query=compared)
    assert answer["headers"]["ETag"] != alone["headers"]["ETag"]
    assert answer["json"]["parameters"]["compare"] == "previous_year"
    assert answer["json"]["previous"]["from"] == answer["json"]["parameters"]["from"].replace(
        "2026", "2025"
    )
    [*columns] = csv.reader(
        formulas.call(route, caller=OWNER, query=compared, headers=AS_CSV)["body"].splitlines()[:1]
    )
    then = next(name for name in columns[0] if name.startswith("previous_"))
    change = next(name for name in columns[0] if name.startswith("change_"))
    view = f"{compared}&filter=not ({change} > 0 or {then} > 0)&sort=-{then},{change}"
    rows = formulas.call(route, caller=OWNER, query=view)["json"]["rows"]
    assert len(rows) == len(answer["json"]["rows"]), "there was nothing the year before"


@pytest.mark.parametrize("role", [*ROLES, ""])
@pytest.mark.parametrize("route", ROUTES)
def test_every_role_gets_a_report_in_both_forms_or_in_neither(
    formulas: LambdaSide, route: str, role: str
) -> None:
    caller = ApiKey(ACCOUNT, role, "k") if role else None
    query = next(asked(route))
    answers = [
        formulas.call(route, caller=caller, query=query, headers=headers)
        for headers in ({}, AS_CSV)
    ]
    expected = 200 if role in READERS else 403 if role else 401
    assert [answer["statusCode"] for answer in answers] == [expected, expected]
    kinds = [answer["headers"]["Content-Type"].partition(";")[0] for answer in answers]
    refused = "application/problem+json"
    assert kinds == (["application/json", "text/csv"] if expected == 200 else [refused, refused])
