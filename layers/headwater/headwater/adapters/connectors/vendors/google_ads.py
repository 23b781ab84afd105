"""Google Ads API v26: every question is a query, and its answer one streamed array.

Ads do not hold all cost: Performance Max and others have none. What a campaign cost above the sum
of its ads is a row without an ad.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from headwater.adapters.connectors.auth import OAuthRefresh
from headwater.adapters.connectors.client import VendorClient
from headwater.adapters.connectors.exchange import Ask, at
from headwater.adapters.connectors.listing import VendorModel, read_rows
from headwater.adapters.connectors.vendor import Vendor
from headwater.adapters.connectors.vendors.google_errors import classify
from headwater.adapters.connectors.vendors.google_links import GoogleLinks, read_links
from headwater.domain.ad_clicks import AdClick
from headwater.domain.cost_rest import rest_of
from headwater.domain.costs import CostRow
from headwater.errors import MalformedAnswerError, MissingScopeError, TooMuchDataError
from headwater.usecases.connectors import google_ads as kind
from headwater.usecases.ports import AdAccount
from headwater.usecases.ports.connectors import CostPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headwater.adapters.connectors.caller import Caller
    from headwater.usecases.check_store import Permission
    from headwater.usecases.ports import RejectedRow

_MICROS = Decimal(1_000_000)
# A stream comes whole, so what it may hold is bounded by the query.
_MOST_ROWS = 8_000
_METRICS = (
    "metrics.cost_micros, metrics.clicks, metrics.impressions, metrics.conversions, "
    "metrics.conversions_value"
)
_COSTS = (
    "SELECT customer.currency_code, segments.date, campaign.id, campaign.name, ad_group.id, "
    f"ad_group.name, ad_group_ad.ad.id, ad_group_ad.ad.name, {_METRICS} FROM ad_group_ad "
    "WHERE segments.date BETWEEN '{first}' AND '{last}'"
)
_TOTALS = (
    f"SELECT customer.currency_code, segments.date, campaign.id, campaign.name, {_METRICS} "
    "FROM campaign WHERE segments.date BETWEEN '{first}' AND '{last}'"
)
_CLICKS = (
    "SELECT click_view.gclid, click_view.ad_group_ad, campaign.id, ad_group.id, segments.date "
    "FROM click_view WHERE segments.date = '{day}'"
)
_CLIENTS = (
    "SELECT customer_client.id, customer_client.descriptive_name, customer_client.currency_code, "
    "customer_client.time_zone, customer_client.manager, customer_client.status "
    "FROM customer_client WHERE customer_client.level <= 5"
)


class GoogleModel(VendorModel):
    """A part of a row: names in camel case, numbers of 64 bits as texts, zeros left out."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class _Named(GoogleModel):
    id: str = ""
    name: str = ""


class _AdGroupAd(GoogleModel):
    ad: _Named = _Named()


class _Segments(GoogleModel):
    date: date


class _Customer(GoogleModel):
    currency_code: str = ""


class _Metrics(GoogleModel):
    cost_micros: Decimal = Decimal(0)
    clicks: int = 0
    impressions: int = 0
    conversions: Decimal = Decimal(0)
    conversions_value: Decimal = Decimal(0)


class _CostRow(GoogleModel):
    segments: _Segments
    customer: _Customer = _Customer()
    campaign: _Named
    ad_group: _Named = _Named()
    ad_group_ad: _AdGroupAd = _AdGroupAd()
    metrics: _Metrics = _Metrics()


class _Client(GoogleModel):
    id: str
    descriptive_name: str = ""
    currency_code: str = ""
    time_zone: str = ""
    manager: bool = False
    status: str = ""


class _ClientRow(GoogleModel):
    customer_client: _Client


class _ClickView(GoogleModel):
    gclid: str = ""
    ad_group_ad: str = ""


class _ClickRow(GoogleModel):
    click_view: _ClickView
    campaign: _Named
    ad_group: _Named = _Named()


class GoogleAds(VendorClient):
    """The port ``AdPlatform`` on Google."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self._links: dict[str, GoogleLinks] = {}
        self._listed: dict[str, AdAccount] = {}

    def try_permission(self, permission: Permission) -> bool:  # noqa: ARG002 - there is one
        """List the ad accounts, and look at a day of one."""
        accounts = self.ad_accounts()
        if not accounts:
            return False
        today = self.now().date().isoformat()
        query = f"{_TOTALS.format(first=today, last=today)} LIMIT 1"
        self._ask(accounts[0], query)
        return True

    def ad_accounts(self) -> Sequence[AdAccount]:
        """Return all ad accounts that the user reaches, by himself or through a manager."""
        found = self._listed
        for root in () if found else self._roots():
            try:
                clients = self._rows(AdAccount(root, via=root), _CLIENTS, _ClientRow)[0]
            except MissingScopeError:
                # One that was closed, or that he may no longer see, hides no other.
                continue
            for client in (row.customer_client for row in clients):
                if not client.manager and client.status == "ENABLED":
                    found.setdefault(client.id, _ad_account(client, root))
        return [found[one] for one in sorted(found)]

    def costs(self, ad_account: AdAccount, first: date, last: date) -> Iterator[CostPage]:
        """Yield what ads cost by day, then what campaigns cost beside them."""
        links = self._links_of(ad_account)
        of_ads: defaultdict[tuple[str, date], list[CostRow]] = defaultdict(list)
        query = _COSTS.format(first=first, last=last)
        if first < last:
            query += f" LIMIT {_MOST_ROWS + 1}"
        ads, rejected, raw = self._rows(ad_account, query, _CostRow)
        if first < last and len(ads) > _MOST_ROWS:
            message = f"more than {_MOST_ROWS:,} rows from {first} to {last}"
            raise TooMuchDataError(message)
        costs = tuple(_cost(row, ad_account, links) for row in ads)
        for cost in costs:
            of_ads[cost.campaign_id, cost.day].append(cost)
        yield CostPage(costs, rejected, raw)
        query = _TOTALS.format(first=first, last=last)
        campaigns, rejected, raw = self._rows(ad_account, query, _CostRow)
        totals = (_cost(row, ad_account, links) for row in campaigns)
        rest = (rest_of(total, of_ads[total.campaign_id, total.day]) for total in totals)
        yield CostPage(tuple(row for row in rest if row), rejected, raw)

    def clicks(self, ad_account: AdAccount, day: date) -> Sequence[AdClick]:
        """Return which ad each click of a day came from."""
        rows, _, _ = self._rows(ad_account, _CLICKS.format(day=day), _ClickRow)
        return [
            AdClick(
                kind.GOOGLE_ADS.platform,
                row.click_view.gclid,
                day,
                row.campaign.id,
                row.ad_group.id,
                # customers/123/adGroupAds/222~333
                row.click_view.ad_group_ad.rpartition("~")[2],
            )
            for row in rows
            if row.click_view.gclid
        ]

    def _roots(self) -> Sequence[str]:
        """Return the accounts to begin with: the manager that is given, or all of the user."""
        if manager := self._caller.credentials.get("login_customer_id"):
            return [manager.replace("-", "")]
        answer = self._caller.call(Ask("/customers:listAccessibleCustomers"))
        names = at(answer.content(), "resourceNames") or []
        return [str(name).rpartition("/")[2] for name in names]

    def _links_of(self, ad_account: AdAccount) -> GoogleLinks:
        if ad_account.id not in self._links:
            self._links[ad_account.id] = read_links(
                lambda query: self._found(self._ask(ad_account, query)[0])
            )
        return self._links[ad_account.id]

    def _rows[M: GoogleModel](
        self, ad_account: AdAccount, query: str, model: type[M]
    ) -> tuple[tuple[M, ...], tuple[RejectedRow, ...], bytes]:
        content, raw = self._ask(ad_account, query)
        return (*read_rows(self._found(content), model), raw)

    def _ask(self, ad_account: AdAccount, query: str) -> tuple[Any, bytes]:
        headers = {"login-customer-id": ad_account.via} if ad_account.via else {}
        path = f"/customers/{ad_account.id}/googleAds:searchStream"
        ask = Ask(path, method="POST", json={"query": query}, headers=headers)
        answer = self._caller.call(ask)
        return answer.content(), answer.body

    @staticmethod
    def _found(content: object) -> list[Any]:
        """Return the rows of all pieces of a stream."""
        if not isinstance(content, list):
            message = "the stream is no array"
            raise MalformedAnswerError(message)
        return [row for piece in content for row in at(piece, "results") or []]


def _ad_account(client: _Client, root: str) -> AdAccount:
    via = "" if client.id == root else root
    zone, currency = client.time_zone, client.currency_code
    return AdAccount(client.id, client.descriptive_name, currency, zone, via)


def _cost(row: _CostRow, ad_account: AdAccount, links: GoogleLinks) -> CostRow:
    metrics, ad = row.metrics, row.ad_group_ad.ad
    return CostRow(
        day=row.segments.date,
        platform=kind.GOOGLE_ADS.platform,
        ad_account=ad_account.id,
        currency=row.customer.currency_code or ad_account.currency,
        cost=metrics.cost_micros / _MICROS,
        clicks=metrics.clicks,
        impressions=metrics.impressions,
        conversions=metrics.conversions,
        value=metrics.conversions_value,
        campaign_id=row.campaign.id,
        campaign=row.campaign.name,
        adset_id=row.ad_group.id,
        adset=row.ad_group.name,
        ad_id=ad.id,
        ad=ad.name,
        **links.utm_of(row.campaign.id, row.ad_group.id, ad.id),
    )


GOOGLE_ADS = Vendor(
    kind=kind.GOOGLE_ADS.kind,
    title=kind.GOOGLE_ADS.title,
    hosts={
        "api": "https://googleads.googleapis.com/v26",
        "oauth": "https://oauth2.googleapis.com",
    },
    auth=OAuthRefresh(
        "/token",
        {"client_id": "{client_id}", "client_secret": "{client_secret}"},
        {
            "Authorization": "Bearer {access_token}",
            "developer-token": "{developer_token}",
        },
    ),
    client=GoogleAds,
    secrets=kind.GOOGLE_ADS.secrets | {"access_token"},
    classify=classify,
    throttle_gap=30.0,
)
