"""Microsoft Advertising v13 over REST and its token desk, as specification and documents tell."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from local.storefront.exchange import Response, json_response
from local.vendors.ad_book import AdBook, AdDay, AdLinks
from local.vendors.application import Call, Handler, Meter, VendorApplication

CLIENT_ID, DEVELOPER_TOKEN, CUSTOMER = "microsoft-client", "microsoft-developer-token", "111"
REFRESH_TOKEN = "M.R3-microsoft-refresh-1"  # noqa: S105 - of the server below
_SPECIFIED = {
    name: text.split()
    for name, text in json.loads(
        (Path(__file__).parent / "specs" / "microsoft_ads.json").read_text()
    ).items()
}
_SCOPE = "https://ads.microsoft.com/msads.manage"
_MEMORY = timedelta(days=1095)
_EXPIRED, _INVALID, _DENIED, _RATE, _BAD = 109, 105, 106, 117, 2008


class MicrosoftApplication(VendorApplication):
    """Microsoft Advertising. Each refresh token is good once.

    Attributes:
        looks: how often a report has to be looked after until it is made.
    """

    kind = "microsoft_ads"

    def __init__(self) -> None:
        super().__init__()
        self.book = AdBook()
        self.refresh_token = REFRESH_TOKEN
        self.meter = Meter(600, timedelta(minutes=1))
        self.looks = 2
        self._tokens = 0
        self._expired = 0
        self._reports: dict[str, dict[str, Any]] = {}
        self._looks: dict[str, int] = {}

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the token desk, the customer's accounts, and the reports."""
        return (
            ("POST", "/oauth/token", self._grant),
            ("POST", "/customers/AccountsInfo/Query", self._accounts),
            ("POST", "/customers/Account/Query", self._account),
            ("POST", "/api/GenerateReport/Submit", self._submit),
            ("POST", "/api/GenerateReport/Poll", self._poll),
            ("GET", r"/api/download/(?P<report>\d+)", self._download),
        )

    def expire(self) -> None:
        """Let every access token that was given run out."""
        self._expired = self._tokens

    def unauthorized(self) -> Response:
        """Return the answer to a token that is no good."""
        return _fault(_INVALID, "InvalidCredentials", "Authentication failed.", 401)

    def throttled(self, seconds: float) -> Response:  # noqa: ARG002 - Microsoft does not say
        """Return the answer to too many calls."""
        return _fault(_RATE, "CallRateExceeded", "You have exceeded the number of calls.")

    def _grant(self, call: Call) -> Response:
        asked = dict(parse_qsl(call.request.body.decode()))
        if asked.get("client_id") != CLIENT_ID or _SCOPE not in asked.get("scope", ""):
            return json_response({"error": "invalid_client"}, 401)
        if asked.get("refresh_token") != self.refresh_token:
            told = {"error": "invalid_grant", "error_description": "AADSTS70000: revoked."}
            return json_response(told, 400)
        self._tokens += 1
        self.refresh_token = f"M.R3-microsoft-refresh-{self._tokens + 1}"
        return json_response(
            {
                "token_type": "Bearer",
                "access_token": f"EwB-microsoft-access-{self._tokens}",
                "refresh_token": self.refresh_token,
                "expires_in": 3600,
            }
        )

    def _refusal(self, call: Call) -> Response | None:
        number = call.header("authorization").removeprefix("Bearer EwB-microsoft-access-")
        if not number.isdigit() or not 0 < int(number) <= self._tokens:
            return self.unauthorized()
        if int(number) <= self._expired:
            message = "Authentication token expired."
            return _fault(_EXPIRED, "AuthenticationTokenExpired", message)
        if call.header("developertoken") != DEVELOPER_TOKEN:
            return self.unauthorized()
        if self.meter.take(call.now) is not None:
            return self.throttled(60)
        if "msads.manage" in self.lacks:
            return _fault(_DENIED, "UserIsNotAuthorized", "The user is not authorized.", 403)
        return None

    def _accounts(self, call: Call) -> Response:
        if refusal := self._refusal(call):
            return refusal
        if json.loads(call.request.body).get("CustomerId") != CUSTOMER:
            return _fault(_DENIED, "UserIsNotAuthorized", "The user is not authorized.", 403)
        listed = [{"Id": int(one.id), "Name": one.name} for one in self.book.accounts.values()]
        return json_response({"AccountsInfo": listed})

    def _account(self, call: Call) -> Response:
        if refusal := self._refusal(call):
            return refusal
        account = self.book.accounts[json.loads(call.request.body)["AccountId"]]
        told = {
            "Id": int(account.id),
            "Name": account.name,
            "CurrencyCode": account.currency,
            "TimeZone": "EasternTimeUSCanada",
        }
        return json_response({"Account": told})

    def _submit(self, call: Call) -> Response:
        if refusal := self._refusal(call):
            return refusal
        asked = json.loads(call.request.body).get("ReportRequest", {})
        if fault := self._misuse(asked, call):
            return _fault(_BAD, "InvalidReportRequest", fault)
        number = str(30_000_000_000_000_000 + len(self._reports))
        self._reports[number], self._looks[number] = asked, 0
        return json_response({"ReportRequestId": number})

    def _misuse(self, asked: dict[str, Any], call: Call) -> str:
        """Return what of a report's request breaks the specification."""
        if str(asked.get("Type")) not in _SPECIFIED:
            return "Type: no such report"
        first, last = _days(asked)
        accounts = asked["Scope"]["AccountIds"]
        faults = [
            *_unspecified(asked),
            *(["Time: last before first"] if first > last else []),
            *(["Time: 36 months at most"] if first < call.now.date() - _MEMORY else []),
            *(one for one in accounts if one not in self.book.accounts),
            *(["Scope"] if accounts != [call.header("customeraccountid")] else []),
        ]
        return "; ".join(faults)

    def _poll(self, call: Call) -> Response:
        if refusal := self._refusal(call):
            return refusal
        number = json.loads(call.request.body)["ReportRequestId"]
        self._looks[number] += 1
        status: dict[str, Any] = {"Status": "Pending", "ReportDownloadUrl": None}
        if self._looks[number] >= self.looks:
            status["Status"] = "Success"
            if self._rows(self._reports[number]):
                base = call.request.base_url
                status["ReportDownloadUrl"] = f"{base}/api/download/{number}"
        return json_response({"ReportRequestStatus": status})

    def _download(self, call: Call) -> Response:
        if call.header("authorization") or call.header("developertoken"):
            return Response(400, b"<Error>InvalidAuthenticationInfo</Error>", "application/xml")
        asked = self._reports[call.ids["report"]]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, asked["Columns"], quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(self._rows(asked))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("report.csv", text.getvalue().encode("utf-8-sig"))
        return Response(200, packed.getvalue(), "application/zip")

    def _rows(self, asked: dict[str, Any]) -> list[dict[str, str]]:
        [account] = asked["Scope"]["AccountIds"]
        rows = self.book.rows(account, *_days(asked))
        currency, columns = self.book.accounts[account].currency, asked["Columns"]
        if asked["Type"] == "AdPerformanceReportRequest":
            groups = [[row] for row in rows if row.ad_id]
        else:
            totals: dict[tuple[date, str], list[AdDay]] = {}
            for row in rows:
                totals.setdefault((row.day, row.campaign_id), []).append(row)
            groups = list(totals.values())
        told = []
        for group in groups:
            links = self.book.links.get((account, group[0].ad_id), AdLinks())
            known = _columns(group, currency, links)
            told.append({name: known[name] for name in columns})
        if self.repeats_edges and told:
            told.append(told[-1])
        return told


def _unspecified(asked: dict[str, Any]) -> list[str]:
    """Return what of a report's request its specification does not have."""
    kind = asked["Type"]
    fields = {part.partition(":")[0] for part in _SPECIFIED[kind]}
    columns = _SPECIFIED[kind.replace("Request", "Column")]
    chosen = {
        "ReportAggregation": asked["Aggregation"],
        "ReportFormat": asked["Format"],
        "ReportTimeZone": asked["Time"]["ReportTimeZone"],
    }
    return [
        *(name for name in asked if name not in fields),
        *(f"Columns: {name}" for name in asked["Columns"] if name not in columns),
        *(f"{name}: {one}" for name, one in chosen.items() if one not in _SPECIFIED[name]),
    ]


def _columns(rows: Sequence[AdDay], currency: str, links: AdLinks) -> dict[str, str]:
    first = rows[0]
    return {
        "TimePeriod": first.day.isoformat(),
        "CurrencyCode": currency,
        "CampaignId": first.campaign_id,
        "CampaignName": first.campaign,
        "AdGroupId": first.adset_id,
        "AdGroupName": first.adset,
        "AdId": first.ad_id,
        "AdTitle": first.ad,
        "FinalUrl": links.url,
        "TrackingTemplate": links.template,
        "FinalUrlSuffix": links.suffix,
        "CustomParameters": "",
        "Impressions": str(sum(row.impressions for row in rows)),
        "Clicks": str(sum(row.clicks for row in rows)),
        "Spend": str(sum((row.cost for row in rows), Decimal())),
        "Conversions": str(sum((row.conversions for row in rows), Decimal())),
        "Revenue": str(sum((row.value for row in rows), Decimal())),
    }


def _days(asked: dict[str, Any]) -> tuple[date, date]:
    start, end = (asked["Time"][f"CustomDateRange{name}"] for name in ("Start", "End"))
    return tuple(date(one["Year"], one["Month"], one["Day"]) for one in (start, end))  # type: ignore[return-value]


def _fault(code: int, name: str, message: str, status: int = 400) -> Response:
    error = {"Code": code, "ErrorCode": name, "Message": message, "Detail": None}
    fault = {"TrackingId": "5f0c9ae1", "Type": "AdApiFaultDetail", "Errors": [error]}
    return json_response(fault, status)
