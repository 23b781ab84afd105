"""The pull of one ad platform: the days that it may still restate, then its history backwards.

A slice of days is asked for whole, and each of its days is replaced whole: what the platform says
no longer is gone. The bookmark is saved behind the slice, so whatever dies in between, the slice
is only pulled again. A day of which the platform says what is known already is not written.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from headwater.domain.imported_costs import cost_key
from headwater.errors import CredentialsRejectedError, TooMuchDataError
from headwater.usecases.ports import CostBookmark, RejectedRow
from headwater.usecases.source_pull import StoreFailedError, asking_the_store, is_stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from headwater.domain.costs import CostRow
    from headwater.errors import HeadwaterError
    from headwater.usecases.connectors import ConnectorKind
    from headwater.usecases.ports import Accounts, AdAccount, Clock, Costs, Lake, Runs, Source
    from headwater.usecases.ports.connectors import AdPlatform, Connectors

# Rows that are held in memory together; one day's are held whatever they are.
MOST_ROWS = 25_000
# A slice that is twice as long is tried where the last one held less than this part of them.
_ROOM_TO_GROW = 4
# One that is too much is asked for again as so many parts: each attempt is paid for in calls.
_SHRINKS_TO = 4
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CostPorts:
    """What a pull of ad cost needs from the outside world."""

    clock: Clock
    accounts: Accounts
    runs: Runs
    connectors: Connectors
    costs: Costs
    lake: Lake
    token_hex: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class CostCounts:
    """What was pulled. ``more``: it ran out of time, call it again."""

    rows: int = 0
    days_changed: int = 0
    rejected: int = 0
    more: bool = False


class CostPull:
    """The pull of one source of ad cost in one run, from its bookmarks onward."""

    def __init__(
        self,
        account: str,
        source: Source,
        kind: ConnectorKind,
        deadline: datetime,
        ports: CostPorts,
        *,
        run: str,
    ) -> None:
        self.pulled = CostCounts()
        self.failure: HeadwaterError | None = None
        self._account = account
        self._source = source
        self._kind = kind
        self._deadline = deadline
        self._ports = ports
        self._run = run
        self._slice = kind.longest_slice
        self._bookmarks = {one.ad_account: one for one in source.cost_bookmarks}

    def go_on(self) -> None:
        """Pull each chosen ad account; one that fails stops no other.

        ``failure`` is the first error. Credentials that are rejected end it at once.
        """
        try:
            with asking_the_store():
                platform: AdPlatform = self._ports.connectors.open(self._source)
        except StoreFailedError as failure:
            self.failure = failure.error
            return
        for ad_account in self._source.ad_accounts:
            if self._is_over():
                return
            try:
                self._pull_account(platform, ad_account)
            except StoreFailedError as failure:
                self.failure = self.failure or failure.error
                if isinstance(failure.error, CredentialsRejectedError):
                    return

    def _is_over(self) -> bool:
        """Tell whether the time is up, or somebody has paused the source."""
        if self._ports.clock.now() >= self._deadline:
            self.pulled = replace(self.pulled, more=True)
            return True
        return is_stopped(self._account, self._source.source, self._ports.accounts)

    def _pull_account(self, platform: AdPlatform, ad_account: AdAccount) -> None:
        mark = self._bookmarks.get(ad_account.id) or CostBookmark(ad_account.id)
        self._slice = mark.slice_days or self._kind.longest_slice
        if mark.run != self._run:
            today = _today(platform, ad_account)
            mark = replace(mark, run=self._run, run_from=None, run_through=today)
        mark = self._pull_restated(platform, ad_account, mark)
        if self._kind.click_days:
            mark = self._pull_clicks(platform, ad_account, mark)
        self._pull_history(platform, ad_account, mark)

    def _pull_restated(
        self, platform: AdPlatform, ad_account: AdAccount, mark: CostBookmark
    ) -> CostBookmark:
        """Pull what may have changed since the last pull; return the bookmark behind it."""
        through = mark.run_through or date.min
        restated = timedelta(days=self._kind.restated_days - 1)
        start = min(through, mark.pulled_through or through) - restated
        end = mark.run_from - _DAY if mark.run_from else through
        while end >= start:
            if self._is_over():
                return mark
            first = self._take(platform, ad_account, max(start, end - self._span), end)
            mark = self._save(replace(mark, run_from=first))
            end = first - _DAY
        if mark.pulled_through == through and mark.history_from:
            return mark
        return self._save(
            replace(mark, pulled_through=through, history_from=mark.history_from or start)
        )

    def _pull_clicks(
        self, platform: AdPlatform, ad_account: AdAccount, mark: CostBookmark
    ) -> CostBookmark:
        """Pull which ads the clicks came from, day by day; one that is not over comes again."""
        through = mark.run_through or date.min
        first = through - timedelta(days=self._kind.click_days - 1)
        day = max(first, mark.clicks_through + _DAY) if mark.clicks_through else first
        while day <= through and not self._is_over():
            with asking_the_store():
                clicks = platform.clicks(ad_account, day)
            self._ports.costs.add_clicks(self._account, clicks)
            if day < through:
                mark = self._save(replace(mark, clicks_through=day))
            day += _DAY
        return mark

    def _pull_history(
        self, platform: AdPlatform, ad_account: AdAccount, mark: CostBookmark
    ) -> None:
        """Pull what lies before, back to where the platform's memory ends."""
        while mark.history_from and not mark.is_history_complete and not self._is_over():
            oldest = (mark.run_through or date.max) - timedelta(days=self._kind.history_days)
            end = mark.history_from - _DAY
            if end < oldest:
                mark = self._save(replace(mark, is_history_complete=True))
                return
            first = self._take(platform, ad_account, max(oldest, end - self._span), end)
            mark = self._save(replace(mark, history_from=first))

    @property
    def _span(self) -> timedelta:
        return timedelta(days=self._slice - 1)

    def _take(self, platform: AdPlatform, ad_account: AdAccount, first: date, last: date) -> date:
        """Pull the days of a slice, or the last of them where it is too much.

        Returns:
            The first day that is in.
        """
        try:
            with asking_the_store():
                rows, rejected = self._ask(platform, ad_account, first, last)
        except StoreFailedError as failure:
            if not isinstance(failure.error, TooMuchDataError) or first == last:
                raise
            self._slice = max(((last - first).days + 1) // _SHRINKS_TO, 1)
            return self._take(platform, ad_account, last - self._span, last)
        self._keep(ad_account, first, last, rows, rejected)
        if len(rows) < MOST_ROWS // _ROOM_TO_GROW:
            self._slice = min(self._slice * 2, self._kind.longest_slice)
        return first

    def _ask(
        self, platform: AdPlatform, ad_account: AdAccount, first: date, last: date
    ) -> tuple[dict[tuple[object, ...], CostRow], list[RejectedRow]]:
        """Return a slice's rows by their keys: one that stands at the edge of two pages is one."""
        rows: dict[tuple[object, ...], CostRow] = {}
        rejected: list[RejectedRow] = []
        for page in platform.costs(ad_account, first, last):
            self._keep_raw(page.raw)
            rejected += page.rejected
            for row in page.rows:
                if first <= row.day <= last:
                    rows[cost_key(row)] = row
                else:
                    rejected.append(RejectedRow("day: not asked for", row.day.isoformat()))
            if len(rows) > MOST_ROWS and first < last:
                message = f"more than {MOST_ROWS:,} rows from {first} to {last}"
                raise TooMuchDataError(message)
        return rows, rejected

    def _keep_raw(self, raw: bytes) -> None:
        source = self._source
        if raw:
            self._ports.lake.keep_raw_page(self._account, source.source, raw, source.kind)

    def _keep(
        self,
        ad_account: AdAccount,
        first: date,
        last: date,
        rows: dict[tuple[object, ...], CostRow],
        rejected: list[RejectedRow],
    ) -> None:
        by_day: defaultdict[date, list[CostRow]] = defaultdict(list)
        for row in rows.values():
            by_day[row.day].append(row)
        changed = self._replace(ad_account.id, _days(first, last), by_day)
        now = self._ports.clock.now()
        self._ports.lake.keep_rejected(self._account, now.date(), rejected)
        self.pulled = replace(
            self.pulled,
            rows=self.pulled.rows + len(rows),
            days_changed=self.pulled.days_changed + changed,
            rejected=self.pulled.rejected + len(rejected),
        )

    def _replace(
        self, ad_account: str, days: Iterable[date], rows: defaultdict[date, list[CostRow]]
    ) -> int:
        """Replace days whole; return how many were different."""
        load = f"pull-{self._ports.clock.now():%Y%m%dT%H%M%SZ}-{self._ports.token_hex(4)}"
        by_day = {day: rows[day] for day in days}
        return self._ports.costs.replace(
            self._account, self._kind.platform, ad_account, load, by_day
        )

    def _save(self, mark: CostBookmark) -> CostBookmark:
        mark = replace(mark, slice_days=self._slice)
        self._bookmarks[mark.ad_account] = mark
        self._ports.accounts.change_source(
            self._account, self._source.source, cost_bookmarks=tuple(self._bookmarks.values())
        )
        return mark


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _today(platform: AdPlatform, ad_account: AdAccount) -> date:
    """Return the day that it is for an ad account, by the platform's clock if that is behind ours.

    A zone that we do not know is taken for UTC: the day more or less is pulled again tomorrow.
    """
    with asking_the_store():
        now = platform.now()
    try:
        return now.astimezone(ZoneInfo(ad_account.time_zone or "UTC")).date()
    except (ZoneInfoNotFoundError, ValueError):
        return now.date()
