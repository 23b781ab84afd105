"""TikTok's Marketing API v1.3, as far as its specification and documentation tell."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from local.storefront.exchange import Response, json_response
from local.vendors.ad_book import AdBook, AdDay, AdLinks
from local.vendors.application import Call, Handler, Meter, VendorApplication
from local.vendors.rules import Parameter, faults_of

ACCESS_TOKEN, APP_ID, SECRET = "tiktok-access-token", "7000000000000000009", "tiktok-app-secret"
# The documented limit of one synchronous report with a dimension of days.
_LONGEST_REPORT = timedelta(days=30)
_OK, _BAD_PARAMETERS, _NO_PERMISSION = 0, 40002, 40001
_THROTTLED, _REVOKED, _NO_TOKEN = 40100, 40105, 40104
_REPORT = (
    Parameter("page", "integer", least=1),
    Parameter("page_size", "integer", least=1, most=1000),
    Parameter("enable_total_metrics", "boolean"),
    Parameter("multi_adv_report_in_utc_time", "boolean"),
    Parameter("query_mode", choices=frozenset({"REGULAR", "CHUNK"})),
    Parameter("advertiser_id"),
    Parameter("advertiser_ids", "array"),
    Parameter("bc_id"),
    Parameter("service_type", choices=frozenset({"AUCTION", "RESERVATION"})),
    Parameter(
        "report_type",
        is_required=True,
        choices=frozenset({"AUDIENCE", "BASIC", "BC", "CATALOG", "PLAYABLE_MATERIAL", "TT_SHOP"}),
    ),
    Parameter(
        "data_level",
        choices=frozenset(
            f"{service}_{level}"
            for service in ("AUCTION", "RESERVATION")
            for level in ("AD", "ADGROUP", "ADVERTISER", "CAMPAIGN")
        ),
    ),
    Parameter("dimensions", "array"),
    Parameter("metrics", "array"),
    Parameter("start_date", "day"),
    Parameter("end_date", "day"),
    Parameter("query_lifetime", "boolean"),
    Parameter("order_field"),
    Parameter("order_type", choices=frozenset({"ASC", "DESC"})),
    Parameter("filtering", "array"),
)
_INFO = (Parameter("advertiser_ids", "array", is_required=True), Parameter("fields", "array"))
_AUTHORIZED = (Parameter("app_id", is_required=True), Parameter("secret", is_required=True))
_ADS = (
    Parameter("advertiser_id", is_required=True),
    Parameter("filtering"),
    Parameter("page", "integer", least=1),
    Parameter("page_size", "integer", least=1, most=1000),
    Parameter("fields", "array"),
    Parameter("exclude_field_types_in_response", "array"),
)
_SMART_ADS = (
    Parameter("advertiser_id", is_required=True),
    Parameter("filtering"),
    Parameter("page", "integer", least=1),
    Parameter("page_size", "integer", least=1, most=100),
    Parameter("fields", "array"),
)


class TikTokApplication(VendorApplication):
    """TikTok. Every answer that is one is a 200, and its code says what it means.

    Attributes:
        smart: ad → the Smart+ ad whose creative it is: that one has its links.
    """

    kind = "tiktok_ads"

    def __init__(self) -> None:
        super().__init__()
        self.book = AdBook()
        self.smart: dict[str, str] = {}
        self.access_token = ACCESS_TOKEN
        self.meter = Meter(600, timedelta(minutes=1))
        self._count = 0

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the resources; each has a slash at its end."""
        return (
            ("GET", "/api/oauth2/advertiser/get/", self._authorized),
            ("GET", "/api/advertiser/info/", self._info),
            ("GET", "/api/report/integrated/get/", self._report),
            ("GET", "/api/ad/get/", self._ads),
            ("GET", "/api/smart_plus/ad/get/", self._smart_ads),
        )

    def unauthorized(self) -> Response:
        """Return the answer to a token that was revoked."""
        return self._say(_REVOKED, "Access token is incorrect or has been revoked.")

    def throttled(self, seconds: float) -> Response:  # noqa: ARG002 - TikTok does not say
        """Return the answer to too many calls."""
        return self._say(_THROTTLED, "Too many requests. Please retry in some time.")

    def _say(self, code: int, message: str, data: object = None) -> Response:
        self._count += 1
        return json_response(
            {
                "code": code,
                "message": message,
                "request_id": f"20261121{self._count:08d}",
                "data": {} if data is None else data,
            }
        )

    def _refusal(
        self, call: Call, parameters: Sequence[Parameter], permission: str
    ) -> Response | None:
        """Return why a call is not answered, or None."""
        if not call.header("access-token"):
            return self._say(_NO_TOKEN, "Access token is empty: put it into the HTTP header.")
        if call.header("access-token") != self.access_token:
            return self.unauthorized()
        if self.meter.take(call.now) is not None:
            return self.throttled(0)
        if permission in self.lacks:
            return self._say(_NO_PERMISSION, f"No permission: the app lacks {permission}.")
        if faults := faults_of(call.query, parameters):
            return self._say(_BAD_PARAMETERS, "; ".join(faults))
        return None

    def _authorized(self, call: Call) -> Response:
        if refusal := self._refusal(call, _AUTHORIZED, ""):
            return refusal
        if (call.query["app_id"], call.query["secret"]) != (APP_ID, SECRET):
            return self._say(40110, "Authentication failed: app_id or secret is wrong.")
        listed = [
            {"advertiser_id": one.id, "advertiser_name": one.name}
            for one in self.book.accounts.values()
        ]
        return self._say(_OK, "OK", {"list": listed})

    def _info(self, call: Call) -> Response:
        if refusal := self._refusal(call, _INFO, "Ad Account Management"):
            return refusal
        fields = json.loads(call.query.get("fields", "[]"))
        listed = []
        for one in json.loads(call.query["advertiser_ids"]):
            account = self.book.accounts.get(one)
            if account is None:
                return self._say(_NO_PERMISSION, f"No permission to operate advertiser {one}.")
            told = {
                "advertiser_id": account.id,
                "name": account.name,
                "currency": account.currency,
                "timezone": account.time_zone,
            }
            listed.append({name: told[name] for name in fields or told})
        return self._say(_OK, "OK", {"list": listed})

    def _report(self, call: Call) -> Response:
        query = call.query
        if refusal := self._refusal(call, _REPORT, "Reporting"):
            return refusal
        if query.get("advertiser_id") not in self.book.accounts:
            return self._say(_NO_PERMISSION, "No permission to operate advertiser.")
        first = date.fromisoformat(query.get("start_date", ""))
        last = date.fromisoformat(query.get("end_date", ""))
        if not timedelta() <= last - first < _LONGEST_REPORT:
            return self._say(_BAD_PARAMETERS, "start_date, end_date: 30 days at most")
        rows = self.book.rows(query["advertiser_id"], first, last)
        page = int(query.get("page", "1"))
        size = min(int(query.get("page_size", "10")), self.rows_per_page)
        shown = self.page_of(rows, (page - 1) * size, size)
        info = {
            "page": page,
            "page_size": size,
            "total_number": len(rows),
            "total_page": -(-len(rows) // size),
        }
        metrics = json.loads(query.get("metrics", "[]"))
        listed = [_report_row(row, metrics) for row in shown]
        return self._say(_OK, "OK", {"list": listed, "page_info": info})

    def _ads(self, call: Call) -> Response:
        if refusal := self._refusal(call, _ADS, "Ads Management"):
            return refusal
        account = call.query["advertiser_id"]
        ads = {row.ad_id: row for row in self.book.all_rows(account)}
        listed = []
        for ad_id, row in sorted(ads.items()):
            links = self.book.links.get((account, ad_id))
            told = {
                "ad_id": ad_id,
                "ad_name": row.ad,
                "adgroup_id": row.adset_id,
                "adgroup_name": row.adset,
                "campaign_id": row.campaign_id,
                "campaign_name": row.campaign,
                "landing_page_url": links.url if links else None,
                "utm_params": _utm_params(links),
            }
            listed.append(told)
        return self._paged(call, listed)

    def _smart_ads(self, call: Call) -> Response:
        if refusal := self._refusal(call, _SMART_ADS, "Ads Management"):
            return refusal
        account = call.query["advertiser_id"]
        rows = {
            self.smart[row.ad_id]: row
            for row in self.book.all_rows(account)
            if row.ad_id in self.smart
        }
        listed = []
        for smart_id, row in sorted(rows.items()):
            links = self.book.links.get((account, smart_id))
            told = {
                "smart_plus_ad_id": smart_id,
                "adgroup_id": row.adset_id,
                "campaign_id": row.campaign_id,
                "landing_page_url_list": [{"landing_page_url": links.url}] if links else [],
                "ad_configuration": {"utm_params": _utm_params(links)},
            }
            listed.append(told)
        return self._paged(call, listed)

    def _paged(self, call: Call, rows: Sequence[dict[str, Any]]) -> Response:
        """Return a page of ads with the fields that are asked for."""
        page, size = int(call.query.get("page", "1")), int(call.query.get("page_size", "10"))
        fields = json.loads(call.query.get("fields", "[]"))
        if rows and (strange := set(fields) - rows[0].keys()):
            return self._say(_BAD_PARAMETERS, f"fields: {sorted(strange)} are unknown")
        info = {
            "page": page,
            "page_size": size,
            "total_number": len(rows),
            "total_page": -(-len(rows) // size),
        }
        shown = [
            {name: row[name] for name in fields or row}
            for row in rows[(page - 1) * size : page * size]
        ]
        return self._say(_OK, "OK", {"list": shown, "page_info": info})

    def not_found(self) -> Response:
        """Return the answer to a path without its slash, which is no JSON."""
        return Response(HTTPStatus.NOT_FOUND, b"404 page not found", "text/plain")


def _utm_params(links: AdLinks | None) -> list[dict[str, str]]:
    appended = parse_qsl(links.suffix) if links else []
    return [{"key": key, "value": value} for key, value in appended]


def _report_row(row: AdDay, metrics: list[str]) -> dict[str, Any]:
    """Return a row of a report; every number is a text."""
    per_payment = row.value / row.conversions if row.conversions else row.conversions
    known = {
        "campaign_id": row.campaign_id,
        "campaign_name": row.campaign,
        "adgroup_id": row.adset_id,
        "adgroup_name": row.adset,
        "ad_name": row.ad,
        "spend": str(row.cost),
        "clicks": str(row.clicks),
        "impressions": str(row.impressions),
        "complete_payment": str(row.conversions),
        "value_per_complete_payment": str(per_payment),
    }
    return {
        "dimensions": {"ad_id": row.ad_id, "stat_time_day": f"{row.day} 00:00:00"},
        "metrics": {name: known[name] for name in metrics},
    }
