"""The audit log."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.domain.audit import AuditEntry
from headwater.runtime import storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_audit import AuditList
from headwater.runtime.api.routing import account_of, new_router
from headwater.usecases.keep_audit import AuditPage, AuditRange


def audit_routes(read_audit: Callable[..., AuditPage]) -> Router:
    """Return the route of the audit log.

    Args:
        read_audit: the use case that reads it.
    """
    router = new_router()

    @router.get(
        "/v1/audit",
        operation_id="read_audit",
        summary="Who changed what",
        description="Every change by this API, every sign-in and every delivery, kept for 400 "
        "days. No secret, name or email stands in it.",
        tags=["access"],
        responses=answers(AuditList),
        security=NEEDS_KEY,
    )
    def read(
        first: Annotated[
            date | None, Query(alias="from", description="Thirty days before to, by default.")
        ] = None,
        last: Annotated[date | None, Query(alias="to", description="Today, by default.")] = None,
        after: Annotated[str, Query(max_length=128, description="next of the page before.")] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response[str]:
        account = account_of(router)
        page = read_audit(
            account,
            AuditRange(first, last, after, limit),
            accounts=storage.accounts(),
            log=storage.audit_log(),
            clock=storage.clock(),
        )
        return json_answer(_spelled(account, page))

    return router


def _spelled(account: str, page: AuditPage) -> dict[str, Any]:
    return {
        "account": account,
        "from": page.first.isoformat(),
        "to": page.last.isoformat(),
        "time_zone": page.time_zone,
        "rows": [_row(entry) for entry in page.entries],
        "next": page.next_after or None,
    }


def _row(entry: AuditEntry) -> dict[str, Any]:
    actor = entry.actor
    return {
        "id": entry.entry_id,
        "at": entry.at.isoformat(),
        "actor": {
            "kind": actor.kind,
            "id": actor.actor_id,
            "label": actor.label,
            "role": actor.role,
        },
        "action": entry.action,
        "subject": entry.subject,
        "outcome": entry.outcome,
        "note": entry.note,
    }
