"""Access tokens that are got anew, by one of us or by two at once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.adapters.connectors.auth import (
    Basic,
    OAuthRefresh,
    SecretVault,
    StaticHeaders,
)
from headwater.adapters.connectors.exchange import Answer
from headwater.errors import CredentialsRejectedError, StoreUnavailableError
from headwater.usecases.connect_connector import to_secret
from tests.fakes import FakeClock, FakeSecrets

if TYPE_CHECKING:
    from headwater.adapters.connectors.exchange import Ask

AUTH = OAuthRefresh("/token", {"client_id": "{client_id}", "client_secret": "{client_secret}"})
KEPT = {"client_id": "ID", "client_secret": "HUSH", "refresh_token": "R1"}
NEW = {"access_token": "A2", "refresh_token": "R2", "expires_in": 3600}


class Desk:
    """A vendor's token desk with one secret kept for it."""

    def __init__(self, **kept: str) -> None:
        self.clock = FakeClock()
        self.secrets = FakeSecrets()
        self.arn = self.secrets.put("acme", "ads", to_secret(KEPT | kept))
        self.vault = SecretVault(self.secrets, self.arn)
        self.answers: list[tuple[int, object]] = [(200, NEW)]
        self.asked: list[Ask] = []
        self.meanwhile: dict[str, str] = {}

    def send(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        if self.meanwhile:
            self.secrets.tokens[self.arn] = to_secret(self.meanwhile)
        status, body = self.answers.pop(0)
        return Answer(ask.path, status, {}, json.dumps(body).encode(), self.clock.now())

    def renew(self, auth: OAuthRefresh = AUTH) -> dict[str, str]:
        return auth.renew(self.vault, self.vault.read(), self.send, self.clock)


def test_a_new_refresh_token_is_kept_before_the_access_token_is_used() -> None:
    desk = Desk()
    renewed = desk.renew()
    assert (renewed["access_token"], renewed["refresh_token"]) == ("A2", "R2")
    assert desk.vault.read() == renewed
    assert desk.asked[0].form == {
        "grant_type": "refresh_token",
        "client_id": "ID",
        "client_secret": "HUSH",
        "refresh_token": "R1",
    }


def test_a_refresh_token_that_does_not_change_stays() -> None:
    desk = Desk()
    desk.answers = [(200, {"access_token": "A2", "expires_in": 3600})]
    assert desk.renew()["refresh_token"] == "R1"


def test_a_client_may_be_named_in_a_header() -> None:
    desk = Desk()
    desk.renew(OAuthRefresh("/token", {}, basic=True))
    assert desk.asked[0].headers == {"Authorization": "Basic SUQ6SFVTSA=="}


def test_a_token_is_stale_minutes_before_it_runs_out() -> None:
    desk = Desk()
    kept = desk.renew()
    assert not AUTH.is_stale(kept, desk.clock)
    desk.clock.advance(timedelta(minutes=56))
    assert AUTH.is_stale(kept, desk.clock)


def test_what_another_has_renewed_meanwhile_is_used_without_asking() -> None:
    desk = Desk()
    rejected = desk.vault.read() | {"access_token": "A1"}
    later = (desk.clock.now() + timedelta(hours=1)).isoformat()
    theirs = KEPT | {"access_token": "A9", "expires_at": later}
    desk.secrets.tokens[desk.arn] = to_secret(theirs)
    assert AUTH.renew(desk.vault, rejected, desk.send, desk.clock) == theirs
    assert desk.asked == []


def test_of_two_that_renew_at_once_the_second_takes_what_the_first_has_kept() -> None:
    desk = Desk()
    desk.answers = [(400, {"error": "invalid_grant"})]
    desk.meanwhile = KEPT | {"access_token": "A9", "refresh_token": "R9"}
    assert desk.renew()["access_token"] == "A9"


def test_a_refresh_token_that_is_dead_asks_for_a_person() -> None:
    desk = Desk()
    desk.answers = [(400, {"error": "invalid_grant", "error_description": "It was revoked."})]
    with pytest.raises(CredentialsRejectedError, match="It was revoked"):
        desk.renew()


def test_a_desk_that_is_closed_says_nothing_of_the_token() -> None:
    desk = Desk()
    desk.answers = [(503, {})]
    with pytest.raises(StoreUnavailableError):
        desk.renew()


def test_a_header_whose_credential_is_not_given_is_left_out() -> None:
    auth = StaticHeaders({"Authorization": "Bearer {token}", "X-Manager": "{manager}", "V": "1"})
    assert auth.headers({"token": "T", "manager": ""}) == {"Authorization": "Bearer T", "V": "1"}


def test_basic_authentication_takes_its_user_and_password_from_the_credentials() -> None:
    auth = Basic(user="{api_token}", password="")
    assert auth.headers({"api_token": "T"}) == {"Authorization": "Basic VDo="}


def test_credentials_that_are_gone_ask_for_a_person() -> None:
    with pytest.raises(CredentialsRejectedError):
        SecretVault(FakeSecrets(), "arn:none").read()
