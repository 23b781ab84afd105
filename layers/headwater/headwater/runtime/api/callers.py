"""Who calls, and what he may call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from headwater.runtime.api.problems import (
    foreign_origin,
    no_route,
    not_authenticated,
    role_missing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

# What no network reaches, and so needs no TLS.
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_OWNER = frozenset({"owner"})
_READERS = frozenset({"owner", "marketer"})
_SENDERS = frozenset({"owner", "ingest"})

# Every route that needs a key → the roles whose keys open it. What is not here is closed to all.
ROLES_OF_ROUTE = {
    "GET /v1/reports": _READERS,
    "GET /v1/reports/roi": _READERS,
    "GET /v1/reports/models": _READERS,
    "GET /v1/reports/journeys": _READERS,
    "GET /v1/reports/leads": _READERS,
    "GET /v1/reports/lags": _READERS,
    "GET /v1/reports/forecast": _READERS,
    "GET /v1/reports/reconciliation": _READERS,
    "POST /v1/reconciliations": _READERS,
    "GET /v1/orders/{source}/{order_id}/credits": _READERS,
    "GET /v1/orders": _READERS,
    "GET /v1/contacts": _READERS,
    "GET /v1/contacts/{contact}/journey": _READERS,
    "GET /v1/reports/coverage": _READERS,
    "GET /v1/reports/health": _READERS,
    "GET /v1/reports/cohorts": _READERS,
    "GET /v1/reports/ltv": _READERS,
    "GET /v1/reports/subscriptions": _READERS,
    "GET /v1/views": _READERS,
    "POST /v1/views": _READERS,
    "GET /v1/views/{view}": _READERS,
    "PUT /v1/views/{view}": _READERS,
    "DELETE /v1/views/{view}": _READERS,
    "GET /v1/views/{view}/report": _READERS,
    "GET /v1/deliveries": _READERS,
    "POST /v1/deliveries": _OWNER,
    "DELETE /v1/deliveries/{delivery}": _OWNER,
    "GET /v1/reports/{report}/rows": _READERS,
    "GET /v1/setup/url-templates": _READERS,
    "GET /v1/setup/link": _READERS,
    "POST /v1/validations": _READERS,
    "GET /v1/validations": _READERS,
    "GET /v1/validations/{validation}": _READERS,
    "POST /v1/validations/{validation}/end": _READERS,
    "GET /v1/runs": _READERS,
    "GET /v1/exports": _OWNER,
    "GET /v1/exports/{table}": _OWNER,
    "GET /v1/sources": _OWNER,
    "GET /v1/sources/{source}": _OWNER,
    "POST /v1/sources": _OWNER,
    "DELETE /v1/contacts/{contact}": _OWNER,
    "GET /v1/contacts/{contact}/links": _READERS,
    "POST /v1/contacts/{contact}/links": _OWNER,
    "DELETE /v1/contacts/{contact}/links/{other}": _OWNER,
    "POST /v1/sources/check": _OWNER,
    "POST /v1/sources/{source}/test": _OWNER,
    "POST /v1/sources/{source}/pause": _OWNER,
    "POST /v1/sources/{source}/resume": _OWNER,
    "POST /v1/sources/{source}/reconnect": _OWNER,
    "PUT /v1/sources/{source}/options": _OWNER,
    "POST /v1/sources/{source}/fields/preview": _OWNER,
    "PUT /v1/sources/{source}/fields": _OWNER,
    "GET /v1/sources/{source}/snippets": _READERS,
    "DELETE /v1/sources/{source}": _OWNER,
    "POST /v1/touchpoints": _SENDERS,
    "POST /v1/leads": _SENDERS,
    "POST /v1/costs": _SENDERS,
    "POST /v1/ad-clicks": _SENDERS,
    "POST /v1/imports": _SENDERS,
    "GET /v1/imports": _SENDERS,
    "GET /v1/imports/{import_id}": _SENDERS,
    "GET /v1/imports/{import_id}/rejected": _OWNER,
    "GET /v1/imports/templates/{template}": _SENDERS,
    "POST /v1/imports/{import_id}/check": _SENDERS,
    "POST /v1/imports/{import_id}/start": _SENDERS,
    "POST /v1/imports/{import_id}/undo": _SENDERS,
    "GET /v1/settings/subscription-rules": _OWNER,
    "PUT /v1/settings/subscription-rules": _OWNER,
    "GET /v1/settings": _OWNER,
    "POST /v1/settings/time-zone/preview": _READERS,
    "POST /v1/settings/revenue/preview": _READERS,
    "POST /v1/settings/windows/preview": _READERS,
    "POST /v1/settings/tracking-start/preview": _READERS,
    "POST /v1/settings/domains/preview": _READERS,
    "POST /v1/settings/attribution/preview": _READERS,
    "GET /v1/settings/history": _OWNER,
    "GET /v1/settings/time-zone": _OWNER,
    "PUT /v1/settings/time-zone": _OWNER,
    "GET /v1/settings/currency": _OWNER,
    "PUT /v1/settings/currency": _OWNER,
    "GET /v1/settings/revenue": _OWNER,
    "PUT /v1/settings/revenue": _OWNER,
    "GET /v1/settings/windows": _OWNER,
    "PUT /v1/settings/windows": _OWNER,
    "GET /v1/settings/tracking-start": _OWNER,
    "PUT /v1/settings/tracking-start": _OWNER,
    "GET /v1/settings/domains": _OWNER,
    "PUT /v1/settings/domains": _OWNER,
    "GET /v1/settings/reconciliation": _OWNER,
    "PUT /v1/settings/reconciliation": _OWNER,
    "GET /v1/settings/attribution": _OWNER,
    "PUT /v1/settings/attribution": _OWNER,
    "GET /v1/settings/cleaning": _OWNER,
    "PUT /v1/settings/cleaning": _OWNER,
    "POST /v1/cleaning/preview": _READERS,
    "GET /v1/settings/engine": _OWNER,
    "PUT /v1/settings/engine": _OWNER,
    "GET /v1/settings/refresh": _OWNER,
    "PUT /v1/settings/refresh": _OWNER,
    "POST /v1/subscriptions/preview": _READERS,
    "POST /v1/orders": _SENDERS,
    "GET /v1/duplicates": _READERS,
    "PUT /v1/duplicates/owner": _OWNER,
    "POST /v1/duplicates/owner/preview": _READERS,
    "GET /v1/effects": _READERS,
    "GET /v1/effects/{month}": _READERS,
    "POST /v1/effects/restate": _OWNER,
    "POST /v1/effects/restate/preview": _READERS,
    "GET /v1/audit": _OWNER,
    "GET /v1/keys": _OWNER,
    "POST /v1/keys": _OWNER,
    "POST /v1/keys/{key}/rotate": _OWNER,
    "DELETE /v1/keys/{key}": _OWNER,
    "POST /v1/sign-in-links": _OWNER,
    "GET /v1/sessions": _OWNER,
    "DELETE /v1/sessions/{session}": _OWNER,
    "POST /v1/sign-out": _READERS,
}
# Routes that ask with more than fits an address, or by a visit; they change nothing.
ASKING_ROUTES = frozenset(
    {
        "POST /v1/reconciliations",
        "POST /v1/cleaning/preview",
        "POST /v1/settings/time-zone/preview",
        "POST /v1/settings/revenue/preview",
        "POST /v1/settings/windows/preview",
        "POST /v1/settings/tracking-start/preview",
        "POST /v1/settings/domains/preview",
        "POST /v1/settings/attribution/preview",
        "POST /v1/duplicates/owner/preview",
        "POST /v1/effects/restate/preview",
        "POST /v1/subscriptions/preview",
        "POST /v1/sources/check",
        "POST /v1/sources/{source}/fields/preview",
        "POST /v1/validations",
        "POST /v1/validations/{validation}/end",
        "POST /v1/imports/{import_id}/check",
    }
)
# Routes without a key: they say nothing about anybody, or are opened by a secret in the address.
OPEN_ROUTES = frozenset(
    {
        "GET /v1/shared/{link}",
        "GET /v1/openapi.json",
        "GET /v1/validations/page",
        "GET /v1/home",
        "GET /v1/sign-in/{token}",
        "POST /v1/sign-in/{token}",
    }
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key the request carries. Nothing else in a request says which account it is about.

    ``kind`` is what he called with, ``key`` or ``session``; ``key_id`` and ``label`` are its.
    """

    account: str
    role: str
    key_id: str
    kind: str = "key"
    label: str = ""

    @property
    def sees_emails(self) -> bool:
        """Tell whether answers to him hold emails as they are."""
        return self.role in _OWNER


def sees_emails(caller: Caller | None, route: str) -> bool:
    """Tell whether an answer goes out with emails as they are; a link's has no caller.

    The contract's own examples are nobody's.
    """
    return route == "GET /v1/openapi.json" or (caller is not None and caller.sees_emails)


def is_recorded(route: str) -> bool:
    """Tell whether the audit log holds the requests of a route: all that change something."""
    return not route.startswith("GET ") and route not in ASKING_ROUTES | OPEN_ROUTES


def permitted_caller(event: Mapping[str, Any]) -> Caller | None:
    """Return who calls, or None on an open route.

    The authorizer has put the key's account and role beside the request, where no caller can.

    Raises:
        ProblemError: the route is unknown, nobody calls, his role does not open the route, or his
            session is used by the page of somebody else.
    """
    route = event["routeKey"]
    if route in OPEN_ROUTES:
        return None
    if route not in ROLES_OF_ROUTE:
        raise no_route()
    context = (event["requestContext"].get("authorizer") or {}).get("lambda") or {}
    if not (context.get("account") and context.get("role")):
        raise not_authenticated()
    caller = Caller(
        context["account"],
        context["role"],
        context.get("key_id", ""),
        context.get("kind", "key"),
        context.get("label", ""),
    )
    if caller.role not in ROLES_OF_ROUTE[route]:
        raise role_missing(caller.role, ROLES_OF_ROUTE[route])
    # A browser adds its cookie to requests that other sites make, too.
    if caller.kind == "session" and not route.startswith("GET "):
        require_own_origin(event)
    return caller


def require_own_origin(event: Mapping[str, Any]) -> None:
    """Raise ProblemError unless the request comes from a page of this API.

    A browser says in ``Origin`` whose page asks, and in ``Host`` whom; no page can set either.
    """
    headers = event["headers"]
    host, origin = headers.get("host", ""), headers.get("origin", "")
    is_here = urlsplit(f"//{host}").hostname in _THIS_MACHINE
    own = {f"https://{host}"} | ({f"http://{host}"} if is_here else set())
    if not host or origin not in own:
        raise foreign_origin()
