"""An ad platform in the suite: records are ads' days, and a pull is one of ad cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, overload

from headwater.usecases.connectors import AD_COST
from headwater.usecases.cost_pull import CostPorts
from headwater.usecases.pull_ad_costs import pull_ad_costs
from local.vendors.ad_book import AdBook, AdDay, BookAccount
from tests.fakes import FakeCosts
from tests.integration.connectors.world import ACCOUNT, SLICE, Memory, World

if TYPE_CHECKING:
    from headwater.domain.costs import CostRow

AD_ACCOUNT = "7000000000000000001"
TODAY = date(2026, 11, 21)
# Above 2^53, so that a float would lose its last digits.
_FIRST_AD = 18_000_000_000_000_001


def ad_day(number: int, day: date = TODAY) -> AdDay:
    """Return what the n-th ad cost on a day; three ads are an ad set, six a campaign."""
    campaign, adset = number // 6, number // 3
    return AdDay(
        day=day,
        campaign_id=str(_FIRST_AD + 10_000_000 + campaign),
        campaign=f"Campaign {campaign}",
        adset_id=str(_FIRST_AD + 20_000_000 + adset),
        adset=f"Set {adset}",
        ad_id=str(_FIRST_AD + number),
        ad=f"Ad {number}",
        cost=Decimal(number + 1) / 100,
        clicks=number,
        impressions=number * 10,
        conversions=Decimal(2),
        value=Decimal("39.90"),
    )


class EndlessRows(Sequence[AdDay]):
    """So many ads on each of some days, made when they are looked at."""

    def __init__(self, ads: int, first: date, last: date) -> None:
        begin = TODAY - timedelta(days=29)
        days = [begin + timedelta(days=n) for n in range(30)]
        self._days = [day for day in days if first <= day <= last]
        self._ads = ads

    def __len__(self) -> int:
        return self._ads * len(self._days)

    @overload
    def __getitem__(self, index: int) -> AdDay: ...

    @overload
    def __getitem__(self, index: slice) -> list[AdDay]: ...

    def __getitem__(self, index: int | slice) -> AdDay | list[AdDay]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        return ad_day(index % self._ads, self._days[index // self._ads])


@dataclass
class EndlessBook(AdBook):
    """A platform with very many ads."""

    ads: int = 0

    def rows(self, account: str, first: date, last: date) -> Sequence[AdDay]:  # noqa: ARG002
        return EndlessRows(self.ads, first, last)


class CountingCosts(FakeCosts):
    """Counts rows and keeps none: what is held in memory is the pull's own."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self.count = 0
        self._memory = memory

    def replace(
        self,
        account: str,  # noqa: ARG002
        platform: str,  # noqa: ARG002
        ad_account: str,  # noqa: ARG002
        load: str,  # noqa: ARG002
        days: Mapping[date, Sequence[CostRow]],
    ) -> int:
        self.count += sum(map(len, days.values()))
        self._memory.look()
        return sum(bool(rows) for rows in days.values())


@dataclass
class AdWorld(World):
    """An ad platform with one ad account."""

    costs: FakeCosts = field(init=False)

    role = AD_COST

    def __post_init__(self) -> None:
        super().__post_init__()
        self.costs = FakeCosts(self.marks, self.clock)
        self.book.open(BookAccount(AD_ACCOUNT, "Harbor Coffee", "USD", "America/New_York"))

    @property
    def book(self) -> AdBook:
        book: AdBook = self.application.book  # type: ignore[attr-defined]  # all ad platforms'
        return book

    def enter(self, count: int) -> None:
        days = [TODAY - timedelta(days=n) for n in range(5)]
        rows = [ad_day(n // len(days), days[n % len(days)]) for n in range(count)]
        self.book.spend(AD_ACCOUNT, rows)

    def enter_endless(self, count: int) -> None:
        endless = EndlessBook(self.book.accounts, ads=-(-count // 30))
        self.application.book = endless  # type: ignore[attr-defined]
        self.costs = CountingCosts(self.memory)
        self.lake.forgets = True

    def restate(self) -> None:
        first, second, *_ = sorted(self.book.all_rows(AD_ACCOUNT), key=lambda row: row.cost)
        self.book.spend(AD_ACCOUNT, [replace(first, cost=Decimal("77.77"))])
        self.book.forget(AD_ACCOUNT, second)

    def pull_all(self) -> None:
        if self.source.pulled_at:
            # A platform that was pulled within the hour is left alone.
            self.clock.advance(timedelta(hours=1))
        super().pull_all()

    def pull(self) -> bool:
        deadline = self.clock.now() + SLICE
        return pull_ad_costs(ACCOUNT, self.run, deadline, ports=self.ports()).more

    def ports(self) -> CostPorts:
        return CostPorts(
            clock=self.clock,
            accounts=self.accounts,
            runs=self.runs,
            connectors=self.connectors(),
            costs=self.costs,
            lake=self.lake,
            token_hex=_Tokens(),
        )

    def kept(self) -> list[str]:
        first, last = TODAY - timedelta(days=1200), TODAY + timedelta(days=60)
        return sorted(_line_of_ours(row) for row in self.costs.on_day(ACCOUNT, first, last))

    def at_vendor(self) -> list[str]:
        return sorted(_line_of_theirs(row) for row in self.book.all_rows(AD_ACCOUNT))

    def count_kept(self) -> int:
        assert isinstance(self.costs, CountingCosts)
        return self.costs.count


class _Tokens:
    """Never gives the same bytes twice."""

    _count = 0

    def __call__(self, size: int) -> str:
        type(self)._count += 1
        return f"{self._count:0{2 * size}x}"


def _line_of_ours(row: CostRow) -> str:
    ids = (row.campaign_id, row.campaign, row.adset_id, row.adset, row.ad_id, row.ad)
    numbers = (row.cost, row.clicks, row.impressions, row.conversions, row.value)
    return _line(row.day, ids, numbers)


def _line_of_theirs(row: AdDay) -> str:
    ids = (row.campaign_id, row.campaign, row.adset_id, row.adset, row.ad_id, row.ad)
    numbers = (row.cost, row.clicks, row.impressions, row.conversions, row.value)
    return _line(row.day, ids, numbers)


def _line(day: date, ids: tuple[str, ...], numbers: tuple[Decimal | int, ...]) -> str:
    return " | ".join((day.isoformat(), *ids, *(f"{Decimal(n):.2f}" for n in numbers)))
