"""Where an account stands: what is finished, what is under way."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_sources import RunState
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.api.source_progress import progress_of


def run_routes() -> Router:
    """Return the route that tells of the runs."""
    router = new_router()

    @router.get(
        "/v1/runs",
        operation_id="read_runs",
        summary="Where the account stands",
        description="The last finished run, the one under way, and how the sources are.",
        tags=["runs"],
        responses=answers(RunState),
        security=NEEDS_KEY,
    )
    def read_runs() -> Response[str]:
        account = account_of(router)
        head = bootstrap.runs().head(account)
        lease = head.lease_until and {
            "run": head.lease_run,
            "until": head.lease_until.isoformat(),
            "again": head.again,
        }
        sources, now = bootstrap.accounts().sources(account), bootstrap.clock().now()
        return json_answer(
            {
                "account": account,
                "data_version": head.data_version,
                "generated_at": head.generated_at and head.generated_at.isoformat(),
                "lease": lease,
                "last_run": _last_run(account, head.released_run),
                "sources": [progress_of(source, now) for source in sources],
            }
        )

    return router


def _last_run(account: str, run: str) -> dict[str, Any] | None:
    """Return how the last run ended, or None before the first one has."""
    if not run:
        return None
    recorded = bootstrap.runs().recorded(account, run)
    return {
        "run": run,
        "status": recorded.get("status", ""),
        "failure": recorded.get("failure", ""),
        "ad_cost_gaps": recorded.get("ad_cost_gaps", ""),
        "lead_gaps": recorded.get("lead_gaps", ""),
        "ended_at": recorded.get("updated_at"),
    }
