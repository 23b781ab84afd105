"""What changes something is in the audit log, whatever happens."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.audit import BEGUN, DONE, FAILED, AuditEntry
from headwater.domain.nodes import email_node
from headwater.errors import StoreUnavailableError
from headwater.runtime.api.callers import ASKING_ROUTES, OPEN_ROUTES, ROLES_OF_ROUTE
from headwater.usecases.ports import ApiKey, Source
from tests.lambda_side import OWNER, logged
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

SAVE = "PUT /v1/settings/refresh"
HOURLY = {"refresh": "hourly"}


def entries_of(side: LambdaSide, account: str = ACCOUNT) -> list[AuditEntry]:
    start, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    return side.workshop.audit_log.entries(account, start, end, after="", limit=100)


def test_each_route_that_is_no_question_is_recorded() -> None:
    writing = {route for route in ROLES_OF_ROUTE if not route.startswith("GET ")}
    assert writing > ASKING_ROUTES
    assert not ASKING_ROUTES & OPEN_ROUTES


def test_a_changed_setting_is_recorded_with_who_when_and_what(side: LambdaSide) -> None:
    side.call(SAVE, caller=OWNER, body=HOURLY)
    (entry,) = entries_of(side)
    assert entry.at == datetime(2026, 11, 21, 14, 5, 10, tzinfo=UTC)
    assert (entry.actor.kind, entry.actor.actor_id, entry.actor.role) == (
        "key",
        OWNER.key_id,
        "owner",
    )
    assert (entry.action, entry.subject, entry.outcome) == (SAVE, "", DONE)
    assert re.fullmatch(r"changed=refresh before=[0-9a-f]{12} after=[0-9a-f]{12}", entry.note)
    side.call(SAVE, caller=OWNER, body=HOURLY)
    assert entries_of(side)[0].note == "changed=nothing"


def test_a_question_leaves_no_entry(side: LambdaSide) -> None:
    side.call("GET /v1/settings/refresh", caller=OWNER)
    side.call("POST /v1/sources/check", caller=OWNER, body={"store": "x", "access_token": "t"})
    assert entries_of(side) == []


def test_what_is_refused_is_recorded_as_that(side: LambdaSide) -> None:
    answer = side.call(SAVE, caller=OWNER, body={"refresh": "never"})
    assert answer["statusCode"] == 400
    (entry,) = entries_of(side)
    assert (entry.outcome, entry.note) == ("refused", "changed=nothing")


def test_a_caller_without_the_role_changes_nothing_and_leaves_no_entry(side: LambdaSide) -> None:
    side.call(SAVE, caller=ApiKey(ACCOUNT, "marketer", "m1"), body=HOURLY)
    assert entries_of(side) == []


def test_a_person_is_named_by_his_contact_id(reported: LambdaSide) -> None:
    reported.call("DELETE /v1/contacts/{contact}", caller=OWNER, contact="ann%40example.com")
    (entry,) = entries_of(reported)
    assert entry.subject == f"contact={email_node('ann@example.com')}"


def test_without_a_log_nothing_is_changed(side: LambdaSide) -> None:
    side.workshop.audit_log.refused = {BEGUN}
    answer = side.call(SAVE, caller=OWNER, body=HOURLY)
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"]
    assert side.workshop.accounts.settings(ACCOUNT).refresh == "daily"


def test_an_outcome_that_cannot_be_written_leaves_the_entry_open(
    side: LambdaSide, caplog: pytest.LogCaptureFixture
) -> None:
    side.workshop.audit_log.refused = {DONE}
    assert side.call(SAVE, caller=OWNER, body=HOURLY)["statusCode"] == 200
    assert [entry.outcome for entry in entries_of(side)] == [BEGUN]
    assert "audit entry stays open" in logged(caplog)


def test_settings_that_cannot_be_read_again_leave_the_entry_open_too(
    side: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = side.workshop.accounts
    save = accounts.save_settings

    def save_and_die(*given: Any, **more: Any) -> None:  # noqa: ANN401
        save(*given, **more)
        monkeypatch.setattr(accounts, "settings", down)

    def down(_: str) -> None:
        raise StoreUnavailableError

    monkeypatch.setattr(accounts, "save_settings", save_and_die)
    assert side.call(SAVE, caller=OWNER, body=HOURLY)["statusCode"] == 200
    assert [entry.outcome for entry in entries_of(side)] == [BEGUN]


def test_an_outage_in_the_middle_is_recorded_as_failed(
    side: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:  # noqa: ANN401
        raise StoreUnavailableError

    monkeypatch.setattr(side.workshop.accounts, "save_settings", down)
    assert side.call(SAVE, caller=OWNER, body=HOURLY)["statusCode"] == 503
    assert [entry.outcome for entry in entries_of(side)] == [FAILED]


def test_the_owner_reads_the_log_and_nobody_elses(side: LambdaSide) -> None:
    side.call(SAVE, caller=OWNER, body=HOURLY)
    answer = side.call("GET /v1/audit", caller=OWNER, query="from=2026-11-21&to=2026-11-21")
    (row,) = answer["json"]["rows"]
    assert (row["action"], row["outcome"], row["actor"]["role"]) == (SAVE, "done", "owner")
    assert answer["json"]["next"] is None
    assert answer["json"]["time_zone"] == "America/New_York"
    assert entries_of(side, "other") == []


@pytest.mark.parametrize(
    ("route", "body", "note"),
    [
        (
            "POST /v1/sources",
            {"store": "abc123", "access_token": "t", "domains": ["https://shop.example"]},
            "source=bigcommerce kind=bigcommerce",
        ),
        ("POST /v1/touchpoints", {"rows": [{"at": "never"}]}, "accepted=0 rejected=1"),
        (
            "PUT /v1/duplicates/owner",
            {"sources": ["bigcommerce"]},
            r"sources=bigcommerce changed=duplicate_owners before=\w{12} after=\w{12}",
        ),
        ("POST /v1/effects/restate", {"from": "2026-11"}, r"from=2026-11 changed=.*"),
        ("DELETE /v1/contacts/{contact}", None, "orders_blanked=1"),
    ],
)
def test_an_entry_says_what_the_change_came_to(
    reported: LambdaSide, route: str, body: dict[str, Any] | None, note: str
) -> None:
    source = Source("bigcommerce", "bigcommerce", "abc123", "arn:secret", public_key="pk1")
    reported.workshop.accounts.save_source(ACCOUNT, source)
    answer = reported.call(route, caller=OWNER, body=body, contact=email_node("ann@example.com"))
    assert answer["statusCode"] < 300
    (entry,) = entries_of(reported)
    assert re.fullmatch(note, entry.note)


def test_a_secret_in_a_body_is_in_no_entry(side: LambdaSide) -> None:
    body = {"store": "abc123", "access_token": "very-secret-token", "domains": []}
    side.call("POST /v1/sources", caller=OWNER, body=body)
    (entry,) = entries_of(side)
    assert "very-secret-token" not in repr(entry)
