"""What ads cost, as an ad platform keeps it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class AdDay:
    """What one ad cost on one day; without an ad it is the rest of a campaign."""

    day: date
    campaign_id: str
    campaign: str
    adset_id: str
    adset: str
    ad_id: str
    ad: str
    cost: Decimal
    clicks: int = 0
    impressions: int = 0
    conversions: Decimal = Decimal(0)
    value: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class AdLinks:
    """Where an ad leads: its page, and what the platform appends to it."""

    url: str = ""
    template: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class BookAccount:
    """An ad account."""

    id: str
    name: str
    currency: str = "USD"
    time_zone: str = "America/New_York"


@dataclass
class AdBook:
    """The ad accounts of a platform, with all that their ads cost."""

    accounts: dict[str, BookAccount] = field(default_factory=dict)
    _rows: dict[tuple[str, date, str, str], AdDay] = field(default_factory=dict)
    links: dict[tuple[str, str], AdLinks] = field(default_factory=dict)
    """(ad account, id of an ad, or of a campaign with links of its own) → its links."""

    def open(self, account: BookAccount) -> None:
        """Open an ad account."""
        self.accounts[account.id] = account

    def spend(self, account: str, rows: Iterable[AdDay]) -> None:
        """Enter what ads cost; a row of the same ad and day is restated."""
        for row in rows:
            self._rows[account, row.day, row.campaign_id, row.ad_id] = row

    def forget(self, account: str, row: AdDay) -> None:
        """Let a row vanish, as a platform does with clicks that it calls invalid."""
        del self._rows[account, row.day, row.campaign_id, row.ad_id]

    def rename_campaign(self, campaign_id: str, name: str) -> None:
        """Give a campaign another name, under which its past is told from now on too."""
        for key, row in self._rows.items():
            if row.campaign_id == campaign_id:
                self._rows[key] = replace(row, campaign=name)

    def rows(self, account: str, first: date, last: date) -> Sequence[AdDay]:
        """Return an account's rows of some days, by day and ad."""
        return [
            row
            for (owner, day, _, _), row in sorted(self._rows.items(), key=lambda item: item[0])
            if owner == account and first <= day <= last
        ]

    def all_rows(self, account: str) -> Iterator[AdDay]:
        """Yield all rows of an account."""
        return (row for key, row in self._rows.items() if key[0] == account)
