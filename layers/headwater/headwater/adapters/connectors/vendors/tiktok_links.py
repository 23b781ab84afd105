"""Where a TikTok ad leads. Ads of a Smart+ campaign are told of by a resource of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from headwater.adapters.connectors.exchange import Ask
from headwater.adapters.connectors.listing import Listing, VendorModel, read_pages
from headwater.adapters.connectors.paginate import PageNumber
from headwater.domain.ad_links import effective_utm, leading_link
from headwater.errors import MissingScopeError, RequestRejectedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.adapters.connectors.caller import Caller

PAGES = PageNumber("page", ("data", "page_info", "total_page"))
_ADS_PER_PAGE, _SMART_ADS_PER_PAGE = 1000, 100


class _Parameter(VendorModel):
    key: str = ""
    value: str = ""


class _Ad(VendorModel):
    ad_id: str
    landing_page_url: str | None = None
    utm_params: tuple[_Parameter, ...] | None = None


class _Page(VendorModel):
    landing_page_url: str | None = None


class _Configuration(VendorModel):
    utm_params: tuple[_Parameter, ...] | None = None


class _SmartAd(VendorModel):
    smart_plus_ad_id: str
    adgroup_id: str = ""
    landing_page_url_list: tuple[_Page, ...] | None = None
    ad_configuration: _Configuration | None = None


@dataclass(frozen=True, slots=True)
class TikTokLinks:
    """What ads append to their pages: by the ad's id, and by that of a Smart+ ad or its ad group.

    A report calls the ads of a Smart+ campaign by ids of their creatives; they lead where the one
    Smart+ ad of their ad group does.
    """

    ads: Mapping[str, list[str]] = field(default_factory=dict)
    ad_groups: Mapping[str, list[str]] = field(default_factory=dict)

    def utm_of(self, ad: str, ad_group: str, macros: Mapping[str, str]) -> dict[str, str]:
        """Return the utm values that an ad's clicks land with."""
        return effective_utm(self.ads.get(ad) or self.ad_groups.get(ad_group) or (), macros)


def read_links(caller: Caller, advertiser: str) -> TikTokLinks:
    """Return the links of an advertiser's ads; none where the app may not see them."""
    ads = {
        ad.ad_id: parts
        for ad in _rows(caller, "/ad/get/", advertiser, _Ad, _ADS_PER_PAGE)
        if (parts := _parts(ad.landing_page_url, ad.utm_params))
    }
    ad_groups: dict[str, list[str]] = {}
    for smart in _rows(caller, "/smart_plus/ad/get/", advertiser, _SmartAd, _SMART_ADS_PER_PAGE):
        pages = (page.landing_page_url or "" for page in smart.landing_page_url_list or ())
        settings = smart.ad_configuration or _Configuration()
        parts = _parts(leading_link(pages), settings.utm_params)
        ads[smart.smart_plus_ad_id] = parts
        is_first = smart.adgroup_id not in ad_groups
        # Of several ads with other links it is not known which one a creative belongs to.
        known = parts if is_first or ad_groups[smart.adgroup_id] == parts else []
        ad_groups[smart.adgroup_id] = known
    return TikTokLinks(ads, ad_groups)


def _rows[M: VendorModel](
    caller: Caller, path: str, advertiser: str, model: type[M], size: int
) -> list[M]:
    query: dict[str, str | int] = {
        "advertiser_id": advertiser,
        "fields": json.dumps(list(model.model_fields)),
        "page_size": size,
    }
    listing = Listing(Ask(path, query), model, ("data", "list"), PAGES)
    try:
        return [row for page in read_pages(caller, listing) for row in page.rows]
    except (MissingScopeError, RequestRejectedError):
        # Cost comes without links too, and not every app may ask for all kinds of ads.
        return []


def _parts(url: str | None, parameters: tuple[_Parameter, ...] | None) -> list[str]:
    appended = urlencode([(one.key, one.value) for one in parameters or ()])
    return [url or "", appended] if url or appended else []
