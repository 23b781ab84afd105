"""Meta's Graph API v26.0, as far as its specification and documentation tell."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from local.storefront.exchange import Response, json_response
from local.vendors.ad_book import AdBook, AdDay, AdLinks
from local.vendors.application import Call, Handler, Meter, VendorApplication

ACCESS_TOKEN, USER = "EAAB-meta-access-token", "10220000000000001"
_SPECIFIED = json.loads((Path(__file__).parent / "specs" / "meta_ads.json").read_text())
_INSIGHT_FIELDS = frozenset(_SPECIFIED["insights_fields"].split())
_AD_FIELDS = frozenset(_SPECIFIED["ad_fields"].split())
_CREATIVE_FIELDS = frozenset(_SPECIFIED["creative_fields"].split())
_ACCOUNT_FIELDS = frozenset(_SPECIFIED["account_fields"].split())
# What every edge takes besides its own parameters.
_COMMON = frozenset({"fields", "limit", "after", "before", "appsecret_proof", "access_token"})
_MONTHS = 37
_LOOKS_BEFORE_DONE = 2
_SCOPE = "ads_read"


class MetaApplication(VendorApplication):
    """Meta. Errors are a 400 whose body has a code.

    Attributes:
        most_rows: what insights give at once; more are refused, and have to be ordered as a report.
        fails_reports: reports fail, each as often as told.
    """

    kind = "meta_ads"

    def __init__(self) -> None:
        super().__init__()
        self.book = AdBook()
        self.access_token = ACCESS_TOKEN
        self.most_rows = 1_000_000
        self.fails_reports = 0
        self.meter = Meter(4_000, timedelta(hours=1))
        self._reports: dict[str, dict[str, str]] = {}
        self._looks: dict[str, int] = {}

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the nodes and edges."""
        return (
            ("GET", "/api/me", self._me),
            ("GET", "/api/me/adaccounts", self._accounts),
            ("GET", r"/api/act_(?P<account>\d+)/insights", self._insights),
            ("POST", r"/api/act_(?P<account>\d+)/insights", self._order_report),
            ("GET", r"/api/act_(?P<account>\d+)/ads", self._ads),
            ("GET", r"/api/(?P<report>\d+)", self._look),
            ("GET", r"/api/(?P<report>\d+)/insights", self._report),
        )

    def unauthorized(self) -> Response:
        """Return the answer to a token that was revoked."""
        return _error("Error validating access token: Session has expired", 190, 463)

    def throttled(self, seconds: float) -> Response:
        """Return the answer to too many calls: minutes stand in a header."""
        minutes = -(-int(seconds) // 60)
        usage = {
            "1234567890": [
                {
                    "type": "ads_insights",
                    "call_count": 100,
                    "total_cputime": 20,
                    "total_time": 20,
                    "estimated_time_to_regain_access": minutes,
                }
            ]
        }
        message = "There have been too many calls from this ad-account."
        refusal = _error(message, 80000, 2446079)
        return refusal.with_headers({"X-Business-Use-Case-Usage": json.dumps(usage)})

    def not_found(self) -> Response:
        """Return the answer where there is nothing."""
        return _error("Unsupported get request. Object does not exist", 100, 33)

    def _refusal(self, call: Call) -> Response | None:
        if call.header("authorization") != f"Bearer {self.access_token}":
            return self.unauthorized()
        if (wait := self.meter.take(call.now)) is not None:
            return self.throttled(wait)
        if _SCOPE in self.lacks and not call.request.path.endswith("/me"):
            return _error("(#200) Ad account owner has NOT grant ads_read permission", 200)
        if (account := call.ids.get("account")) and account not in self.book.accounts:
            return _error("(#200) The user does not have access to this ad account", 200)
        return None

    def _me(self, call: Call) -> Response:
        return self._refusal(call) or json_response({"id": USER})

    def _accounts(self, call: Call) -> Response:
        if refusal := self._refusal(call) or _misuse(call.query, {}, _ACCOUNT_FIELDS):
            return refusal
        fields = call.query["fields"].split(",")
        listed = []
        for one in self.book.accounts.values():
            told = {
                "account_id": one.id,
                "name": one.name,
                "currency": one.currency,
                "timezone_name": one.time_zone,
            }
            listed.append({"id": f"act_{one.id}", **{name: told[name] for name in fields}})
        return self._paged(call, listed)

    def _insights(self, call: Call) -> Response:
        if refusal := self._refusal(call) or self._misordered(call, call.query):
            return refusal
        rows = self._rows(call.ids["account"], call.query)
        if len(rows) > self.most_rows:
            message = "Please reduce the amount of data you're asking for"
            return _error(message, 100, 1487534)
        return self._paged_rows(call, rows, call.query)

    def _misordered(self, call: Call, query: Mapping[str, str]) -> Response | None:
        if misuse := _misuse(query, _SPECIFIED["insights_parameters"], _INSIGHT_FIELDS):
            return misuse
        if query.get("level") not in _SPECIFIED["levels"]:
            return _error("(#100) level must be one of account, campaign, adset, ad", 100)
        span = json.loads(query.get("time_range", "{}"))
        since = date.fromisoformat(span.get("since", ""))
        if since > date.fromisoformat(span.get("until", "")):
            return _error("(#100) since must be before until", 100)
        if since < _months_before(call.now.date(), _MONTHS):
            return _error("(#3018) The start date of the time range is too far back", 3018)
        return None

    def _order_report(self, call: Call) -> Response:
        query = dict(parse_qsl(call.request.body.decode()))
        if refusal := self._refusal(call) or self._misordered(call, query):
            return refusal
        number = str(6_023_920_149_050 + len(self._reports))
        self._reports[number] = {**query, "account": call.ids["account"]}
        self._looks[number] = 0
        return json_response({"report_run_id": number})

    def _look(self, call: Call) -> Response:
        if refusal := self._refusal(call):
            return refusal
        number = call.ids["report"]
        if number not in self._reports:
            return self.not_found()
        self._looks[number] += 1
        told = {"id": number, "account_id": self._reports[number]["account"]}
        if self.fails_reports:
            self.fails_reports -= 1
            failed = {"async_status": "Job Failed", "error_code": -2, "error_message": "Try later."}
            return json_response({**told, **failed, "async_percent_completion": 0})
        if self._looks[number] < _LOOKS_BEFORE_DONE:
            running = {"async_status": "Job Running", "async_percent_completion": 60}
            return json_response({**told, **running})
        done = {"async_status": "Job Completed", "async_percent_completion": 100}
        return json_response({**told, **done})

    def _report(self, call: Call) -> Response:
        if refusal := self._refusal(call):
            return refusal
        ordered = self._reports[call.ids["report"]]
        return self._paged_rows(call, self._rows(ordered["account"], ordered), ordered)

    def _rows(self, account: str, query: Mapping[str, str]) -> Sequence[AdDay]:
        span = json.loads(query["time_range"])
        first, last = (date.fromisoformat(span[name]) for name in ("since", "until"))
        return self.book.rows(account, first, last)

    def _paged_rows(self, call: Call, rows: Sequence[AdDay], query: Mapping[str, str]) -> Response:
        account = self.book.accounts[query.get("account") or call.ids["account"]]
        fields = query["fields"].split(",")
        start, size = self._window(call)
        shown = [_insight(row, account.currency, fields) for row in self.page_of(rows, start, size)]
        return self._page(call, shown, start + size, len(rows))

    def _paged(self, call: Call, items: Sequence[Mapping[str, Any]]) -> Response:
        start, size = self._window(call)
        return self._page(call, items[start : start + size], start + size, len(items))

    def _window(self, call: Call) -> tuple[int, int]:
        return int(call.query.get("after", "0")), min(
            int(call.query.get("limit", "25")), self.rows_per_page
        )

    def _page(
        self, call: Call, shown: Sequence[Mapping[str, Any]], end: int, total: int
    ) -> Response:
        content: dict[str, Any] = {"data": shown}
        if end < total:
            # As Meta does: the address of the next page has the token in it.
            query = {**call.query, "access_token": self.access_token, "after": str(end)}
            address = f"{call.request.base_url}{call.request.path}?{urlencode(query)}"
            content["paging"] = {"cursors": {"after": str(end)}, "next": address}
        usage = {"1234567890": [{"type": "ads_insights", "call_count": 3, "total_time": 1}]}
        return json_response(content).with_headers({"X-Business-Use-Case-Usage": json.dumps(usage)})

    def _ads(self, call: Call) -> Response:
        if refusal := self._refusal(call):
            return refusal
        plain, _, creative = call.query.get("fields", "").partition(",creative{")
        names = {"fields": plain}
        if misuse := _misuse({**call.query, **names}, _SPECIFIED["ads_parameters"], _AD_FIELDS):
            return misuse
        strange = set(creative.removesuffix("}").split(",")) - _CREATIVE_FIELDS - {""}
        if strange:
            return _error(f"(#100) Tried accessing nonexisting field ({strange})", 100)
        account = call.ids["account"]
        ads = {row.ad_id: row for row in self.book.all_rows(account)}
        listed = [
            _ad(row, self.book.links.get((account, ad_id))) for ad_id, row in sorted(ads.items())
        ]
        return self._paged(call, listed)


def _months_before(day: date, months: int) -> date:
    """Return the first of the days that lie so many months back at most."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28))


def _misuse(
    query: Mapping[str, str], parameters: Mapping[str, str], fields: frozenset[str]
) -> Response | None:
    """Return the error for parameters or fields that the specification does not have."""
    for name in query:
        if name not in parameters and name not in _COMMON:
            return _error(f"(#100) Unknown parameter {name}", 100)
    for name in query.get("fields", "").split(","):
        if name and name not in fields:
            return _error(f"(#100) Tried accessing nonexisting field ({name})", 100)
    return None


def _insight(row: AdDay, currency: str, fields: Sequence[str]) -> dict[str, Any]:
    """Return a row; every number is a text, and what is zero among the actions is missing."""
    known: dict[str, Any] = {
        "account_currency": currency,
        "date_start": row.day.isoformat(),
        "campaign_id": row.campaign_id,
        "campaign_name": row.campaign,
        "adset_id": row.adset_id,
        "adset_name": row.adset,
        "ad_id": row.ad_id,
        "ad_name": row.ad,
        "spend": str(row.cost),
        "clicks": str(row.clicks),
        "impressions": str(row.impressions),
    }
    if row.conversions:
        known["actions"] = [
            {"action_type": "link_click", "value": str(row.clicks)},
            {"action_type": "purchase", "value": str(row.conversions)},
            {"action_type": "omni_purchase", "value": str(row.conversions)},
        ]
        known["action_values"] = [{"action_type": "omni_purchase", "value": str(row.value)}]
    told = {name: known[name] for name in fields if name in known}
    return {**told, "date_stop": row.day.isoformat()}


def _ad(row: AdDay, links: AdLinks | None) -> dict[str, Any]:
    creative: dict[str, Any] = {"id": f"12{row.ad_id}"}
    if links:
        creative["url_tags"] = links.suffix
        # A boosted post has its link on the page, which shows it to the page's own token alone.
        if links.url:
            creative["object_story_spec"] = {"link_data": {"link": links.url}}
    return {
        "id": row.ad_id,
        "name": row.ad,
        "adset_id": row.adset_id,
        "campaign_id": row.campaign_id,
        "creative": creative,
    }


def _error(message: str, code: int, subcode: int | None = None) -> Response:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    if subcode is not None:
        error["error_subcode"] = subcode
    return json_response({"error": error}, 400)
