"""TikTok Ads, Marketing API v1.3: every answer is a 200, and its code says what it means."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from itertools import batched
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from headwater.adapters.connectors.auth import StaticHeaders
from headwater.adapters.connectors.classify import by_status, excerpt
from headwater.adapters.connectors.client import VendorClient
from headwater.adapters.connectors.exchange import Ask, at
from headwater.adapters.connectors.listing import Listing, VendorModel, read_page, read_pages
from headwater.adapters.connectors.vendor import Vendor
from headwater.adapters.connectors.vendors.tiktok_links import PAGES, TikTokLinks, read_links
from headwater.domain.costs import CostRow
from headwater.errors import (
    CredentialsRejectedError,
    HeadwaterError,
    MalformedAnswerError,
    MissingScopeError,
    RateLimitedError,
    RequestRejectedError,
    StoreUnavailableError,
)
from headwater.usecases.connectors import tiktok_ads as kind
from headwater.usecases.ports import AdAccount
from headwater.usecases.ports.connectors import CostPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headwater.adapters.connectors.caller import Caller
    from headwater.adapters.connectors.exchange import Answer
    from headwater.usecases.check_store import Permission

# Code → what it means; any other one says that we ask wrongly.
_CODES: dict[int, type[HeadwaterError]] = {
    **dict.fromkeys((40016, 40100, 40133), RateLimitedError),
    **dict.fromkeys((40101, 40102, 40104, 40105, 40110, 40113), CredentialsRejectedError),
    **dict.fromkeys((40700, 50000, 50002), StoreUnavailableError),
    40001: MissingScopeError,
}
_ROWS_PER_PAGE = 1000
_ACCOUNTS_AT_ONCE = 100
_METRICS = (
    *("campaign_id", "campaign_name", "adgroup_id", "adgroup_name", "ad_name"),
    *("spend", "clicks", "impressions", "complete_payment", "value_per_complete_payment"),
)


def classify(answer: Answer) -> HeadwaterError | None:
    """Return what an answer's code says; a status other than 200 is a gateway's."""
    if error := by_status(answer):
        return error
    code = at(answer.said(), "code")
    if code == 0:
        return None
    if not isinstance(code, int):
        return MalformedAnswerError(f"{answer.path}: no code in it")
    meant = _CODES.get(code, RequestRejectedError)
    return meant(f"{excerpt(answer)} ({code} on {answer.path})")


def _number(value: object) -> object:
    """Return a number as TikTok writes it; a dash or nothing stands for none."""
    return "0" if value in {None, "", "-"} else value


type Amount = Annotated[Decimal, BeforeValidator(_number)]
type Count = Annotated[int, BeforeValidator(_number)]


class _Dimensions(VendorModel):
    ad_id: str
    stat_time_day: Annotated[date, BeforeValidator(lambda text: str(text)[:10])]


class _Metrics(VendorModel):
    campaign_id: str = ""
    campaign_name: str = ""
    adgroup_id: str = ""
    adgroup_name: str = ""
    ad_name: str = ""
    spend: Amount
    clicks: Count = 0
    impressions: Count = 0
    complete_payment: Amount = Decimal(0)
    value_per_complete_payment: Amount = Decimal(0)


class _ReportRow(VendorModel):
    dimensions: _Dimensions
    metrics: _Metrics


class _Authorized(VendorModel):
    advertiser_id: str
    advertiser_name: str = ""


class _Advertiser(VendorModel):
    advertiser_id: str
    name: str = ""
    currency: str = ""
    zone: str = Field("", validation_alias="timezone")


class TikTokAds(VendorClient):
    """The port ``AdPlatform`` on TikTok."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self._links: dict[str, TikTokLinks] = {}

    def try_permission(self, permission: Permission) -> bool:
        """Make the call that needs a permission; False without an ad account to try it on."""
        authorized = self._authorized()
        if not authorized:
            return False
        first = authorized[0].advertiser_id
        if permission is kind.ADVERTISERS:
            self._described([first])
        elif permission is kind.ADS:
            self._caller.call(Ask("/ad/get/", {"advertiser_id": first, "page_size": 1}))
        else:
            today = self.now().date()
            read_page(self._caller, _report(first, today, today, size=1))
        return True

    def ad_accounts(self) -> Sequence[AdAccount]:
        """Return the advertisers that have authorized the app."""
        ids = sorted(one.advertiser_id for one in self._authorized())
        found: list[AdAccount] = []
        for some in batched(ids, _ACCOUNTS_AT_ONCE):
            found += self._described(list(some))
        return found

    def costs(self, ad_account: AdAccount, first: date, last: date) -> Iterator[CostPage]:
        """Yield the report of all ads by day."""
        links = self._links_of(ad_account.id)
        for page in read_pages(self._caller, _report(ad_account.id, first, last)):
            rows = tuple(_cost(row, ad_account, links) for row in page.rows)
            yield CostPage(rows, page.rejected, page.raw)

    def _links_of(self, advertiser: str) -> TikTokLinks:
        if advertiser not in self._links:
            self._links[advertiser] = read_links(self._caller, advertiser)
        return self._links[advertiser]

    def _authorized(self) -> Sequence[_Authorized]:
        known = self._caller.credentials
        app = {"app_id": known["app_id"], "secret": known["secret"]}
        ask = Ask("/oauth2/advertiser/get/", app)
        return read_page(self._caller, Listing(ask, _Authorized, ("data", "list"))).rows

    def _described(self, ids: list[str]) -> list[AdAccount]:
        fields = ["advertiser_id", "name", "currency", "timezone"]
        query = {"advertiser_ids": json.dumps(ids), "fields": json.dumps(fields)}
        listing = Listing(Ask("/advertiser/info/", query), _Advertiser, ("data", "list"))
        return [
            AdAccount(one.advertiser_id, one.name, one.currency, one.zone)
            for one in read_page(self._caller, listing).rows
        ]


def _report(
    advertiser: str, first: date, last: date, size: int = _ROWS_PER_PAGE
) -> Listing[_ReportRow]:
    query: dict[str, str | int] = {
        "advertiser_id": advertiser,
        "service_type": "AUCTION",
        "report_type": "BASIC",
        "data_level": "AUCTION_AD",
        "dimensions": json.dumps(["ad_id", "stat_time_day"]),
        "metrics": json.dumps(_METRICS),
        "start_date": first.isoformat(),
        "end_date": last.isoformat(),
        "page_size": size,
    }
    return Listing(Ask("/report/integrated/get/", query), _ReportRow, ("data", "list"), PAGES)


def _cost(row: _ReportRow, ad_account: AdAccount, links: TikTokLinks) -> CostRow:
    said, ad_id = row.metrics, row.dimensions.ad_id
    macros = {
        "__CAMPAIGN_ID__": said.campaign_id,
        "__CAMPAIGN_NAME__": said.campaign_name,
        "__AID__": said.adgroup_id,
        "__AID_NAME__": said.adgroup_name,
        "__CID__": ad_id,
        "__CID_NAME__": said.ad_name,
    }
    return CostRow(
        day=row.dimensions.stat_time_day,
        platform=kind.TIKTOK_ADS.platform,
        ad_account=ad_account.id,
        currency=ad_account.currency,
        cost=said.spend,
        clicks=said.clicks,
        impressions=said.impressions,
        conversions=said.complete_payment,
        value=said.complete_payment * said.value_per_complete_payment,
        campaign_id=said.campaign_id,
        campaign=said.campaign_name,
        adset_id=said.adgroup_id,
        adset=said.adgroup_name,
        ad_id=ad_id,
        ad=said.ad_name,
        **links.utm_of(ad_id, said.adgroup_id, macros),
    )


TIKTOK_ADS = Vendor(
    kind=kind.TIKTOK_ADS.kind,
    title=kind.TIKTOK_ADS.title,
    hosts={"api": "https://business-api.tiktok.com/open_api/v1.3"},
    auth=StaticHeaders({"Access-Token": "{access_token}"}),
    client=TikTokAds,
    secrets=kind.TIKTOK_ADS.secrets,
    classify=classify,
    shortest_gap=0.1,
)
