"""Tests of the tracking, and the visits that belong to them."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.domain.validations import MOST_VISITS, Validation, Visit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from headwater.adapters.dynamodb.table import Table

# An order's credit is known after the next run, a first one after days.
_VISITS_LIVE = timedelta(days=90)


class DynamoValidations:
    """The port ``Validations`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, account: str, validation: Validation) -> None:
        """Create or replace a test."""
        pk, sk = keys.validation(account, validation.validation_id)
        self._table.put({"pk": pk, "sk": sk, "document": codec.to_document(validation)})

    def get(self, account: str, validation_id: str) -> Validation | None:
        """Return a test; None for an unknown one."""
        item = self._table.get(keys.validation(account, validation_id))
        return codec.from_document(Validation, item["document"]) if item else None

    def all(self, account: str) -> list[Validation]:
        """Return an account's tests, the latest first: their ids sort by time."""
        items = self._table.query(keys.join(account), prefix="validation#")
        return [codec.from_document(Validation, item["document"]) for item in items][::-1]

    def visits(self, account: str, validation_id: str) -> list[Visit]:
        """Return the visits of a test, in no order."""
        partition, _ = keys.test_visit(account, validation_id, "")
        return [codec.from_plain(Visit, item) for item in self._table.query(partition)]

    def note_visits(self, account: str, visits: Sequence[Visit], received_at: datetime) -> int:
        """Keep visits of tests that are under way, each once; return how many were new.

        Two workers that note visits of one test at the same instant may together pass the limit.
        """
        by_test: dict[str, dict[str, Visit]] = defaultdict(dict)
        for visit in visits:
            by_test[visit.validation_id].setdefault(visit.event_id, visit)
        found = self._table.get_many(
            [keys.validation(account, validation_id) for validation_id in by_test]
        )
        tests = [codec.from_document(Validation, item["document"]) for item in found.values()]
        return sum(
            self._note(account, list(by_test[test.validation_id].values()), received_at)
            for test in tests
            if not test.is_over(received_at)
        )

    def _note(self, account: str, visits: Sequence[Visit], received_at: datetime) -> int:
        known = {visit.event_id for visit in self.visits(account, visits[0].validation_id)}
        new = [visit for visit in visits if visit.event_id not in known]
        new = new[: max(MOST_VISITS - len(known), 0)]
        expires_at = int((received_at + _VISITS_LIVE).timestamp())
        self._table.put_many(
            [
                {"pk": pk, "sk": sk, "expires_at": expires_at, **codec.to_plain(visit)}
                for visit in new
                for pk, sk in [keys.test_visit(account, visit.validation_id, visit.event_id)]
            ]
        )
        return len(new)
