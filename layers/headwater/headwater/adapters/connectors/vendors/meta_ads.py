"""Meta Ads, Graph API v26.0: insights at once, or as a report where they are too many."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.adapters.connectors.auth import StaticHeaders
from headwater.adapters.connectors.classify import by_status, duration, excerpt
from headwater.adapters.connectors.client import VendorClient
from headwater.adapters.connectors.exchange import Ask, at
from headwater.adapters.connectors.jobs import await_job
from headwater.adapters.connectors.listing import Listing, VendorModel, read_pages
from headwater.adapters.connectors.paginate import NextUrl
from headwater.adapters.connectors.vendor import Vendor
from headwater.adapters.connectors.vendors.meta_links import Creative, utm_of
from headwater.domain.costs import CostRow
from headwater.errors import (
    CredentialsRejectedError,
    HeadwaterError,
    MissingScopeError,
    RateLimitedError,
    RequestRejectedError,
    StoreUnavailableError,
    TooMuchDataError,
)
from headwater.usecases.connectors import meta_ads as kind
from headwater.usecases.ports import AdAccount
from headwater.usecases.ports.connectors import CostPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headwater.adapters.connectors.caller import Caller
    from headwater.adapters.connectors.exchange import Answer
    from headwater.usecases.check_store import Permission

_THROTTLED = frozenset({4, 17, 32, 613, 80000, 80003, 80004, 80014})
_REJECTED = frozenset({102, 190})
_FORBIDDEN = frozenset({10, *range(200, 300)})
_PASSING = frozenset({1, 2})
# (code, subcode): the report is too large to be made at once.
_TOO_MUCH = frozenset({(100, 1487534), (100, 1504018), (2, 1504038)})
# Subcodes of a report that was asked for too soon after it was ordered.
_TOO_SOON = frozenset({33, 99})
_BUSY, _PAUSE = 90, 60.0
_ROWS_PER_PAGE = 500
_ADS_PER_PAGE = 100
_FIELDS = (
    *("account_currency", "date_start", "campaign_id", "campaign_name", "adset_id", "adset_name"),
    *("ad_id", "ad_name", "spend", "clicks", "impressions", "actions", "action_values"),
)
# How a purchase is called, the most comprehensive first: of several the first one counts.
_PURCHASES = ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase")
_AD_FIELDS = (
    "id,name,adset_id,campaign_id,"
    "creative{id,url_tags,link_url,object_url,template_url,object_story_spec,asset_feed_spec}"
)
_PAGING = NextUrl(("paging", "next"))


def classify(answer: Answer) -> HeadwaterError | None:
    """Return what an answer's error says; its code tells more than its status."""
    error = at(answer.said(), "error")
    if not isinstance(error, dict):
        return by_status(answer)
    code, subcode = error.get("code"), error.get("error_subcode")
    reason = f"{excerpt(answer)} ({code}/{subcode} on {answer.path})"
    if (code, subcode) in _TOO_MUCH:
        return TooMuchDataError(reason)
    if code in _THROTTLED:
        return RateLimitedError(reason, _asked_to_wait(answer))
    if code in _REJECTED:
        return CredentialsRejectedError(reason)
    return _other_error(code, subcode, reason, is_transient=error.get("is_transient") is True)


def _other_error(
    code: object, subcode: object, reason: str, *, is_transient: bool
) -> HeadwaterError:
    if code in _FORBIDDEN:
        return MissingScopeError(reason)
    if is_transient or code in _PASSING or subcode in _TOO_SOON:
        return StoreUnavailableError(reason)
    return RequestRejectedError(reason)


def _usages(answer: Answer) -> Iterator[Mapping[str, Any]]:
    """Yield what the headers tell of our use of the API: percentages, and times to wait."""
    for name in ("X-Business-Use-Case-Usage", "X-Ad-Account-Usage", "x-fb-ads-insights-throttle"):
        try:
            told = json.loads(answer.headers.get(name, "{}"))
        except ValueError:
            continue
        groups = [told, *told.values()] if isinstance(told, dict) else []
        for group in groups:
            for one in group if isinstance(group, list) else [group]:
                if isinstance(one, dict):
                    yield one


def _asked_to_wait(answer: Answer) -> float | None:
    minutes = [duration(one.get("estimated_time_to_regain_access")) for one in _usages(answer)]
    seconds = [duration(one.get("reset_time_duration")) for one in _usages(answer)]
    waits = [*(m * 60 for m in minutes if m), *(s for s in seconds if s)]
    return max(waits, default=None)


def pause_after(answer: Answer) -> float:
    """Return how long to stay away where most of our share is used up."""
    percents = ("call_count", "total_cputime", "total_time", "acc_id_util_pct", "app_id_util_pct")
    used = [duration(one.get(name)) or 0 for one in _usages(answer) for name in percents]
    if max(used, default=0) < _BUSY:
        return 0.0
    return _asked_to_wait(answer) or _PAUSE


class _Action(VendorModel):
    action_type: str
    value: Decimal = Decimal(0)


class _Insight(VendorModel):
    account_currency: str = ""
    date_start: date
    campaign_id: str = ""
    campaign_name: str = ""
    adset_id: str = ""
    adset_name: str = ""
    ad_id: str
    ad_name: str = ""
    spend: Decimal
    clicks: int = 0
    impressions: int = 0
    actions: tuple[_Action, ...] = ()
    action_values: tuple[_Action, ...] = ()


class _Account(VendorModel):
    account_id: str
    name: str = ""
    currency: str = ""
    timezone_name: str = ""


class _Ad(VendorModel):
    id: str
    creative: Creative = Creative()


class MetaAds(VendorClient):
    """The port ``AdPlatform`` on Meta."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self._creatives: dict[str, dict[str, Creative]] = {}

    def identity(self) -> str:
        """Return the id of the user whose token it is."""
        return str(at(self._caller.call(self._signed("/me", fields="id")).content(), "id") or "")

    def try_permission(self, permission: Permission) -> bool:  # noqa: ARG002 - there is one
        """List one ad account, which needs ads_read, and a day of its insights."""
        accounts = self.ad_accounts()
        if not accounts:
            return False
        today = self.now().date()
        self._caller.call(self._insights(accounts[0].id, today, today))
        return True

    def ad_accounts(self) -> Sequence[AdAccount]:
        """Return the ad accounts that are assigned to the token's user."""
        ask = self._signed(
            "/me/adaccounts", fields="account_id,name,currency,timezone_name", limit=100
        )
        pages = read_pages(self._caller, Listing(ask, _Account, ("data",), _PAGING))
        found = {one.account_id: one for page in pages for one in page.rows}
        return [
            AdAccount(id, one.name, one.currency, one.timezone_name)
            for id, one in sorted(found.items())  # noqa: A001 - as the model calls it
        ]

    def costs(self, ad_account: AdAccount, first: date, last: date) -> Iterator[CostPage]:
        """Yield the insights of all ads by day."""
        links = self._links(ad_account.id)
        ask = self._insights(ad_account.id, first, last)
        try:
            yield from self._pages(ask, ad_account, links)
        except TooMuchDataError:
            yield from self._pages(self._report(ask), ad_account, links)

    def _pages(
        self, ask: Ask, ad_account: AdAccount, links: Mapping[str, Creative]
    ) -> Iterator[CostPage]:
        for page in read_pages(self._caller, Listing(ask, _Insight, ("data",), _PAGING)):
            rows = tuple(_cost(row, ad_account, links.get(row.ad_id)) for row in page.rows)
            yield CostPage(rows, page.rejected, page.raw)

    def _report(self, ask: Ask) -> Ask:
        """Have the insights made as a report; return the request for its rows."""
        form = {name: str(value) for name, value in ask.query.items()}
        ordered = self._caller.call(Ask(ask.path, method="POST", form=form)).content()
        run = str(at(ordered, "report_run_id"))

        def look() -> str | None:
            told = self._caller.call(self._signed(f"/{run}")).content()
            status = at(told, "async_status")
            if status in {"Job Failed", "Job Skipped"}:
                message = f"the report failed: {at(told, 'error_message') or status}"
                raise TooMuchDataError(message)
            return run if status == "Job Completed" else None

        await_job(self._caller, look)
        return self._signed(f"/{run}/insights", limit=_ROWS_PER_PAGE)

    def _insights(self, account: str, first: date, last: date) -> Ask:
        span = json.dumps({"since": first.isoformat(), "until": last.isoformat()})
        return self._signed(
            f"/act_{account}/insights",
            level="ad",
            time_increment=1,
            time_range=span,
            fields=",".join(_FIELDS),
            limit=_ROWS_PER_PAGE,
        )

    def _links(self, account: str) -> Mapping[str, Creative]:
        """Return what each ad's clicks bring along, asked for once."""
        if account not in self._creatives:
            ask = self._signed(f"/act_{account}/ads", fields=_AD_FIELDS, limit=_ADS_PER_PAGE)
            pages = read_pages(self._caller, Listing(ask, _Ad, ("data",), _PAGING))
            self._creatives[account] = {ad.id: ad.creative for page in pages for ad in page.rows}
        return self._creatives[account]

    def _signed(self, path: str, **query: str | int) -> Ask:
        """Return a request, with the proof that we know the app's secret where it is given."""
        known = self._caller.credentials
        if secret := known.get("app_secret"):
            token = known["access_token"].encode()
            proof = hmac.new(secret.encode(), token, hashlib.sha256).hexdigest()
            query = {**query, "appsecret_proof": proof}
        return Ask(path, query)


def _cost(row: _Insight, ad_account: AdAccount, creative: Creative | None) -> CostRow:
    macros = {
        "{{campaign.id}}": row.campaign_id,
        "{{campaign.name}}": row.campaign_name,
        "{{adset.id}}": row.adset_id,
        "{{adset.name}}": row.adset_name,
        "{{ad.id}}": row.ad_id,
        "{{ad.name}}": row.ad_name,
    }
    return CostRow(
        day=row.date_start,
        platform=kind.META_ADS.platform,
        ad_account=ad_account.id,
        currency=row.account_currency or ad_account.currency,
        cost=row.spend,
        clicks=row.clicks,
        impressions=row.impressions,
        conversions=_purchases(row.actions),
        value=_purchases(row.action_values),
        campaign_id=row.campaign_id,
        campaign=row.campaign_name,
        adset_id=row.adset_id,
        adset=row.adset_name,
        ad_id=row.ad_id,
        ad=row.ad_name,
        **(utm_of(creative, macros) if creative else {}),
    )


def _purchases(actions: Sequence[_Action]) -> Decimal:
    by_type = {one.action_type: one.value for one in actions}
    return next((by_type[name] for name in _PURCHASES if name in by_type), Decimal(0))


META_ADS = Vendor(
    kind=kind.META_ADS.kind,
    title=kind.META_ADS.title,
    hosts={"api": "https://graph.facebook.com/v26.0"},
    auth=StaticHeaders({"Authorization": "Bearer {access_token}"}),
    client=MetaAds,
    secrets=kind.META_ADS.secrets,
    classify=classify,
    pause_after=pause_after,
    throttle_gap=60.0,
)
