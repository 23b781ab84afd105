"""Answers every question about a finished run."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime.api.application import Application
from headwater.runtime.api.openapi import contract_routes
from headwater.runtime.api.report_routers import report_routers
from headwater.runtime.api.routes_cleaning_preview import cleaning_preview_routes
from headwater.runtime.api.routes_credits import credit_routes
from headwater.runtime.api.routes_duplicates import duplicate_routes
from headwater.runtime.api.routes_effects import effect_routes
from headwater.runtime.api.routes_exports import export_routes
from headwater.runtime.api.routes_figures import figure_routes
from headwater.runtime.api.routes_journeys import journey_routes
from headwater.runtime.api.routes_reconciliation import reconciliation_routes
from headwater.runtime.api.routes_runs import run_routes
from headwater.runtime.api.routes_settings_preview import settings_preview_routes
from headwater.runtime.api.routes_setup import setup_routes
from headwater.runtime.api.routes_shared import shared_routes
from headwater.runtime.api.routes_sources import source_routes
from headwater.runtime.api.routes_subscriptions import subscription_routes
from headwater.runtime.api.routes_views import view_routes
from headwater.runtime.observability import observed
from headwater.usecases.contact_journey import read_journey
from headwater.usecases.explain_credits import explain_credits
from headwater.usecases.follow_figures import follow_figure
from headwater.usecases.follow_reconciliation import follow_reconciliation
from headwater.usecases.list_duplicates import list_duplicates
from headwater.usecases.preview_cleaning import preview_cleaning
from headwater.usecases.preview_settings import preview_setting
from headwater.usecases.preview_subscriptions import preview_subscriptions
from headwater.usecases.reconciliation_jobs import request_reconciliation
from headwater.usecases.search_contacts import search_contacts
from headwater.usecases.serve_effects import list_effects, serve_effects
from headwater.usecases.serve_reconciliation import serve_reconciliation
from headwater.usecases.serve_reports import serve_credits, serve_report
from headwater.usecases.tag_links import tag_link

application = Application(
    *report_routers(serve_report),
    figure_routes(follow_figure, follow_reconciliation),
    reconciliation_routes(serve_reconciliation, request_reconciliation),
    credit_routes(serve_credits, explain_credits),
    journey_routes(read_journey, search_contacts, serve_report),
    duplicate_routes(list_duplicates),
    effect_routes(list_effects, serve_effects),
    run_routes(),
    export_routes(),
    source_routes(),
    cleaning_preview_routes(preview_cleaning),
    subscription_routes(preview_subscriptions),
    setup_routes(tag_link),
    settings_preview_routes(preview_setting),
    view_routes(serve_report),
    shared_routes(serve_report),
    contract_routes(),
)


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a reader."""
    return application.answer(event, context)
