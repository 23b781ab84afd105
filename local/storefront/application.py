"""From a request to an answer: the gate (quota, token, scope, faults), then the resource."""

import re
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from sqlite3 import Connection
from typing import TYPE_CHECKING

from local.storefront import access, faults
from local.storefront.affliction import afflict
from local.storefront.call import Call
from local.storefront.control import Store
from local.storefront.exchange import (
    JSON,
    Refusal,
    Request,
    Response,
    gateway_problem,
    list_problem,
    object_problem,
    scope_problem,
)
from local.storefront.faults import Fault, FaultKind
from local.storefront.filters import MAX_LIMIT
from local.storefront.quota import Allowance, QuotaMeter
from local.storefront.routes import Route, find_route
from local.storefront.settings import StoreSettings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

_STORE_PATH = re.compile(r"/stores/([^/]+)(/v[23]/.*)")
_AFTERWARDS = FaultKind.EDIT_BETWEEN_PAGES


class Application:
    """The shop's API without its sockets.

    Args:
        store: The shop.
        meter: Counts requests against the quota.
    """

    def __init__(self, store: Store, meter: QuotaMeter | None = None) -> None:
        self._store = store
        self._meter = meter or QuotaMeter()

    def answer(self, request: Request) -> Response:
        """Answer a request to the API."""
        found = _STORE_PATH.fullmatch(request.path)
        if found is None:
            return gateway_problem(404)
        store_hash, path = found.groups()
        routed = find_route(path)
        with self._store.database.read() as connection:
            settings = read_settings(connection)
            now = self._store.present(settings)
            allowance = self._meter.take(
                settings.quota, settings.window_ms, settings.neighbor_per_second
            )
            if not allowance.granted:
                return _dress(gateway_problem(429), allowance, now)
            scopes = routed[0].scopes if routed else ()
            struck = self._strike(connection, path, scopes)
            refusal = self._gate(connection, request, settings, store_hash, scopes)
            response = refusal or self._pass(connection, request, settings, routed, struck)
        self._disturb(struck, response)
        return afflict(_dress(response, allowance, now), struck, allowance)

    @staticmethod
    def _gate(
        connection: Connection,
        request: Request,
        settings: StoreSettings,
        store_hash: str,
        scopes: tuple[str, ...],
    ) -> Response | None:
        granted = access.scopes_of(connection, request.headers.get("x-auth-token", ""))
        if store_hash != settings.store_hash:
            return scope_problem()
        if granted is None:
            return gateway_problem(401)
        if scopes and not access.may_read(granted, scopes):
            return scope_problem()
        return None

    def _pass(
        self,
        connection: Connection,
        request: Request,
        settings: StoreSettings,
        routed: tuple[Route, tuple[int, ...]] | None,
        struck: list[Fault],
    ) -> Response:
        if routed is None:
            return gateway_problem(404)
        route, ids = routed
        problem: Callable[[int, str], Response] = list_problem if route.is_v2 else object_problem
        if request.method not in route.methods:
            return problem(405, "The method is not allowed for this resource.")
        if route.is_v2 and JSON not in request.headers.get("accept", ""):
            xml = b"<?xml version='1.0'?><errors><error><status>406</status></error></errors>"
            return Response(406, xml, "application/xml")
        limits = [f.number(50) for f in struck if f.kind is FaultKind.LOWER_LIMIT]
        call = Call(
            request,
            connection,
            settings,
            self._store.present(settings),
            min([settings.max_limit, MAX_LIMIT, *limits]),
            ids,
        )
        try:
            return self._ask(route, call)
        except Refusal as refusal:
            if route.is_v2:
                return list_problem(refusal.status, refusal.message)
            return object_problem(refusal.status, refusal.message, refusal.errors)

    def _ask(self, route: Route, call: Call) -> Response:
        """Ask a resource; what a request changes is changed whole or not at all."""
        if call.request.method == "GET":
            return route.answer(call)
        token = call.request.headers.get("x-auth-token", "")
        if not access.may_modify(access.scopes_of(call.connection, token) or (), route.scopes):
            return scope_problem()
        with self._store.database.write() as writer:
            return route.answer(replace(call, connection=writer))

    def _strike(self, connection: Connection, path: str, scopes: tuple[str, ...]) -> list[Fault]:
        """Return the faults that hit a request, counted so that no other request gets them too."""
        if not faults.armed(connection):
            return []
        with self._store.database.write() as writer:
            struck = faults.striking(faults.armed(writer), path, scopes)
            faults.consume(writer, [f for f in struck if f.kind is not _AFTERWARDS])
        return struck

    def _disturb(self, struck: list[Fault], response: Response) -> None:
        """Modify an order after the page with it is served; other answers leave that fault on."""
        if not response.shown or any(fault.kind.replaces for fault in struck):
            return
        for fault in struck:
            if fault.kind is _AFTERWARDS:
                with self._store.database.write() as writer:
                    faults.consume(writer, [fault])
                self._store.touch(fault.number(response.shown[0]))


def _dress(response: Response, allowance: Allowance, now: datetime) -> Response:
    date = {"Date": format_datetime(now, usegmt=True)}
    return response.with_headers(date | allowance.headers())
