"""The merchant's side over HTTP: ``/control`` and what its buttons do."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from local.storefront.control import Store
from local.storefront.entry import order_from_json
from local.storefront.exchange import Request, Response, json_response
from local.storefront.page import render_page
from local.storefront.totals import StoreTotals, Totals

type Fields = Mapping[str, Any]

_FORM = "application/x-www-form-urlencoded"
_PAGE_DAYS = 14


class ControlDesk:
    """Answers requests below ``/control``.

    JSON bodies get JSON answers; the page's forms get the page again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._order_actions: dict[str, Callable[[int, Fields], object]] = {
            "refund": self._refund,
            "archive": lambda order_id, fields: store.archive(
                order_id, archived=fields.get("archived", True) not in {False, "false"}
            ),
            "edit": lambda order_id, fields: store.edit_total(order_id, Decimal(fields["total"])),
            "back-date": lambda order_id, fields: store.back_date(
                order_id, datetime.fromisoformat(fields["placed_at"])
            ),
            "status": lambda order_id, fields: store.set_status(order_id, int(fields["status_id"])),
            "ship": lambda order_id, _: store.ship(order_id),
            "touch": lambda order_id, _: store.touch(order_id),
            "move": self._move,
            "delete": lambda order_id, _: store.hard_delete(order_id),
        }

    def answer(self, request: Request) -> Response:
        """Answer a request; what it cannot do is a 400 or 404 with the reason."""
        try:
            if request.method == "GET":
                return self._show(request)
            return self._act(request)
        except KeyError as error:
            return json_response({"error": f"not found or missing: {error.args[0]}"}, 404)
        except (ValueError, TypeError, InvalidOperation) as error:
            return json_response({"error": str(error) or type(error).__name__}, 400)

    def _show(self, request: Request) -> Response:
        match request.path.rstrip("/"):
            case "/control":
                last = self._today()
                totals = self._store.totals(last - timedelta(days=_PAGE_DAYS - 1), last)
                page = render_page(self._store, totals)
                return Response(200, page.encode(), "text/html; charset=utf-8")
            case "/control/state":
                return json_response(
                    {
                        "settings": asdict(self._store.settings),
                        "faults": [asdict(fault) for fault in self._store.faults],
                    }
                )
            case "/control/totals":
                return json_response(totals_json(self._totals(request.query)))
        raise KeyError(request.path)

    def _act(self, request: Request) -> Response:
        is_form = request.headers.get("content-type", "").startswith(_FORM)
        text = request.body.decode()
        fields: Fields = dict(parse_qsl(text)) if is_form else json.loads(text or "{}")
        result = self._perform(request, fields)
        if is_form:
            return Response(303, headers={"Location": "/control"})
        return json_response({"result": result})

    def _perform(self, request: Request, fields: Fields) -> object:
        match [request.method, *request.path.strip("/").split("/")[1:]]:
            case ["POST", "orders"]:
                return self._store.create(order_from_json(fields, self._store.now()))
            case ["POST", "orders", order_id, action] if action in self._order_actions:
                return self._order_actions[action](int(order_id), fields)
            case ["POST", "faults"]:
                times = fields.get("times", 1)
                return self._store.fail(
                    fields["kind"],
                    fields.get("argument"),
                    path=fields.get("path"),
                    times=None if times is None else int(times),
                )
            case ["DELETE", "faults"] | ["POST", "faults", "clear"]:
                self._store.recover(fields.get("kind"))
                return None
            case ["POST", "settings"]:
                return asdict(self._store.configure(**fields))
        raise KeyError(request.path)

    def _refund(self, order_id: int, fields: Fields) -> int:
        amount = fields.get("amount")
        lines = fields.get("lines")
        return self._store.refund(
            order_id,
            None if amount is None else Decimal(amount),
            lines=None if lines is None else {int(key): int(lines[key]) for key in lines},
            declined=fields.get("declined") in {True, "true", "on"},
            reason=fields.get("reason", ""),
        )

    def _move(self, order_id: int, fields: Fields) -> None:
        customer_id = fields.get("customer_id")
        self._store.move(
            order_id,
            customer_id=None if customer_id is None else int(customer_id),
            email=fields.get("email"),
        )

    def _today(self) -> date:
        settings = self._store.settings
        return self._store.present(settings).astimezone(settings.zone).date()

    def _totals(self, query: Mapping[str, str]) -> StoreTotals:
        today = self._today().isoformat()
        first = date.fromisoformat(query.get("from", today))
        last = date.fromisoformat(query.get("to", today))
        return self._store.totals(first, last, zone=query.get("zone"))


def totals_json(totals: StoreTotals) -> dict[str, Any]:
    """Return totals as JSON values: money as strings, the days and groups inside."""

    def plain(value: Totals) -> dict[str, Any]:
        return {
            "orders": value.orders,
            "gross": str(value.gross),
            "refunds": str(value.refunds),
            "net": str(value.net),
        }

    return {
        **plain(totals),
        "currency": totals.currency,
        "not_converted": totals.not_converted,
        "by_status": {str(status): plain(part) for status, part in totals.by_status.items()},
        "by_currency": {code: plain(part) for code, part in totals.by_currency.items()},
        "days": [
            {"day": day.day.isoformat(), **plain(day), "not_converted": day.not_converted}
            for day in totals.days
        ],
    }
