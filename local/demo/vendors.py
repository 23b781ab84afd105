"""What the shop's vendors know: ads with their cost, links and clicks, and the CRM's contacts."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

from headwater.domain.url_templates import URL_TEMPLATES
from local.demo import crm
from local.demo.campaigns import CAMPAIGNS, Tagging
from local.demo.landings import SHOP_ORIGIN, utm_values
from local.stack import kept_port
from local.vendors import google_ads, klaviyo, meta_ads
from local.vendors.ad_book import AdBook, AdDay, AdLinks, BookAccount
from local.vendors.server import VendorServer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import TracebackType

    from local.demo.ad_costs import AdVisit
    from local.demo.api import ReportsApi
    from local.demo.campaigns import Ad, Campaign
    from local.demo.scenario import Scenario
    from local.vendors.application import VendorApplication

# Platform → the shop's ad account there.
AD_ACCOUNTS = {"google": "1234567890", "facebook": "1002003004005"}
CREDENTIALS = {
    google_ads.GoogleApplication.kind: {
        "client_id": google_ads.CLIENT_ID,
        "client_secret": google_ads.CLIENT_SECRET,
        "refresh_token": google_ads.REFRESH_TOKEN,
    },
    meta_ads.MetaApplication.kind: {"access_token": meta_ads.ACCESS_TOKEN},
    klaviyo.KlaviyoApplication.kind: {"api_key": klaviyo.API_KEY},
}


class Vendors:
    """Google Ads, Meta Ads and Klaviyo on this machine; they listen while their block runs.

    ``urls`` are where each kind listens.

    Args:
        folder: where each one's port is kept, so that it stays the same.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running = ExitStack()
        self.urls: dict[str, str] = {}
        self._google = google_ads.GoogleApplication()
        self._meta = meta_ads.MetaApplication()
        self._klaviyo = klaviyo.KlaviyoApplication()

    def __enter__(self) -> Self:
        """Start to listen."""
        for application in (self._google, self._meta, self._klaviyo):
            self._start(application)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self._running.close()

    def fill(self, scenario: Scenario) -> None:
        """Let them know what they know of the scenario."""
        for platform, book in (("google", self._google.book), ("facebook", self._meta.book)):
            fill_book(book, platform, scenario.spending.rows[platform])
        for click in scenario.spending.clicks:
            clicks = self._google.clicks.setdefault((AD_ACCOUNTS["google"], click.day), [])
            clicks.append((click.click_id, _clicked(click)))
        crm.fill(self._klaviyo.book, scenario.lead_rows)

    def connect(self, api: ReportsApi) -> None:
        """Connect all of them as a merchant does; the next run pulls them."""
        for kind, credentials in CREDENTIALS.items():
            body = {"kind": kind, "credentials": credentials, "api_url": self.urls[kind]}
            api.post("/v1/sources", {**body, "pull_now": False})

    def _start(self, application: VendorApplication) -> None:
        port_file = self._folder / f"{application.kind}.port"
        server = self._running.enter_context(VendorServer(application, port=kept_port(port_file)))
        port_file.write_text(server.url.rsplit(":", 1)[1])
        self.urls[application.kind] = server.url


def fill_book(book: AdBook, platform: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Enter what ads cost, given as rows of ``POST /v1/costs``, and where they lead."""
    account = AD_ACCOUNTS[platform]
    book.open(BookAccount(account, "Blue Harbor Records"))
    book.spend(account, (_ad_day(row) for row in rows))
    for campaign in CAMPAIGNS:
        for ad in campaign.ads if campaign.platform == platform else ():
            place = ad.ad_id if campaign.reports_ads else campaign.campaign_id
            book.links[account, place] = AdLinks(f"{SHOP_ORIGIN}/", suffix=_tags(campaign, ad))


def _ad_day(row: Mapping[str, Any]) -> AdDay:
    return AdDay(
        date.fromisoformat(row["day"]),
        row["campaign_id"],
        row["campaign"],
        *(row.get("adset_id", ""), row.get("adset", "")),
        *(row.get("ad_id", ""), row.get("ad", "")),
        cost=Decimal(row["cost"]),
        clicks=row["clicks"],
        impressions=row["impressions"],
        conversions=Decimal(row["conversions"]),
        value=Decimal(row["value"]),
    )


def _clicked(click: AdVisit) -> AdDay:
    campaign, ad = click.campaign, click.ad
    of_ad = (ad.adset_id, ad.adset, ad.ad_id, ad.ad) if campaign.reports_ads else ("",) * 4
    return AdDay(click.day, campaign.campaign_id, campaign.name, *of_ad, cost=Decimal(0))


def _tags(campaign: Campaign, ad: Ad) -> str:
    """Return what the shop has the platform append to an ad's link."""
    if campaign.tagging is Tagging.IDS:
        return URL_TEMPLATES[campaign.platform].template
    return urlencode(utm_values(campaign, ad))
