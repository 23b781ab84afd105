"""What the steps need of the tables that become facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headwater.domain.ad_clicks import AdClick
    from headwater.domain.costs import CostRow
    from headwater.domain.journeys import Identification, OptIn, OrderClaim, Profile, Touchpoint
    from headwater.domain.orders import Order


class Orders(Protocol):
    """The orders as the stores have them now."""

    def upsert(self, account: str, orders: Sequence[Order], fetched_at: datetime) -> int:
        """Write the orders that were read later and are different; return how many that were.

        ``domain.readings`` says which of two was read later.

        Marks both the day an order leaves and the day it enters, before writing.
        """
        ...

    def get(self, account: str, source: str, order_id: str) -> Order | None:
        """Return one order."""
        ...

    def get_many(
        self, account: str, order_keys: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], Order]:
        """Return those of the orders that are stored, by (source, order id)."""
        ...

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[Order]:
        """Return the orders placed on a UTC day, or up to another of its month, in order."""
        ...

    def delete_on(self, account: str, source: str, day: date, last: date | None = None) -> int:
        """Delete a source's orders placed on a UTC day, or up to another of its month.

        Marks the days first; returns how many orders there were.
        """
        ...


class Journeys(Protocol):
    """Touchpoints, identifications, opt-ins, claims, profiles and leads.

    Every ``add`` marks the days that it touches first, writes each item once by its own key, and
    returns how many items were new or changed.
    """

    def add_touchpoints(
        self, account: str, touchpoints: Sequence[Touchpoint], received_at: datetime
    ) -> int:
        """Add touchpoints; hits of one session merge (``domain.journeys.earlier``)."""
        ...

    def add_identifications(
        self, account: str, items: Sequence[Identification], received_at: datetime
    ) -> int:
        """Add identifications, once by (visitor, event)."""
        ...

    def add_opt_ins(self, account: str, items: Sequence[OptIn], received_at: datetime) -> int:
        """Add opt-ins, once by (node, source, id)."""
        ...

    def add_claims(self, account: str, items: Sequence[OrderClaim], received_at: datetime) -> int:
        """Add order claims, once by (order, visitor, event)."""
        ...

    def add_profiles(self, account: str, items: Sequence[Profile], received_at: datetime) -> int:
        """Add profiles; a stored one only gains a phone or an earlier ``created_at``."""
        ...

    def link_leads(
        self, account: str, nodes: Mapping[tuple[str, str], str], received_at: datetime
    ) -> None:
        """Remember which nodes the contact ids (source, id) of CRMs stand for."""
        ...

    def lead_nodes(
        self, account: str, leads: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], str]:
        """Return which nodes contact ids (source, id) stand for; unknown ones are left out."""
        ...

    def touchpoints_on(
        self, account: str, day: date, last: date | None = None
    ) -> Iterator[Touchpoint]:
        """Return the touchpoints of a UTC day, or up to another of its month, in order."""
        ...

    def identifications_on(
        self, account: str, day: date, last: date | None = None
    ) -> Iterator[Identification]:
        """Return the identifications of a UTC day, or up to another of its month, in order."""
        ...

    def opt_ins_on(self, account: str, day: date, last: date | None = None) -> Iterator[OptIn]:
        """Return the opt-ins of a UTC day, or up to another of its month, in order."""
        ...

    def claims_on(self, account: str, day: date, last: date | None = None) -> Iterator[OrderClaim]:
        """Return the claims of a UTC day, or up to another of its month, in order."""
        ...


class Costs(Protocol):
    """Ad cost by day, in loads of which one per (day, platform, ad account) is shown."""

    def add(self, account: str, load: str, rows: Sequence[CostRow]) -> int:
        """Add rows to a load; the same row again replaces itself. Return how many were written."""
        ...

    def complete(
        self, account: str, platform: str, ad_account: str, load: str, days: Collection[date]
    ) -> int:
        """Show this load, and nothing else, on each of its days and on the given ones.

        Marks the days first. Returns how many heads moved.
        """
        ...

    def replace(
        self,
        account: str,
        platform: str,
        ad_account: str,
        load: str,
        days: Mapping[date, Sequence[CostRow]],
    ) -> int:
        """Show these rows, and nothing else, on some days of an ad account.

        A day that shows them already is left alone; else it is marked first. What an earlier call
        showed is deleted, what was posted stays. An ad that stands there keeps its names and links
        (``domain.costs.as_first_told``). ``load`` is one that nobody has used before.

        Returns:
            How many days have changed.
        """
        ...

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[CostRow]:
        """Return the shown rows of a day, or up to another of its month, in order."""
        ...

    def add_clicks(self, account: str, clicks: Sequence[AdClick]) -> int:
        """Keep which ads click ids belong to; the same click again replaces itself.

        Marks the days first. Returns how many were written.
        """
        ...

    def clicks_on_day(self, account: str, day: date, last: date | None = None) -> Iterator[AdClick]:
        """Return the clicks of a day, or up to another of its month, in order."""
        ...
