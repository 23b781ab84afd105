from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headwater.usecases.authorize_request import COOKIE
from headwater.usecases.ports import ApiKey
from tests.lambda_side import OWNER, sample
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

MAKE, ROTATE, REMOVE = "POST /v1/keys", "POST /v1/keys/{key}/rotate", "DELETE /v1/keys/{key}"


def made(side: LambdaSide, role: str = "marketer", label: str = "sheet") -> dict[str, Any]:
    answer = side.call(MAKE, caller=OWNER, body={"role": role, "label": label})
    assert answer["statusCode"] == 201
    document: dict[str, Any] = answer["json"]
    return document


def authorized(side: LambdaSide, secret: str = "", cookie: str = "") -> dict[str, Any]:
    """Return what the gateway is told of a request with a key or a cookie."""
    event = sample("authorize_request")
    del event["headers"]["authorization"]
    if secret:
        event["headers"]["authorization"] = f"Bearer {secret}"
    if cookie:
        event["cookies"] = [cookie.partition(";")[0]]
    return side.invoke("authorize_request", event)


def listed(side: LambdaSide) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = side.call("GET /v1/keys", caller=OWNER)["json"]["rows"]
    return rows


def test_a_key_is_made_shown_once_listed_and_let_in(side: LambdaSide) -> None:
    answer = made(side)
    row = answer["key"]
    assert (row["role"], row["label"], row["created_by"]) == (
        "marketer",
        "sheet",
        f"key {OWNER.key_id}",
    )
    assert listed(side) == [row]
    assert answer["secret"] not in str(listed(side))
    assert authorized(side, answer["secret"])["context"] == {
        "account": ACCOUNT,
        "role": "marketer",
        "key_id": row["id"],
        "kind": "key",
        "label": "sheet",
    }


def test_an_answer_with_a_secret_is_kept_by_nobody(side: LambdaSide) -> None:
    answers = [
        side.call(MAKE, caller=OWNER, body={"role": "ingest", "label": "till"}),
        side.call("POST /v1/sign-in-links", caller=OWNER, body={"label": "Kim"}),
    ]
    key = answers[0]["json"]["key"]["id"]
    answers.append(side.call(ROTATE, caller=OWNER, key=key, body={}))
    assert {answer["headers"]["Cache-Control"] for answer in answers} == {"no-store"}


def test_a_rotated_key_keeps_its_id_and_a_grace_is_shown(side: LambdaSide) -> None:
    first = made(side)
    key = first["key"]["id"]
    second = side.call(ROTATE, caller=OWNER, key=key, body={"grace_hours": 2})["json"]
    assert second["key"]["id"] == key
    assert second["key"]["old_secret_ends_at"] == "2026-11-21T16:00:00+00:00"
    assert authorized(side, first["secret"])["isAuthorized"]
    third = side.call(ROTATE, caller=OWNER, key=key, body={})["json"]
    assert third["key"]["old_secret_ends_at"] is None
    let_in = [authorized(side, each["secret"])["isAuthorized"] for each in (first, second, third)]
    assert let_in == [False, False, True]


def test_a_removed_key_is_refused_at_once(side: LambdaSide) -> None:
    answer = made(side)
    removed = side.call(REMOVE, caller=OWNER, key=answer["key"]["id"])
    assert removed["json"] == {"account": ACCOUNT, "removed": answer["key"]["id"]}
    assert authorized(side, answer["secret"]) == {"isAuthorized": False}
    assert side.call(REMOVE, caller=OWNER, key=answer["key"]["id"])["statusCode"] == 404


def test_the_last_owner_key_is_not_removed(side: LambdaSide) -> None:
    answer = made(side, "owner")
    refused = side.call(REMOVE, caller=OWNER, key=answer["key"]["id"])
    assert refused["statusCode"] == 400
    assert "last owner key" in refused["json"]["detail"]
    assert authorized(side, answer["secret"])["isAuthorized"]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"role": "admin", "label": "x"}, "role"),
        ({"role": "owner"}, "label"),
        ({"role": "owner", "label": ""}, "label"),
        ({"role": "owner", "label": "x", "account": "other"}, "account"),
    ],
)
def test_a_key_that_cannot_be_is_refused_by_field(
    side: LambdaSide, body: dict[str, str], name: str
) -> None:
    answer = side.call(MAKE, caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    assert [error["name"] for error in answer["json"]["errors"]] == [name]


def test_an_invited_marketer_signs_in_reads_and_is_shut_out_at_once(reported: LambdaSide) -> None:
    link = reported.call("POST /v1/sign-in-links", caller=OWNER, body={"label": "Kim"})["json"]
    assert link["session"]["state"] == "invited"
    host = sample("open_session")["headers"]["host"]
    entered = reported.call(
        "POST /v1/sign-in/{token}",
        headers={"origin": f"https://{host}"},
        token=link["path"].rpartition("/")[2],
    )
    (cookie,) = entered["cookies"]
    assert cookie.startswith(f"{COOKIE}=")
    told = authorized(reported, cookie=cookie)["context"]
    assert (told["role"], told["kind"], told["label"]) == ("marketer", "session", "Kim")
    caller = ApiKey(**told)
    assert reported.call("GET /v1/reports", caller=caller)["statusCode"] == 200
    (row,) = reported.call("GET /v1/sessions", caller=OWNER)["json"]["rows"]
    assert (row["id"], row["state"]) == (told["key_id"], "open")
    reported.call("DELETE /v1/sessions/{session}", caller=OWNER, session=row["id"])
    assert authorized(reported, cookie=cookie) == {"isAuthorized": False}
    assert reported.call("GET /v1/sessions", caller=OWNER)["json"]["rows"] == []


def test_what_is_done_with_keys_and_links_is_in_the_audit_log_without_a_secret(
    side: LambdaSide,
) -> None:
    key = made(side)
    side.call(REMOVE, caller=OWNER, key=key["key"]["id"])
    answer = side.call("GET /v1/audit", caller=OWNER)
    # Both requests of this test have the same id, so the second has taken the first one's entry.
    (row,) = answer["json"]["rows"]
    assert row["subject"] == f"key={key['key']['id']}"
    assert row["note"] == "role=marketer label=sheet"
    assert key["secret"] not in answer["body"]
