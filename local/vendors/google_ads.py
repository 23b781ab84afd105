"""The Google Ads API v26 and Google's token desk, as far as specification and documents tell."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from local.storefront.exchange import Response, json_response
from local.vendors.ad_book import AdBook, AdDay, AdLinks
from local.vendors.application import Call, Handler, Meter, VendorApplication
from local.vendors.gaql import Query, QueryError, read_query, type_of
from local.vendors.google_failures import denied, failure

CLIENT_ID, CLIENT_SECRET = "headwater.apps.googleusercontent.com", "google-client-secret"
REFRESH_TOKEN = "1//google-refresh-token"  # noqa: S105 - of the server below
_LIFE = 3599
_CLICK_MEMORY = timedelta(days=90)
_ROWS_PER_PIECE = 10_000
_MICROS = 1_000_000


class GoogleApplication(VendorApplication):
    """Google Ads.

    Attributes:
        clicks: (account, day) → (gclid, the ad's row) of its clicks.
        manager: the id of a manager account above the ad accounts; empty for none.
        suffix: the final URL suffix of every account.
    """

    kind = "google_ads"

    def __init__(self) -> None:
        super().__init__()
        self.book = AdBook()
        self.refresh_token = REFRESH_TOKEN
        self.clicks: dict[tuple[str, date], list[tuple[str, AdDay]]] = {}
        self.manager = ""
        self.suffix = ""
        self.meter = Meter(15_000, timedelta(days=1))
        self._tokens = 0
        self._expired = 0

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the token desk, the list of accounts, and the one method of all reports."""
        return (
            ("POST", "/oauth/token", self._grant),
            ("GET", "/api/customers:listAccessibleCustomers", self._accessible),
            ("POST", r"/api/customers/(?P<account>\d+)/googleAds:searchStream", self._search),
        )

    def expire(self) -> None:
        """Let every access token that was given run out."""
        self._expired = self._tokens

    def unauthorized(self) -> Response:
        """Return the answer to a token that is no good."""
        return failure(401, "UNAUTHENTICATED", "authenticationError", "OAUTH_TOKEN_INVALID")

    def throttled(self, seconds: float) -> Response:
        """Return the answer to too many operations: the wait stands deep inside."""
        details = {"quotaErrorDetails": {"rateScope": "DEVELOPER", "retryDelay": f"{seconds:.0f}s"}}
        return failure(
            *(429, "RESOURCE_EXHAUSTED", "quotaError", "RESOURCE_EXHAUSTED"), details=details
        )

    def not_found(self) -> Response:
        """Return the answer to a version that was sunset, which is a page."""
        return Response(404, b"<!DOCTYPE html><title>Error 404</title>", "text/html")

    def _grant(self, call: Call) -> Response:
        asked = dict(parse_qsl(call.request.body.decode()))
        if asked.get("grant_type") != "refresh_token":
            return json_response({"error": "unsupported_grant_type"}, 400)
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return json_response({"error": "invalid_client"}, 401)
        if asked.get("refresh_token") != self.refresh_token:
            told = {"error": "invalid_grant", "error_description": "Token has been revoked."}
            return json_response(told, 400)
        self._tokens += 1
        return json_response(
            {
                "access_token": f"ya29.google-access-{self._tokens}",
                "expires_in": _LIFE,
                "scope": "https://www.googleapis.com/auth/adwords",
                "token_type": "Bearer",
            }
        )

    def _refusal(self, call: Call) -> Response | None:
        number = call.header("authorization").removeprefix("Bearer ya29.google-access-")
        if not number.isdigit() or not 0 < int(number) <= self._tokens:
            return self.unauthorized()
        if int(number) <= self._expired:
            return failure(401, "UNAUTHENTICATED", "authenticationError", "OAUTH_TOKEN_EXPIRED")
        if (wait := self.meter.take(call.now)) is not None:
            return self.throttled(wait)
        if "adwords" in self.lacks:
            return denied("USER_PERMISSION_DENIED")
        return None

    def _accessible(self, call: Call) -> Response:
        if refusal := self._refusal(call):
            return refusal
        roots = [self.manager] if self.manager else list(self.book.accounts)
        return json_response({"resourceNames": [f"customers/{one}" for one in roots]})

    def _search(self, call: Call) -> Response:
        if refusal := self._refusal(call) or self._not_reached(call):
            return refusal
        asked = json.loads(call.request.body)
        if strange := asked.keys() - {"query", "summaryRowSetting"}:
            return failure(
                *(400, "INVALID_ARGUMENT", "requestError", "UNKNOWN"), message=str(strange)
            )
        try:
            query = read_query(asked["query"])
            self._check(query, call)
        except QueryError as error:
            return failure(*(400, "INVALID_ARGUMENT", "queryError", error.code), message=str(error))
        rows = list(islice(self._rows(call.ids["account"], query), query.limit))
        return self._stream(rows, query)

    def _not_reached(self, call: Call) -> Response | None:
        """Refuse an account that is reached past its manager, or does not exist."""
        account = call.ids["account"]
        if account != self.manager and account not in self.book.accounts:
            return denied("CUSTOMER_NOT_ENABLED")
        if self.manager and call.header("login-customer-id") != self.manager:
            return denied("USER_PERMISSION_DENIED")
        return None

    def _check(self, query: Query, call: Call) -> None:
        is_manager = call.ids["account"] == self.manager
        if is_manager and any(name.startswith("metrics.") for name in query.fields):
            message = "Metrics cannot be requested for a manager account."
            raise QueryError(message, "REQUESTED_METRICS_FOR_MANAGER")
        if query.resource == "click_view":
            first, last = query.days or (date.min, date.max)
            if first != last:
                message = "click_view needs a filter on one day."
                raise QueryError(message, "DATE_RANGE_TOO_WIDE")
            if first < call.now.date() - _CLICK_MEMORY:
                message = "click_view knows 90 days."
                raise QueryError(message, "INVALID_VALUE_WITH_BETWEEN_OPERATOR")

    def _rows(self, account: str, query: Query) -> Iterator[dict[str, Any]]:
        """Yield the values of a query's rows, by the names of their fields."""
        match query.resource:
            case "customer_client":
                yield from self._clients(account)
            case "customer":
                yield {"customer.id": account, "customer.final_url_suffix": self.suffix}
            case "click_view":
                yield from self._click_views(account, query)
            case "ad_group_ad" if query.days:
                for row in self.book.rows(account, *query.days):
                    if row.ad_id:
                        yield self._ad_day(account, row)
            case "ad_group_ad":
                yield from self._ads(account)
            case "campaign" if query.days:
                yield from self._campaign_days(account, query.days)
            case _:
                campaigns = {row.campaign_id for row in self.book.all_rows(account)}
                for one in sorted(campaigns):
                    links = self.book.links.get((account, one), AdLinks())
                    yield {
                        "campaign.id": one,
                        "campaign.tracking_url_template": links.template,
                        "campaign.final_url_suffix": links.suffix,
                    }

    def _clients(self, account: str) -> Iterator[dict[str, Any]]:
        below = self.book.accounts.values() if account == self.manager else ()
        own = [self.book.accounts[account]] if account in self.book.accounts else []
        if account == self.manager:
            yield {"customer_client.id": account, "customer_client.manager": True}
        for one in (*own, *below):
            yield {
                "customer_client.id": one.id,
                "customer_client.descriptive_name": one.name,
                "customer_client.currency_code": one.currency,
                "customer_client.time_zone": one.time_zone,
                "customer_client.manager": False,
                "customer_client.status": "ENABLED",
            }

    def _ad_day(self, account: str, row: AdDay) -> dict[str, Any]:
        return {
            "customer.currency_code": self.book.accounts[account].currency,
            "segments.date": row.day.isoformat(),
            "campaign.id": row.campaign_id,
            "campaign.name": row.campaign,
            "ad_group.id": row.adset_id,
            "ad_group.name": row.adset,
            "ad_group_ad.ad.id": row.ad_id,
            "ad_group_ad.ad.name": row.ad,
            **_metrics([row]),
        }

    def _campaign_days(self, account: str, days: tuple[date, date]) -> Iterator[dict[str, Any]]:
        totals: dict[tuple[date, str], list[AdDay]] = {}
        for row in self.book.rows(account, *days):
            totals.setdefault((row.day, row.campaign_id), []).append(row)
        for (day, campaign), rows in totals.items():
            yield {
                "customer.currency_code": self.book.accounts[account].currency,
                "segments.date": day.isoformat(),
                "campaign.id": campaign,
                "campaign.name": rows[0].campaign,
                **_metrics(rows),
            }

    def _ads(self, account: str) -> Iterator[dict[str, Any]]:
        ads = {row.ad_id: row for row in self.book.all_rows(account) if row.ad_id}
        for ad_id, row in sorted(ads.items()):
            links = self.book.links.get((account, ad_id), AdLinks())
            yield {
                "campaign.id": row.campaign_id,
                "ad_group.id": row.adset_id,
                "ad_group_ad.ad.id": ad_id,
                "ad_group_ad.ad.final_urls": [links.url] if links.url else [],
                "ad_group_ad.ad.tracking_url_template": links.template,
                "ad_group_ad.ad.final_url_suffix": links.suffix,
            }

    def _click_views(self, account: str, query: Query) -> Iterator[dict[str, Any]]:
        day = query.days[0] if query.days else date.min
        for gclid, row in self.clicks.get((account, day), []):
            yield {
                "click_view.gclid": gclid,
                # Performance Max has no ads.
                "click_view.ad_group_ad": row.ad_id
                and f"customers/{account}/adGroupAds/{row.adset_id}~{row.ad_id}",
                "campaign.id": row.campaign_id,
                "ad_group.id": row.adset_id,
                "segments.date": day.isoformat(),
            }

    def _stream(self, rows: Sequence[dict[str, Any]], query: Query) -> Response:
        """Return rows in pieces of an array; what is zero or empty is left out."""
        size = min(self.rows_per_page, _ROWS_PER_PIECE)
        pieces = []
        for start in range(0, max(len(rows), 1), size):
            shown = [_nested(row, query.fields) for row in self.page_of(rows, start, size)]
            mask = ",".join(_camel(name) for name in query.fields)
            piece: dict[str, Any] = {"fieldMask": mask, "requestId": f"Ab{start}"}
            pieces.append(({"results": shown} if shown else {}) | piece)
        return json_response(pieces)


def _metrics(rows: Sequence[AdDay]) -> dict[str, Any]:
    return {
        "metrics.cost_micros": int(sum((row.cost for row in rows), Decimal()) * _MICROS),
        "metrics.clicks": sum(row.clicks for row in rows),
        "metrics.impressions": sum(row.impressions for row in rows),
        "metrics.conversions": float(sum(row.conversions for row in rows)),
        "metrics.conversions_value": float(sum((row.value for row in rows), Decimal())),
    }


def _nested(row: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name in fields:
        value = row.get(name)
        if not value:
            continue
        *path, last = _camel(name).split(".")
        inner = nested
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = str(value) if type_of(name) == "int64" else value
    return nested


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part[0].upper() + part[1:] for part in rest)
