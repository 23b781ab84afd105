"""Tests of the tracking in dictionaries, and a web of a few pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from headwater.domain.fetching import Failure, Fetched, Hop, RefusedUrlError, target_of
from headwater.domain.validations import MOST_VISITS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from headwater.domain.fetching import Allowance
    from headwater.domain.validations import Validation, Visit


class FakeValidations:
    def __init__(self) -> None:
        self._tests: dict[tuple[str, str], Validation] = {}
        self._visits: dict[tuple[str, str], dict[str, Visit]] = {}

    def save(self, account: str, validation: Validation) -> None:
        self._tests[account, validation.validation_id] = validation

    def get(self, account: str, validation_id: str) -> Validation | None:
        return self._tests.get((account, validation_id))

    def all(self, account: str) -> list[Validation]:
        found = [test for key, test in self._tests.items() if key[0] == account]
        return sorted(found, key=lambda test: test.validation_id, reverse=True)

    def visits(self, account: str, validation_id: str) -> list[Visit]:
        return list(self._visits.get((account, validation_id), {}).values())

    def note_visits(self, account: str, visits: Sequence[Visit], received_at: datetime) -> int:
        new = 0
        for visit in visits:
            test = self.get(account, visit.validation_id)
            known = self._visits.setdefault((account, visit.validation_id), {})
            is_open = test is not None and not test.is_over(received_at)
            if is_open and visit.event_id not in known and len(known) < MOST_VISITS:
                known[visit.event_id] = visit
                new += 1
        return new


@dataclass(frozen=True)
class WebPage:
    """What an address answers."""

    body: str = ""
    status: int = 200
    content_type: str = "text/html"
    location: str = ""
    failure: Failure | None = None


@dataclass
class FakePages:
    """A web whose pages stand under their addresses, without query; anything else is a 404."""

    pages: dict[str, WebPage] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fetch(self, url: str, allowance: Allowance) -> Fetched:
        hops: list[Hop] = []
        while True:
            self.asked.append(url)
            try:
                target_of(url, allowance)
            except RefusedUrlError as refused:
                return Fetched((*hops, Hop(url)), refused.failure)
            page = self.pages.get(url.partition("?")[0], WebPage(status=404))
            if page.failure:
                return Fetched((*hops, Hop(url)), page.failure)
            hops.append(Hop(url, page.status))
            if not page.location:
                return Fetched((*hops,), None, page.content_type, page.body.encode())
            url = urljoin(url, page.location)
