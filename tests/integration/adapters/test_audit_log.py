"""The audit log keeps entries in order of time, each account's apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import keys
from headwater.domain.audit import BEGUN, DONE, Actor, AuditEntry
from tests.integration.adapters.samples import NOON

if TYPE_CHECKING:
    from tests.integration.adapters.conftest import Stores, Tables


def an_entry(minute: int, name: str = "r=1") -> AuditEntry:
    at = NOON + timedelta(minutes=minute)
    return AuditEntry(
        f"{keys.instant(at)}-{name}",
        at,
        Actor("session", "s1", "Ann's desk", "marketer"),
        "PUT /v1/settings/refresh",
        "source=shop",
        DONE,
        "rows=3",
    )


def listed(
    stores: Stores, first: int, last: int, after: str = "", limit: int = 10, account: str = "acme"
) -> list[AuditEntry]:
    start, end = NOON + timedelta(minutes=first), NOON + timedelta(minutes=last)
    return stores.audit_log.entries(account, start, end, after=after, limit=limit)


def test_an_entry_is_kept_whole_and_replaced_by_itself(stores: Stores) -> None:
    entry = an_entry(0)
    stores.audit_log.write("acme", replace(entry, outcome=BEGUN, note=""))
    stores.audit_log.write("acme", entry)
    assert listed(stores, 0, 1) == [entry]
    assert listed(stores, 0, 1, account="other") == []


def test_the_latest_entries_come_first_and_the_end_is_outside(stores: Stores) -> None:
    entries = [an_entry(minute) for minute in range(4)]
    for entry in entries:
        stores.audit_log.write("acme", entry)
    assert listed(stores, 1, 3) == [entries[2], entries[1]]
    assert listed(stores, 0, 4, limit=3) == entries[:0:-1]


def test_a_page_goes_on_behind_an_entry(stores: Stores) -> None:
    entries = [an_entry(0, "r2"), an_entry(0), an_entry(1)]
    for entry in entries:
        stores.audit_log.write("acme", entry)
    assert listed(stores, 0, 2, after=entries[2].entry_id) == [entries[1], entries[0]]
    assert listed(stores, 0, 2, after=entries[1].entry_id, limit=1) == [entries[0]]
    assert listed(stores, 0, 2, after=entries[0].entry_id) == []
    assert listed(stores, 1, 2, after=entries[0].entry_id) == []


def test_the_table_forgets_an_entry_after_thirteen_months(on_aws: Stores, tables: Tables) -> None:
    on_aws.audit_log.write("acme", an_entry(0))
    (item,) = tables.accounts.query("acme#audit")
    assert item["expires_at"] == int((NOON + timedelta(days=400)).timestamp())
