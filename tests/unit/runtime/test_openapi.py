"""The contract says what is really answered and really taken."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any, get_args

import pytest

from headwater.domain import (
    cohort_rows,
    cohorts,
    forecasts,
    health,
    health_checks,
    imported_costs,
    imported_leads,
    imported_orders,
    imported_touchpoints,
    journey_facts,
    lags,
    leads,
    ltv,
    subscription_rows,
)
from headwater.domain.ad_clicks import AD_CLICK_FIELDS, AD_CLICKS_POST
from headwater.domain.attribution import documents
from headwater.domain.cleaning import ALIASED, CONDITIONS, TESTS
from headwater.domain.cost_join import JOINING_METHODS, PLATFORM_ONLY, UNMATCHED
from headwater.domain.coverage import CAUSES, PARTS
from headwater.domain.facts import AD_COLUMNS, DIMENSIONS
from headwater.domain.imported_costs import LOAD_FIELDS
from headwater.domain.models import MODEL_NAME, MODELS, ROLES
from headwater.domain.nodes import email_node
from headwater.domain.reconciliation_causes import Cause
from headwater.domain.report_dimensions import REPORT_DIMENSIONS
from headwater.domain.roi import REST_KINDS
from headwater.domain.subscription_rules import ID_PLACES, SubscriptionRule
from headwater.runtime.api import (
    fields,
    models_attribution,
    models_cleaning,
    models_cohorts,
    models_comparisons,
    models_connecting,
    models_connectors,
    models_coverage,
    models_duplicates,
    models_effects,
    models_figures,
    models_health,
    models_imports,
    models_journeys,
    models_lags,
    models_leads,
    models_ltv,
    models_orders,
    models_reconciliation,
    models_reports,
    models_setup,
    models_sources,
    models_subscription_report,
    models_subscriptions,
    models_validations,
)
from headwater.runtime.api.callers import OPEN_ROUTES, ROLES_OF_ROUTE
from headwater.runtime.api.openapi import openapi_document
from headwater.runtime.api.problems import Problem
from headwater.usecases.authorize_request import COOKIE
from headwater.usecases.import_rows import ImportRowsResult, RowFault
from headwater.usecases.ports import Source
from headwater.usecases.reports.which_orders import WHICH
from headwater.usecases.serve_reconciliation import BASES
from tests.lambda_side import EVENTS, OWNER
from tests.unit.usecases.validations import a_validation
from tests.workshop import ACCOUNT, STORE

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tests.lambda_side import LambdaSide

DOCUMENT = openapi_document()
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


# What these do is said by their address alone.
WITHOUT_BODY = {
    *(f"POST /v1/sources/{{source}}/{done}" for done in ("test", "pause", "resume")),
    "POST /v1/validations/{validation}/end",
    *(f"POST /v1/imports/{{import_id}}/{verb}" for verb in ("start", "undo")),
    "POST /v1/sign-in/{token}",
    "POST /v1/sign-out",
}


def literals(annotation: Any) -> tuple[str, ...]:  # noqa: ANN401 - a Literal
    names: tuple[str, ...] = annotation.__args__
    return names


def names_of(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def test_it_is_openapi_3_1_with_one_security_scheme() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert DOCUMENT["components"]["securitySchemes"]["bearer"]["type"] == "http"
    assert DOCUMENT["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    cookie = DOCUMENT["components"]["securitySchemes"]["session"]
    assert (cookie["type"], cookie["in"], cookie["name"]) == ("apiKey", "cookie", COOKIE)


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    referred = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(DOCUMENT)))
    assert referred == set(DOCUMENT["components"]["schemas"])


@pytest.mark.parametrize(("route", "operation"), OPERATIONS)
def test_every_route_says_who_may_ask_and_how_it_fails(
    route: str, operation: dict[str, Any]
) -> None:
    assert operation["operationId"]
    assert operation["summary"]
    if route in OPEN_ROUTES:
        assert "security" not in operation
        return
    has_cookie = "marketer" in ROLES_OF_ROUTE[route]
    assert operation["security"] == [{"bearer": []}, {"session": []}][: 1 + has_cookie]
    assert {"400", "401", "403", "429", "500", "503"} <= set(operation["responses"])
    assert "422" not in operation["responses"]
    takes_body = route.startswith(("POST", "PUT")) and route not in WITHOUT_BODY
    assert ("requestBody" in operation) == takes_body


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(set(names)) == len(names)


def test_amounts_are_texts() -> None:
    row = DOCUMENT["components"]["schemas"]["RoiRow"]["properties"]
    assert row["net"]["type"] == "string"
    assert "number" not in json.dumps(row)


@pytest.mark.parametrize(
    "model",
    [
        models_reports.ReportList,
        models_reports.RoiReport,
        models_comparisons.ModelsReport,
        models_comparisons.JourneysReport,
        models_reports.CreditTrail,
        models_reconciliation.ReconciliationReport,
        models_reconciliation.ReconciliationRequest,
        models_reconciliation.ReconciliationJob,
        models_imports.TouchpointsPost,
        models_imports.LeadsPost,
        models_imports.CostsPost,
        models_imports.AdClicksPost,
        models_imports.ImportResult,
        models_connecting.SourceRequest,
        models_connecting.TokenRequest,
        models_connecting.CredentialsRequest,
        models_connecting.StoreCheck,
        models_connecting.ConnectedSource,
        models_connectors.ConnectorTrial,
        models_connectors.ConnectorBody,
        models_connectors.ConnectorRenewal,
        models_connectors.ConnectorCheck,
        models_connectors.ConnectedConnector,
        models_orders.OrdersPost,
        models_duplicates.DuplicateList,
        models_duplicates.OwnerRequest,
        models_duplicates.Owners,
        models_effects.EffectsList,
        models_effects.EffectsDetail,
        models_effects.RestateRequest,
        models_effects.Restating,
        models_sources.RunState,
        models_sources.ProblemDocument,
        models_attribution.AttributionBody,
        models_attribution.AttributionAnswer,
        models_coverage.CoverageReport,
        models_health.HealthReport,
        models_cohorts.CohortsReport,
        models_ltv.LtvReport,
        models_journeys.Journey,
        models_journeys.ContactList,
        models_journeys.OrderList,
        models_lags.LagsReport,
        models_lags.ForecastReport,
        models_leads.LeadsReport,
        models_subscription_report.SubscriptionsReport,
        models_setup.UrlTemplates,
        models_setup.TaggedLinkAnswer,
        models_validations.ValidationRequest,
        models_validations.ValidationAnswer,
        models_validations.ValidationList,
        models_cleaning.CleaningBody,
        models_cleaning.CleaningAnswer,
        models_cleaning.CleaningPreview,
        models_subscriptions.SubscriptionRulesBody,
        models_subscriptions.SubscriptionRulesAnswer,
        models_subscriptions.SubscriptionPreview,
    ],
)
def test_every_example_fits_its_model(model: type[BaseModel]) -> None:
    [example] = DOCUMENT["components"]["schemas"][model.__name__]["examples"]
    model.model_validate(example)


def test_what_is_answered_fits_the_models(reported: LambdaSide) -> None:
    source = Source(STORE, "bigcommerce", "abc123", "arn:secret", public_key="5f0c")
    reported.workshop.accounts.save_source(ACCOUNT, source)
    reported.workshop.begin("run-2")
    test = a_validation()
    reported.workshop.validations.save(ACCOUNT, test)
    answers: dict[str, type[BaseModel]] = {
        "GET /v1/reports": models_reports.ReportList,
        "GET /v1/reports/roi": models_reports.RoiReport,
        "GET /v1/reports/models": models_comparisons.ModelsReport,
        "GET /v1/reports/journeys": models_comparisons.JourneysReport,
        "GET /v1/orders/{source}/{order_id}/credits": models_reports.CreditTrail,
        "GET /v1/reports/coverage": models_coverage.CoverageReport,
        "GET /v1/reports/health": models_health.HealthReport,
        "GET /v1/reports/cohorts": models_cohorts.CohortsReport,
        "GET /v1/reports/ltv": models_ltv.LtvReport,
        "GET /v1/reports/lags": models_lags.LagsReport,
        "GET /v1/reports/forecast": models_lags.ForecastReport,
        "GET /v1/reports/leads": models_leads.LeadsReport,
        "GET /v1/reports/subscriptions": models_subscription_report.SubscriptionsReport,
        "GET /v1/setup/url-templates": models_setup.UrlTemplates,
        "GET /v1/validations": models_validations.ValidationList,
        "GET /v1/validations/{validation}": models_validations.ValidationAnswer,
        "POST /v1/validations/{validation}/end": models_validations.ValidationAnswer,
        "GET /v1/runs": models_sources.RunState,
        "GET /v1/sources": models_sources.SourceList,
        "GET /v1/sources/{source}": models_sources.OneSource,
        "POST /v1/sources/{source}/test": models_sources.TriedSource,
        "POST /v1/sources/{source}/pause": models_sources.OneSource,
        "POST /v1/sources/{source}/resume": models_sources.OneSource,
        "DELETE /v1/sources/{source}": models_sources.OneSource,
        "GET /v1/settings/subscription-rules": models_subscriptions.SubscriptionRulesAnswer,
        "GET /v1/settings/attribution": models_attribution.AttributionAnswer,
        "GET /v1/settings/cleaning": models_cleaning.CleaningAnswer,
        "GET /v1/duplicates": models_duplicates.DuplicateList,
        "GET /v1/effects": models_effects.EffectsList,
        "GET /v1/effects/{month}": models_effects.EffectsDetail,
    }
    for route, model in answers.items():
        answer = reported.call(
            route,
            caller=OWNER,
            source=STORE,
            order_id="7",
            month="2026-11",
            validation=test.validation_id,
        )
        model.model_validate(answer["json"])
    contact = email_node("ann@example.com")
    answer = reported.call("GET /v1/contacts/{contact}/journey", caller=OWNER, contact=contact)
    assert models_journeys.Journey.model_validate(answer["json"]).events
    answer = reported.call("GET /v1/contacts", caller=OWNER, query="order=7")
    assert models_journeys.ContactList.model_validate(answer["json"]).rows
    answer = reported.call("GET /v1/orders", caller=OWNER, query="order_id=7")
    assert models_journeys.OrderList.model_validate(answer["json"]).rows
    for of in ("net", "roi"):
        query = f"of={of}&range=last_7_days"
        route = "GET /v1/reports/{report}/rows"
        answer = reported.call(route, caller=OWNER, query=query, report="roi")
        models_figures.FollowedFigure.model_validate(answer["json"])
    query = f"by={','.join(REPORT_DIMENSIONS)}&range=last_7_days&date=click&compare=previous_year"
    answer = reported.call("GET /v1/reports/roi", caller=OWNER, query=query)
    models_reports.RoiReport.model_validate(answer["json"])
    body = {"store": "abc123", "access_token": "t"}
    answer = reported.call("POST /v1/sources", caller=OWNER, body=body)
    models_connecting.ConnectedSource.model_validate(answer["json"])
    days = {"from": "2026-11-01", "to": "2026-11-20"}
    answer = reported.call("POST /v1/reconciliations", caller=OWNER, body=days)
    models_reconciliation.ReconciliationJob.model_validate(answer["json"])
    answer = reported.call("POST /v1/sources/check", caller=OWNER, body=body)
    models_connecting.StoreCheck.model_validate(answer["json"])
    answer = reported.call(
        "POST /v1/sources/{source}/reconnect",
        caller=OWNER,
        body={"access_token": "t"},
        source=STORE,
    )
    models_connecting.ConnectedSource.model_validate(answer["json"])
    rules = {"rules": [{"app": "any", "order_sources": ["www"]}]}
    answer = reported.call("POST /v1/subscriptions/preview", caller=OWNER, body=rules)
    models_subscriptions.SubscriptionPreview.model_validate(answer["json"])
    aliases = {"aliases": {"source": [{"equals": "google", "name": "search"}]}}
    answer = reported.call("POST /v1/cleaning/preview", caller=OWNER, body=aliases)
    models_cleaning.CleaningPreview.model_validate(answer["json"])
    answer = reported.call("PUT /v1/settings/cleaning", caller=OWNER, body=aliases)
    models_cleaning.CleaningAnswer.model_validate(answer["json"])
    answer = reported.call("POST /v1/effects/restate", caller=OWNER, body={"from": "2026-11"})
    models_effects.Restating.model_validate(answer["json"])


def test_imports_and_problems_are_answered_by_their_models() -> None:
    result = ImportRowsResult(1, 1, (RowFault(0, "at: missing"),), completed=True)
    models_imports.ImportResult.model_validate(dataclasses.asdict(result), strict=False)
    problem = Problem(400, "invalid-parameter", "x", errors=({"name": "x", "reason": "y"},))
    models_sources.ProblemDocument.model_validate(problem.document())


def test_import_models_have_the_fields_that_are_read() -> None:
    assert names_of(models_imports.TouchpointRow) == imported_touchpoints._FIELDS
    assert names_of(models_imports.LeadRow) == imported_leads._FIELDS
    assert names_of(models_imports.CostRow) == imported_costs._FIELDS
    assert names_of(models_imports.CostsPost) == LOAD_FIELDS
    assert names_of(models_imports.AdClickRow) == AD_CLICK_FIELDS
    assert names_of(models_imports.AdClicksPost) == AD_CLICKS_POST
    assert names_of(models_orders.OrdersPost) == imported_orders.POST_FIELDS
    assert names_of(models_orders.OrderRow) == imported_orders.ORDER_FIELDS
    assert names_of(models_orders.PostedLine) == set(imported_orders.LINE_FIELDS)
    assert names_of(models_orders.PostedRefund) == set(imported_orders.REFUND_FIELDS)


def test_the_model_of_a_subscription_rule_has_the_fields_that_are_read() -> None:
    model = models_subscriptions.SubscriptionRuleBody
    defaults = {
        name: one.get_default(call_default_factory=True) for name, one in model.model_fields.items()
    }
    read = {field.name: field.default for field in dataclasses.fields(SubscriptionRule)}
    assert defaults.keys() == read.keys()
    for name in defaults.keys() - {"app"}:
        default = read[name]
        assert defaults[name] == (list(default) if isinstance(default, tuple) else default)
    assert literals(model.model_fields["id_from"].annotation) == ("", *ID_PLACES)


def test_the_models_of_cleaning_have_the_fields_that_are_read() -> None:
    assert names_of(models_cleaning.PatternBody) == set(TESTS)
    assert names_of(models_cleaning.AliasesBody) == set(ALIASED)
    assert names_of(models_cleaning.ChannelRuleBody) == {"channel", *CONDITIONS}


def test_the_model_of_a_models_parameters_has_those_that_are_read() -> None:
    assert names_of(models_attribution.ModelParameters) == {"kind", *documents._READERS}


def test_the_models_of_coverage_name_what_the_domain_knows() -> None:
    assert literals(models_coverage.Part) == PARTS
    assert literals(models_coverage.Method) == (*JOINING_METHODS, PLATFORM_ONLY, UNMATCHED)
    assert literals(models_coverage.CauseRow.model_fields["cause"].annotation) == CAUSES
    kind = models_coverage.RevenueRow.model_fields["kind"].annotation
    assert literals(kind) == ("credited", *REST_KINDS)


def test_the_model_of_health_has_the_parts_that_the_domain_knows() -> None:
    assert literals(models_health.HealthPart) == health.PARTS
    check = models_health.CheckRow.model_fields
    assert literals(check["check"].annotation) == health_checks.CHECKS


def test_the_model_of_cohorts_has_the_kinds_and_parts_that_the_domain_knows() -> None:
    assert literals(models_cohorts.CohortKind) == cohorts.KINDS
    assert literals(models_cohorts.CohortPart) == tuple(cohort_rows.PARTS)


def test_the_model_of_ltv_has_what_the_domain_knows() -> None:
    assert literals(models_ltv.Acquired) == ("credited", *ltv.REST_STATES)
    assert names_of(models_ltv.LtvFigures) == set(ltv.withhold_ltv()["totals"])


def test_the_model_of_subscriptions_has_what_the_domain_knows() -> None:
    models = models_subscription_report
    assert literals(models.SubscriptionPart) == tuple(subscription_rows.PARTS)
    assert literals(models.Brought) == subscription_rows.STATES
    withheld = subscription_rows.withhold_subscriptions()["totals"]
    assert names_of(models.SubscriptionsTotals) == set(withheld)


def test_models_name_what_the_domain_knows() -> None:
    assert all(re.match(MODEL_NAME, model) for model in MODELS)
    assert get_args(fields.Model)[1].examples == list(MODELS)
    assert literals(fields.Role) == ROLES
    assert names_of(models_reports.RoiRow) >= set(REPORT_DIMENSIONS)
    assert names_of(models_reports.CreditedTouch) >= {*DIMENSIONS, *AD_COLUMNS}
    assert literals(fields.RowKind) == ("credited", *REST_KINDS)
    assert literals(models_reconciliation.CauseName) == tuple(cause.value for cause in Cause)
    assert literals(models_reconciliation.Basis) == tuple(BASES)


@pytest.mark.parametrize(
    ("route", "model"),
    [
        ("POST /v1/touchpoints", models_imports.TouchpointsPost),
        ("POST /v1/leads", models_imports.LeadsPost),
        ("POST /v1/costs", models_imports.CostsPost),
        ("POST /v1/ad-clicks", models_imports.AdClicksPost),
        ("POST /v1/sources", models_connecting.SourceRequest),
        ("POST /v1/sources/check", models_connecting.CredentialsRequest),
        ("PUT /v1/settings/subscription-rules", models_subscriptions.SubscriptionRulesBody),
        ("PUT /v1/settings/attribution", models_attribution.AttributionBody),
        ("PUT /v1/settings/cleaning", models_cleaning.CleaningBody),
        ("POST /v1/orders", models_orders.OrdersPost),
    ],
)
def test_every_example_of_a_body_is_taken(
    side: LambdaSide, route: str, model: type[BaseModel]
) -> None:
    [example] = DOCUMENT["components"]["schemas"][model.__name__]["examples"]
    answer = side.call(route, caller=OWNER, body=example)
    assert answer["statusCode"] in {200, 201}
    assert answer["json"].get("rejected", []) == []


@pytest.mark.parametrize("route", [route for route, _ in OPERATIONS])
def test_every_route_is_told_to_people_too(route: str) -> None:
    guide = (EVENTS.parent / "docs" / "api.md").read_text()
    told = re.findall(r"^### `([^`]+)`", guide, re.MULTILINE)
    # Routes that differ in one word are told of together: {time-zone|currency}.
    each = {
        re.sub(r"\{[^}]*\|[^}]*\}", name, heading)
        for heading in told
        for name in "|".join(re.findall(r"\{([^}]*\|[^}]*)\}", heading)).split("|")
    }
    assert route in each


def test_the_models_of_lags_and_forecast_have_what_the_domain_knows() -> None:
    assert literals(models_lags.LagsPart) == tuple(lags.PARTS)
    assert literals(models_lags.Lag) == journey_facts.LAGS
    assert names_of(models_lags.LagsTotals) == set(lags.withhold_lags()["totals"])
    assert literals(fields.WhichOrders) == tuple(WHICH)
    assert names_of(models_lags.ForecastTotals) == set(forecasts.withhold_forecast()["totals"])


def test_the_model_of_leads_has_what_the_domain_knows() -> None:
    assert literals(models_leads.LeadState) == leads.STATES
    assert set(leads.LEAD_NAMES) <= names_of(models_leads.LeadsRow)
