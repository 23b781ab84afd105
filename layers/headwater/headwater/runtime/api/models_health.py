"""The shapes of the health report."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Day, NextPage, Ratio, with_example
from headwater.runtime.api.models_compared import (
    RangeParameters,
    compared_report,
    compared_row,
)
from headwater.runtime.api.models_reports import Envelope

HealthPart = Literal["windows", "untagged", "landings", "pages", "scripts", "checks"]
Verdict = Literal["healthy", "low", "not_enough_data"]
_WINDOW: dict[str, Any] = {
    "days": 30,
    "orders": 104,
    "orders_seen": 99,
    "orders_seen_share": "0.9519",
    "new_sales": 96,
    "attributed_new_sales": 84,
    "attributed_share": "0.8750",
    "verdict": "healthy",
    "orders_with_conflicting_claims": 0,
    "orders_without_identity": 2,
    "touches": 1204,
    "bot_touches": 77,
}


class HealthParameters(RangeParameters):
    """The question that a report answers, defaults filled in."""

    first: Day = Field(alias="from", description="Thirty days before the end, or earlier.")
    last: Day = Field(alias="to")
    part: HealthPart
    is_partial: bool = Field(description="The range is not over yet.")


class HealthTotals(ApiModel):
    """What to look at first."""

    verdict: Verdict = Field(description="Of the longest window.")
    untagged_clicks: int
    sessions: int
    hits: int = Field(description="Page views of people, on whole UTC days.")
    scripts_missing: int = Field(description="Storefronts that lack the script we put in.")
    checks_failed: int


@compared_row("health", "windows")
class Window(ApiModel):
    """The last days of the range: do sales meet a click?"""

    days: int
    orders: int = Field(description="The store's own, without rebills.")
    orders_seen: int = Field(
        description="Of contacts of whom a visit is known, or claimed by the order page."
    )
    orders_seen_share: Ratio | None
    new_sales: int = Field(description="Those orders without what is pre-tracking.")
    attributed_new_sales: int
    attributed_share: Ratio | None = Field(description="Attribution health.")
    verdict: Verdict = Field(description="Healthy from 60 %; needs thirty new sales.")
    orders_with_conflicting_claims: int
    orders_without_identity: int
    touches: int
    bot_touches: int


@compared_row("health", "untagged")
class UntaggedRow(ApiModel):
    """Paid clicks that land on a page and name no campaign."""

    landing_page: str
    click_id_kind: str
    platform: str
    clicks: int
    last_seen: Day | None
    paste_into: str | None
    template: str | None = Field(description="What gives every click its ad's ids.")


@compared_row("health", "landings")
class LandingRow(ApiModel):
    """Sessions by the type of the page on which they began."""

    page_type: str
    sessions: int
    share: Ratio | None


@compared_row("health", "pages")
class PageRow(ApiModel):
    """Page views by the type of their page: where one is missing, the script is."""

    page_type: str
    hits: int
    share: Ratio | None
    daily_visitors: int = Field(description="Visitors of each day, added up.")
    bot_hits: int


@compared_row("health", "scripts")
class ScriptRow(ApiModel):
    """The tracking script in a storefront, as the last pull before the run found it."""

    source: str
    storefront: str = Field(description="Empty where the store could not be asked.")
    state: Literal["installed", "deleted", "disabled", "refused", "unknown"]
    pages: str
    consent_category: str
    fault: str = Field(description="What is amiss, and what to do about it.")


@compared_row("health", "checks")
class CheckRow(ApiModel):
    """One check of the daily look at the tracking."""

    check: Literal[
        "script",
        "hits",
        "order_page",
        "orders_seen",
        "attribution_7",
        "attribution_30",
        "campaigns",
    ]
    state: Literal["passed", "failed", "not_enough_data"]
    value: str
    cause: str
    fix: str


@compared_report
class HealthReport(Envelope):
    """Whether tracking sees what it should, and what hinders it."""

    model_config = with_example(
        {
            "report": "health",
            "account": "harbor",
            "data_version": "9f2c41d07be3a865",
            "generated_at": "2026-11-21T14:02:11+00:00",
            "as_of": "2026-11-21",
            "history": "complete",
            "time_zone": "America/New_York",
            "currency": "USD",
            "parameters": {
                "from": "2026-10-22",
                "to": "2026-11-20",
                "part": "windows",
                "is_partial": False,
                "compare": None,
            },
            "totals": {
                "verdict": "healthy",
                "untagged_clicks": 12,
                "sessions": 1204,
                "hits": 3310,
                "scripts_missing": 0,
                "checks_failed": 1,
            },
            "rows": [_WINDOW],
            "untagged": [
                {
                    "landing_page": "/mugs/",
                    "click_id_kind": "gclid",
                    "platform": "google",
                    "clicks": 12,
                    "last_seen": "2026-11-19",
                    "paste_into": "Final URL suffix of the account",
                    "template": "utm_source=google&utm_medium=cpc&utm_campaign={campaignid}"
                    "&utm_term={adgroupid}&utm_content={creative}",
                }
            ],
            "landings": [{"page_type": "home", "sessions": 1204, "share": "1.0000"}],
            "pages": [
                {
                    "page_type": "product",
                    "hits": 3310,
                    "share": "1.0000",
                    "daily_visitors": 1190,
                    "bot_hits": 77,
                }
            ],
            "scripts": [
                {
                    "source": "bigcommerce",
                    "storefront": "Harbor Coffee",
                    "state": "installed",
                    "pages": "all_pages",
                    "consent_category": "targeting",
                    "fault": "",
                }
            ],
            "checks": [
                {
                    "check": "campaigns",
                    "state": "failed",
                    "value": "12 clicks",
                    "cause": "Paid clicks name no campaign, so no cost can meet them.",
                    "fix": "Paste the template of the part untagged into the ad platform.",
                }
            ],
            "notes": [],
            "next": None,
        }
    )

    parameters: HealthParameters
    totals: HealthTotals
    rows: (
        list[Window]
        | list[UntaggedRow]
        | list[LandingRow]
        | list[PageRow]
        | list[ScriptRow]
        | list[CheckRow]
    )
    windows: list[Window] = Field(default_factory=list)
    untagged: list[UntaggedRow] = Field(
        default_factory=list, description="500 landing pages at most, the most clicked first."
    )
    landings: list[LandingRow] = Field(default_factory=list)
    pages: list[PageRow] = Field(default_factory=list)
    scripts: list[ScriptRow] = Field(
        default_factory=list, description="Of stores whose script Headwater put in."
    )
    checks: list[CheckRow] = Field(
        default_factory=list, description="What is in order and what is not, and what to do."
    )
    notes: list[str]
    next: NextPage
