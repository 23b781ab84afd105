"""Microsoft Advertising v13 over REST: reports of ads, and of campaigns for what ads lack."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import batched
from typing import TYPE_CHECKING, Any

from pydantic import Field

from headwater.adapters.connectors.auth import OAuthRefresh
from headwater.adapters.connectors.classify import by_status, excerpt
from headwater.adapters.connectors.client import VendorClient
from headwater.adapters.connectors.exchange import Ask, at
from headwater.adapters.connectors.listing import VendorModel, read_rows
from headwater.adapters.connectors.vendor import Vendor
from headwater.adapters.connectors.vendors.microsoft_report import (
    fetch_report,
    read_report,
    submit_report,
)
from headwater.adapters.connectors.vendors.microsoft_zones import ZONES
from headwater.domain.ad_links import effective_utm
from headwater.domain.cost_rest import rest_of
from headwater.domain.costs import CostRow
from headwater.errors import (
    CredentialsRejectedError,
    HeadwaterError,
    MissingScopeError,
    RateLimitedError,
    RequestRejectedError,
)
from headwater.usecases.connectors import microsoft_ads as kind
from headwater.usecases.ports import AdAccount
from headwater.usecases.ports.connectors import CostPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headwater.adapters.connectors.caller import Caller
    from headwater.adapters.connectors.exchange import Answer
    from headwater.usecases.check_store import Permission

_RATE_EXCEEDED, _CONCURRENT = 117, 207
_WAIT = 60.0
_CODES: dict[int, type[HeadwaterError]] = {
    105: CredentialsRejectedError,
    109: CredentialsRejectedError,
    106: MissingScopeError,
    1001: MissingScopeError,
}
_AMOUNTS = ("Impressions", "Clicks", "Spend", "Conversions", "Revenue")
_LINKS = ("TrackingTemplate", "FinalUrlSuffix", "CustomParameters")
_OF_ADS = (
    *("TimePeriod", "CurrencyCode", "CampaignId", "CampaignName", "AdGroupId", "AdGroupName"),
    *("AdId", "AdTitle", "FinalUrl", *_LINKS, *_AMOUNTS),
)
_OF_CAMPAIGNS = (*("TimePeriod", "CurrencyCode", "CampaignId", "CampaignName", *_LINKS, *_AMOUNTS),)
_ROWS_PER_PAGE = 5_000


def classify(answer: Answer) -> HeadwaterError | None:
    """Return what the codes of a fault say; without any the status counts."""
    if answer.is_good:
        return None
    said = answer.said()
    errors = [*(at(said, "Errors") or []), *(at(said, "OperationErrors") or [])]
    for code in (at(one, "Code") for one in errors):
        reason = f"{excerpt(answer)} ({code} on {answer.path})"
        if code in {_RATE_EXCEEDED, _CONCURRENT}:
            return RateLimitedError(reason, _WAIT)
        return _CODES.get(code, RequestRejectedError)(reason)
    return by_status(answer)


class _Row(VendorModel):
    day: date = Field(validation_alias="TimePeriod")
    currency: str = Field("", validation_alias="CurrencyCode")
    campaign_id: str = Field(validation_alias="CampaignId")
    campaign: str = Field("", validation_alias="CampaignName")
    ad_group_id: str = Field("", validation_alias="AdGroupId")
    ad_group: str = Field("", validation_alias="AdGroupName")
    ad_id: str = Field("", validation_alias="AdId")
    title: str = Field("", validation_alias="AdTitle")
    url: str = Field("", validation_alias="FinalUrl")
    template: str = Field("", validation_alias="TrackingTemplate")
    suffix: str = Field("", validation_alias="FinalUrlSuffix")
    custom: str = Field("", validation_alias="CustomParameters")
    spend: Decimal = Field(validation_alias="Spend")
    clicks: int = Field(validation_alias="Clicks")
    impressions: int = Field(validation_alias="Impressions")
    conversions: Decimal = Field(Decimal(0), validation_alias="Conversions")
    revenue: Decimal = Field(Decimal(0), validation_alias="Revenue")


class MicrosoftAds(VendorClient):
    """The port ``AdPlatform`` on Microsoft Advertising."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self._listed: list[AdAccount] = []

    def try_permission(self, permission: Permission) -> bool:  # noqa: ARG002 - there is one
        """List the ad accounts, and order a report of one; whoever connects waits for no report."""
        accounts = self.ad_accounts()
        if not accounts:
            return False
        today = self.now().date()
        asked = ("CampaignPerformanceReportRequest", _OF_CAMPAIGNS, accounts[0], (today, today))
        submit_report(self._caller, *asked)
        return True

    def ad_accounts(self) -> Sequence[AdAccount]:
        """Return the ad accounts of the customer, asked for once."""
        self._listed = self._listed or self._list()
        return self._listed

    def _list(self) -> list[AdAccount]:
        customer = self._caller.credentials["customer_id"]
        listed = self._manage("/AccountsInfo/Query", {"CustomerId": customer})
        ids = sorted(str(at(one, "Id")) for one in at(listed, "AccountsInfo") or [])
        return [self._described(one) for one in ids]

    def costs(self, ad_account: AdAccount, first: date, last: date) -> Iterator[CostPage]:
        """Yield what ads cost by day, then what campaigns cost beside them."""
        of_ads: defaultdict[tuple[str, date], list[CostRow]] = defaultdict(list)
        report = self._report("AdPerformanceReportRequest", _OF_ADS, ad_account, (first, last))
        for page in _pages(report, ad_account):
            for row in page.rows:
                of_ads[row.campaign_id, row.day].append(row)
            yield page
        report = self._report(
            "CampaignPerformanceReportRequest", _OF_CAMPAIGNS, ad_account, (first, last)
        )
        for page in _pages(report, ad_account):
            rest = (rest_of(row, of_ads[row.campaign_id, row.day]) for row in page.rows)
            yield CostPage(tuple(row for row in rest if row), page.rejected, page.raw)

    def _report(
        self, name: str, columns: Sequence[str], ad_account: AdAccount, days: tuple[date, date]
    ) -> bytes:
        return fetch_report(self._caller, name, columns, ad_account, days)

    def _described(self, account: str) -> AdAccount:
        told = at(self._manage("/Account/Query", {"AccountId": account}), "Account")
        zone = ZONES.get(str(at(told, "TimeZone")), "")
        return AdAccount(
            account, str(at(told, "Name") or ""), str(at(told, "CurrencyCode") or ""), zone
        )

    def _manage(self, path: str, asked: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON value
        ask = Ask(path, method="POST", json=asked, host="customers")
        return self._caller.call(ask).content()


def _pages(report: bytes, ad_account: AdAccount) -> Iterator[CostPage]:
    """Yield a report's rows, so many at once; the first page has the whole as it came."""
    raw = report
    for some in batched(read_report(report), _ROWS_PER_PAGE):
        rows, rejected = read_rows(list(some), _Row)
        yield CostPage(tuple(_cost(row, ad_account) for row in rows), rejected, raw)
        raw = b""


def _cost(row: _Row, ad_account: AdAccount) -> CostRow:
    macros = {"{CampaignId}": row.campaign_id, "{AdGroupId}": row.ad_group_id, "{AdId}": row.ad_id}
    # {_season}=summer;{_code}=NYC
    for pair in row.custom.split(";"):
        name, _, value = pair.strip().partition("=")
        macros[name] = value
    return CostRow(
        day=row.day,
        platform=kind.MICROSOFT_ADS.platform,
        ad_account=ad_account.id,
        currency=row.currency or ad_account.currency,
        cost=row.spend,
        clicks=row.clicks,
        impressions=row.impressions,
        conversions=row.conversions,
        value=row.revenue,
        campaign_id=row.campaign_id,
        campaign=row.campaign,
        adset_id=row.ad_group_id,
        adset=row.ad_group,
        ad_id=row.ad_id,
        ad=row.title,
        **effective_utm([row.url, row.template, row.suffix], macros),
    )


MICROSOFT_ADS = Vendor(
    kind=kind.MICROSOFT_ADS.kind,
    title=kind.MICROSOFT_ADS.title,
    hosts={
        "api": "https://reporting.api.bingads.microsoft.com/Reporting/v13",
        "customers": "https://clientcenter.api.bingads.microsoft.com/CustomerManagement/v13",
        "oauth": "https://login.microsoftonline.com/common/oauth2/v2.0",
    },
    auth=OAuthRefresh(
        "/token",
        {
            "client_id": "{client_id}",
            "client_secret": "{client_secret}",
            "scope": "https://ads.microsoft.com/msads.manage offline_access",
        },
        {
            "Authorization": "Bearer {access_token}",
            "DeveloperToken": "{developer_token}",
            "CustomerId": "{customer_id}",
        },
    ),
    client=MicrosoftAds,
    secrets=kind.MICROSOFT_ADS.secrets | {"access_token"},
    classify=classify,
    throttle_gap=_WAIT,
)
