from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headwater.usecases.authorize_request import COOKIE, hash_of_key
from headwater.usecases.ports import ApiKey
from tests.lambda_side import logged, sample

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

KEY = ApiKey("acme", "marketer", "9f2c41d0")


def test_a_known_key_tells_the_gateway_its_account_and_role(side: LambdaSide) -> None:
    event = sample("authorize_request")
    key = event["headers"]["authorization"].removeprefix("Bearer ")
    side.workshop.access.keys[hash_of_key(key)] = KEY
    assert side.invoke("authorize_request", event) == {
        "isAuthorized": True,
        "context": {
            "account": "acme",
            "role": "marketer",
            "key_id": "9f2c41d0",
            "kind": "key",
            "label": "",
        },
    }


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_sessions_cookie_tells_whose_it_is_also_where_the_gateway_leaves_it_in_its_header(
    side: LambdaSide, is_listed: bool
) -> None:
    kim = ApiKey("acme", "marketer", "5d41", "session", "Kim")
    side.workshop.access.cookies[hash_of_key("s" * 43)] = kim
    event = sample("authorize_request")
    del event["headers"]["authorization"]
    if is_listed:
        event["cookies"] = ["theme=dark", f"{COOKIE}={'s' * 43}"]
    else:
        event["headers"]["cookie"] = f"theme=dark; {COOKIE}={'s' * 43}"
    answer = side.invoke("authorize_request", event)
    assert answer["isAuthorized"]
    assert answer["context"] == {
        "account": "acme",
        "role": "marketer",
        "key_id": "5d41",
        "kind": "session",
        "label": "Kim",
    }


def test_an_unknown_key_is_refused_without_a_word_about_it(
    side: LambdaSide, caplog: pytest.LogCaptureFixture
) -> None:
    event = sample("authorize_request")
    assert side.invoke("authorize_request", event) == {"isAuthorized": False}
    key = event["headers"]["authorization"].removeprefix("Bearer ")
    assert "request refused" in logged(caplog)
    assert key not in logged(caplog)


def test_a_request_without_headers_is_refused(side: LambdaSide) -> None:
    event = sample("authorize_request")
    nothing: list[dict[str, str] | None] = [{}, None]
    for headers in nothing:
        answer = side.invoke("authorize_request", {**event, "headers": headers})
        assert answer == {"isAuthorized": False}
