"""The API's contract: one OpenAPI 3.1 document of all routes, whichever function answers them."""

import json
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic.json_schema import models_json_schema

from headwater.runtime.api.callers import ROLES_OF_ROUTE
from headwater.runtime.api.contract import COOKIE_SCHEME, NAMED, SCHEMAS, SECURITY_SCHEME
from headwater.runtime.api.contract_details import complete
from headwater.runtime.api.report_routers import report_routers
from headwater.runtime.api.routes_attribution import attribution_routes
from headwater.runtime.api.routes_audit import audit_routes
from headwater.runtime.api.routes_cleaning import cleaning_routes
from headwater.runtime.api.routes_cleaning_preview import cleaning_preview_routes
from headwater.runtime.api.routes_contacts import contact_routes
from headwater.runtime.api.routes_credits import credit_routes
from headwater.runtime.api.routes_deliveries import delivery_routes
from headwater.runtime.api.routes_duplicate_owners import owner_routes
from headwater.runtime.api.routes_duplicates import duplicate_routes
from headwater.runtime.api.routes_effects import effect_routes
from headwater.runtime.api.routes_erasure import erasure_routes
from headwater.runtime.api.routes_exports import export_routes
from headwater.runtime.api.routes_fields import field_routes
from headwater.runtime.api.routes_figures import figure_routes
from headwater.runtime.api.routes_file_imports import file_import_routes
from headwater.runtime.api.routes_imports import import_routes
from headwater.runtime.api.routes_journeys import journey_routes
from headwater.runtime.api.routes_keys import key_routes
from headwater.runtime.api.routes_manage_sources import manage_routes
from headwater.runtime.api.routes_orders import order_routes
from headwater.runtime.api.routes_plain_settings import plain_setting_routes
from headwater.runtime.api.routes_reconciliation import reconciliation_routes
from headwater.runtime.api.routes_restate import restate_routes
from headwater.runtime.api.routes_runs import run_routes
from headwater.runtime.api.routes_sessions import session_routes
from headwater.runtime.api.routes_setting_history import setting_history_routes
from headwater.runtime.api.routes_settings import setting_routes
from headwater.runtime.api.routes_settings_preview import settings_preview_routes
from headwater.runtime.api.routes_setup import setup_routes
from headwater.runtime.api.routes_shared import shared_routes
from headwater.runtime.api.routes_sign_in import sign_in_routes
from headwater.runtime.api.routes_sources import check_routes, connect_routes, source_routes
from headwater.runtime.api.routes_subscriptions import subscription_routes
from headwater.runtime.api.routes_validations import validation_routes
from headwater.runtime.api.routes_views import view_routes
from headwater.runtime.api.routing import new_router
from headwater.usecases.authorize_request import COOKIE
from headwater.usecases.choose_models import read_models, save_models
from headwater.usecases.clean_names import read_cleaning, save_cleaning
from headwater.usecases.connect_source import connect_source
from headwater.usecases.contact_journey import read_journey
from headwater.usecases.erase_contact import erase_contact
from headwater.usecases.explain_credits import explain_credits
from headwater.usecases.follow_figures import follow_figure
from headwater.usecases.follow_reconciliation import follow_reconciliation
from headwater.usecases.import_orders import import_order_file, import_orders
from headwater.usecases.import_rows import import_rows
from headwater.usecases.keep_audit import read_audit
from headwater.usecases.link_contacts import link_contacts
from headwater.usecases.list_duplicates import list_duplicates
from headwater.usecases.manage_account import (
    list_settings,
    read_setting,
    read_subscription_rules,
    save_setting,
    save_subscription_rules,
)
from headwater.usecases.manage_deliveries import share_view
from headwater.usecases.manage_imports import create_import
from headwater.usecases.manage_keys import make_key
from headwater.usecases.manage_sessions import invite
from headwater.usecases.open_session import open_session
from headwater.usecases.own_duplicates import own_duplicates
from headwater.usecases.preview_cleaning import preview_cleaning
from headwater.usecases.preview_settings import preview_setting
from headwater.usecases.preview_subscriptions import preview_subscriptions
from headwater.usecases.reconciliation_jobs import request_reconciliation
from headwater.usecases.restate_effects import restate_effects
from headwater.usecases.search_contacts import search_contacts
from headwater.usecases.serve_effects import list_effects, serve_effects
from headwater.usecases.serve_reconciliation import serve_reconciliation
from headwater.usecases.serve_reports import serve_credits, serve_report
from headwater.usecases.tag_links import tag_link
from headwater.usecases.validate_tracking import start_validation

VERSION = "1.0.0"
_DESCRIPTION = (
    "Attribution reports of a BigCommerce store. Amounts are decimal strings. Every key belongs to "
    "one account, and every answer is about that account."
)
# As plain values: the classes of Powertools take a quarter of a second to import.
_SECURITY_SCHEMES: Any = {
    SECURITY_SCHEME: {"type": "http", "scheme": "bearer", "description": "A key: hw_..."},
    COOKIE_SCHEME: {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "A marketer's session. A request that changes anything also needs the "
        "`Origin` of this API.",
    },
}
# What Powertools says of validation; ours is answered as a problem with status 400. And the models
# that parameters are read into, of which the contract lists the fields.
_NOT_OURS = (
    "HTTPValidationError",
    "ValidationError",
    "ResponseValidationError",
    "RowsAsked",
    "ReportAsked",
    "OrdersAsked",
    "ContactAsked",
    "FigureAsked",
)


def contract_routes() -> Router:
    """Return the route of the contract itself, which needs no key."""
    router = new_router()

    @router.get(
        "/v1/openapi.json",
        operation_id="read_contract",
        summary="This document",
        tags=["contract"],
        responses={
            200: {
                "description": "OpenAPI 3.1.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    )
    def read_contract() -> Response[str]:
        headers = {"Cache-Control": "public, max-age=3600"}
        return Response(200, "application/json", json.dumps(openapi_document()), headers)

    return router


def _routers() -> tuple[Router, ...]:
    """Return the routes of all functions that serve the API."""
    return (
        *report_routers(serve_report),
        figure_routes(follow_figure, follow_reconciliation),
        reconciliation_routes(serve_reconciliation, request_reconciliation),
        credit_routes(serve_credits, explain_credits),
        journey_routes(read_journey, search_contacts, serve_report),
        run_routes(),
        export_routes(),
        import_routes(import_rows),
        file_import_routes(create_import),
        order_routes(import_orders, import_order_file),
        duplicate_routes(list_duplicates),
        owner_routes(own_duplicates),
        effect_routes(list_effects, serve_effects),
        restate_routes(restate_effects),
        connect_routes(connect_source),
        check_routes(),
        manage_routes(),
        field_routes(),
        source_routes(),
        contact_routes(link_contacts),
        erasure_routes(erase_contact),
        setting_routes(read_subscription_rules, save_subscription_rules),
        attribution_routes(read_models, save_models),
        cleaning_routes(read_cleaning, save_cleaning),
        cleaning_preview_routes(preview_cleaning),
        plain_setting_routes(read_setting, save_setting),
        setting_history_routes(list_settings),
        settings_preview_routes(preview_setting),
        audit_routes(read_audit),
        key_routes(make_key),
        session_routes(invite),
        sign_in_routes(open_session),
        subscription_routes(preview_subscriptions),
        setup_routes(tag_link),
        validation_routes(start_validation),
        view_routes(serve_report),
        delivery_routes(share_view),
        shared_routes(serve_report),
        contract_routes(),
    )


@cache
def openapi_document() -> dict[str, Any]:
    """Return the contract, made of the routes and models that serve it."""
    described = APIGatewayHttpResolver(enable_validation=True)
    for router in _routers():
        described.include_router(router)
    document: dict[str, Any] = json.loads(
        described.get_openapi_json_schema(
            title="Headwater",
            version=VERSION,
            description=_DESCRIPTION,
            security_schemes=_SECURITY_SCHEMES,
        )
    )
    _, schemas = models_json_schema(
        [(model, "validation") for model in NAMED.values()], ref_template=f"{SCHEMAS}{{model}}"
    )
    own = document["components"]["schemas"] | schemas["$defs"]
    document["components"]["schemas"] = {
        name: own[name] for name in sorted(own) if name not in _NOT_OURS
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["responses"].pop("422", None)
            if "marketer" in ROLES_OF_ROUTE.get(f"{method.upper()} {path}", ()):
                operation["security"].append({COOKIE_SCHEME: []})
    complete(document)
    return document
