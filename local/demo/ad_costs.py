"""What the ads cost, as the platforms would report it: by day lately, by week before that."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.demo.campaigns import CAMPAIGNS, Ad, Campaign, Channel
from local.demo.chance import stream
from local.demo.journeys import RENAMED_BEFORE_END
from local.demo.landings import utm_values
from local.demo.order_plans import ZONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from random import Random

    from local.demo.journeys import Visit

# Platform → ad account of those whose cost is posted; the others are connected.
POSTED = {"microsoft": "F118A2B3", "direct_mail": "print-shop"}
# Google tells so long which ad a click came from.
_CLICK_MEMORY = timedelta(days=89)
ROWS_PER_POST = 1_000
_DAILY = timedelta(days=14)
# Of what an ad costs, this part follows its visits; the rest is spent whether people come or not.
_FOLLOWS_VISITS = Decimal("0.7")
_CENT = Decimal("0.01")
_CLICK_PRICE = Decimal("2.40")
_CONVERSIONS_PER_CLICK = Decimal("0.045")
_VALUE_PER_CONVERSION = 41
_POSTCARD_PRICE = Decimal("0.72")


@dataclass(frozen=True, slots=True)
class _Bucket:
    """A day or a week of cost, dated on its first day."""

    day: date
    days: int


@dataclass(frozen=True, slots=True)
class AdVisit:
    """A visit that came by an ad, and the click id that the platform gave it."""

    day: date
    click_id: str
    campaign: Campaign
    ad: Ad


@dataclass(frozen=True, slots=True)
class Spending:
    """What ads cost by platform, as rows of ``POST /v1/costs``, and what Google's clicks were."""

    rows: dict[str, list[dict[str, Any]]]
    clicks: list[AdVisit]

    def bodies(self, ad_accounts: Mapping[str, str] = POSTED) -> list[dict[str, Any]]:
        """Return the bodies of ``POST /v1/costs`` of some platforms, by their ad accounts.

        One load per ad account and calendar year: a load may cover no more than a year; its last
        post is the complete one.
        """
        days = [row["day"] for rows in self.rows.values() for row in rows]
        first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
        bodies: list[dict[str, Any]] = []
        for platform, account in ad_accounts.items():
            for year in range(first.year, last.year + 1):
                head = {
                    "platform": platform,
                    "ad_account": account,
                    "currency": "USD",
                    "load": f"demo-{year}",
                    "from": max(first, date(year, 1, 1)).isoformat(),
                    "to": min(last, date(year, 12, 31)).isoformat(),
                }
                of_year = [row for row in self.rows[platform] if row["day"].startswith(str(year))]
                bodies += _posts(head, of_year)
        return bodies


def spend(visits: Sequence[Visit], last_day: date, seed: int) -> Spending:
    """Return what the ads of all platforms cost until a day, for the visits that they brought."""
    first_day = min(_day(visit) for visit in visits)
    ledger = _Ledger(visits, list(_buckets(first_day, last_day)), last_day, seed)
    rows: dict[str, list[dict[str, Any]]] = {}
    for campaign in CAMPAIGNS:
        if campaign.platform:
            rows.setdefault(campaign.platform, []).extend(ledger.of_campaign(campaign))
    return Spending(rows, list(_ad_visits(visits, last_day - _CLICK_MEMORY)))


def _ad_visits(visits: Iterable[Visit], first_day: date) -> Iterator[AdVisit]:
    for visit in visits:
        landing = visit.landing
        gclid = landing.marks.get("gclid")
        if gclid and landing.campaign and landing.ad and _day(visit) >= first_day:
            yield AdVisit(_day(visit), gclid, landing.campaign, landing.ad)


def _posts(head: dict[str, Any], rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(rows), ROWS_PER_POST):
        end = start + ROWS_PER_POST
        yield {**head, "complete": end >= len(rows), "rows": rows[start:end]}


class _Ledger:
    """Works out the rows of campaigns from their visits."""

    def __init__(
        self, visits: Iterable[Visit], buckets: Sequence[_Bucket], last_day: date, seed: int
    ) -> None:
        self._buckets = buckets
        self._seed = seed
        self._renamed_on = last_day - RENAMED_BEFORE_END
        bucket_of = {
            bucket.day + timedelta(days=n): bucket.day
            for bucket in buckets
            for n in range(bucket.days)
        }
        self._visits = Counter(
            (visit.landing.ad.ad_id, bucket_of[_day(visit)]) for visit in visits if visit.landing.ad
        )

    def of_campaign(self, campaign: Campaign) -> Iterator[dict[str, Any]]:
        """Yield the rows of each ad of a campaign, by day."""
        for number, ad in enumerate(campaign.ads):
            rng = stream(self._seed, f"cost {ad.ad_id}")
            buckets = [bucket for bucket in self._buckets if self._runs(campaign, number, bucket)]
            base = self._base_per_day(campaign, ad, buckets)
            for bucket in buckets:
                visits = self._visits[ad.ad_id, bucket.day]
                follows = campaign.cost_per_visit * visits * _FOLLOWS_VISITS
                spent = (base * bucket.days + follows) * _about_one(rng)
                yield _row(rng, campaign, ad, bucket.day, spent.quantize(_CENT), visits)

    def _runs(self, campaign: Campaign, number: int, bucket: _Bucket) -> bool:
        """Tell whether an ad runs: with a new name come new ads, and the old ones end."""
        return not campaign.former_name or (bucket.day >= self._renamed_on) == bool(number)

    def _base_per_day(self, campaign: Campaign, ad: Ad, buckets: Sequence[_Bucket]) -> Decimal:
        days = sum(bucket.days for bucket in buckets)
        visits = sum(self._visits[ad.ad_id, bucket.day] for bucket in buckets)
        steady = campaign.cost_per_visit * visits * (1 - _FOLLOWS_VISITS) / days
        return steady + campaign.cost_per_day


def _row(
    rng: Random, campaign: Campaign, ad: Ad, day: date, cost: Decimal, visits: int
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "day": day.isoformat(),
        "cost": str(cost),
        "campaign_id": campaign.campaign_id,
        "campaign": campaign.name,
        **utm_values(campaign, ad),
    }
    if campaign.channel is Channel.DIRECT_MAIL:
        return {**row, "impressions": int(cost / _POSTCARD_PRICE)}
    clicks = max(visits, int(cost / _CLICK_PRICE * _about_one(rng)))
    conversions = (clicks * _CONVERSIONS_PER_CLICK).quantize(_CENT)
    row |= {
        "clicks": clicks,
        "impressions": clicks * rng.randrange(25, 90),
        "conversions": str(conversions),
        "value": str((conversions * _VALUE_PER_CONVERSION).quantize(_CENT)),
    }
    if campaign.reports_ads:
        row |= {"adset_id": ad.adset_id, "adset": ad.adset, "ad_id": ad.ad_id, "ad": ad.ad}
    return row


def _about_one(rng: Random) -> Decimal:
    return Decimal(rng.randrange(80, 121)) / 100


def _buckets(first_day: date, last_day: date) -> Iterator[_Bucket]:
    daily_from = last_day - _DAILY
    day = first_day
    while day <= last_day:
        days = 1 if day >= daily_from else min(7, (daily_from - day).days)
        yield _Bucket(day, days)
        day += timedelta(days=days)


def _day(visit: Visit) -> date:
    return visit.at.astimezone(ZONE).date()
