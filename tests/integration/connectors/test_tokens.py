"""Access tokens that run out: renewed, kept before they are used, and never lost unnoticed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headwater.errors import CredentialsRejectedError, StoreUnavailableError
from headwater.usecases.connect_connector import ConnectorRequest, check_connector
from headwater.usecases.connectors import KINDS
from local.vendors.server import Fault
from tests.integration.connectors.world import StoppingError

if TYPE_CHECKING:
    from tests.integration.connectors.world import World


def pulled(world: World) -> None:
    """Pull everything, and hold that nothing of it is wrong."""
    world.pull_all()
    assert (world.source.status, world.source.reason) == ("ok", "")
    assert world.kept() == world.at_vendor()


def desk(world: World) -> Any:  # noqa: ANN401 - the application, or its part that gives tokens
    return getattr(world.application, "desk", world.application)


def kept(world: World) -> dict[str, str]:
    [text] = world.secrets.tokens.values()
    credentials: dict[str, str] = json.loads(text)
    return credentials


def keep(world: World, **changed: str) -> None:
    """Replace some credentials as a person does."""
    [arn] = world.secrets.tokens
    world.secrets.tokens[arn] = json.dumps(kept(world) | changed)


def fail_to_keep(monkeypatch: pytest.MonkeyPatch, world: World, error: Exception) -> None:
    """Let the next attempt to keep a token fail."""
    replace = world.secrets.replace

    def fail(secret_arn: str, token: str, *, was: str) -> None:  # noqa: ARG001 - the port's form
        monkeypatch.setattr(world.secrets, "replace", replace)
        raise error

    monkeypatch.setattr(world.secrets, "replace", fail)


def test_a_token_that_runs_out_is_renewed_and_kept(renewing: World) -> None:
    renewing.enter(3)
    before = kept(renewing)
    renewing.application.expire()
    pulled(renewing)
    after = kept(renewing)
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] == desk(renewing).refresh_token
    assert (after["refresh_token"] != before["refresh_token"]) is renewing.case.rotates


def test_a_token_that_runs_out_amid_a_pull_breaks_nothing_off(
    renewing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewing.enter(7)
    renewing.application.rows_per_page = 3
    answer = renewing.application.answer

    def expire_once(*call: Any) -> Any:  # noqa: ANN401
        response = answer(*call)
        if call[0].path.startswith("/api"):
            monkeypatch.setattr(renewing.application, "answer", answer)
            renewing.application.expire()
        return response

    monkeypatch.setattr(renewing.application, "answer", expire_once)
    pulled(renewing)


def test_a_process_that_dies_before_it_keeps_a_token_loses_it_only_where_it_is_good_once(
    renewing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewing.enter(3)
    renewing.application.expire()
    fail_to_keep(monkeypatch, renewing, StoppingError())
    with pytest.raises(StoppingError):
        renewing.pull_all()
    if renewing.case.rotates:
        renewing.pull_all()
        assert renewing.source.status == "reauthorize"
        keep(renewing, refresh_token=desk(renewing).refresh_token)
    pulled(renewing)


def test_a_token_that_cannot_be_kept_at_once_is_kept_before_another_is_asked_for(
    renewing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewing.enter(3)
    renewing.application.expire()
    fail_to_keep(monkeypatch, renewing, StoreUnavailableError("Secrets Manager is busy"))
    pulled(renewing)
    assert kept(renewing)["refresh_token"] == desk(renewing).refresh_token


def test_a_refresh_token_that_a_person_has_replaced_is_read_anew(renewing: World) -> None:
    opened = renewing.connectors().open(renewing.source)
    renewing.application.expire()
    desk(renewing).refresh_token = "by-a-person"
    keep(renewing, refresh_token="by-a-person")
    assert opened.try_permission(KINDS[renewing.kind].permissions[0])
    assert opened.credentials()["access_token"] == kept(renewing)["access_token"]


def test_a_refresh_token_that_is_no_longer_good_asks_for_a_person(renewing: World) -> None:
    renewing.enter(3)
    good = desk(renewing).refresh_token
    renewing.application.expire()
    desk(renewing).refresh_token = "another"
    renewing.pull_all()
    assert renewing.source.status == "reauthorize"
    assert good not in renewing.source.reason
    desk(renewing).refresh_token = good
    pulled(renewing)


def test_a_desk_that_is_closed_for_a_while_asks_for_nobody(renewing: World) -> None:
    renewing.enter(3)
    renewing.application.expire()
    renewing.server.trouble(Fault.HTML, calls=2, path="/oauth/")
    pulled(renewing)


def test_credentials_that_were_tried_connect_with_what_the_trial_has_renewed(
    renewing: World,
) -> None:
    given = dict(renewing.case.credentials) | {"refresh_token": desk(renewing).refresh_token}
    request = ConnectorRequest(renewing.kind, given, api_url=renewing.server.url)
    check = check_connector(
        request, connectors=renewing.connectors(), other_api_urls=[renewing.server.url]
    )
    assert set(check.renewed) == ({"refresh_token"} if renewing.case.rotates else set())
    if renewing.case.rotates:
        with pytest.raises(CredentialsRejectedError):
            renewing.connect(**given)
    renewing.connect(**{**given, **check.renewed})
    renewing.enter(3)
    pulled(renewing)
