from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.webhooks import HOOK_SCOPES
from headwater.errors import (
    CredentialsRejectedError,
    MissingScopeError,
    RequestRejectedError,
    StoreNotFoundError,
    StoreUnavailableError,
)
from headwater.usecases.ports import Source
from tests.lambda_side import OWNER, logged, sample
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

BODY: dict[str, Any] = json.loads(sample("connect_source")["body"])


def test_a_connected_store_may_send_hits_and_is_pulled(side: LambdaSide) -> None:
    side.stores.store.stored = (side.workshop.order(1, "2026-11-20"),)
    answer = side.call("POST /v1/sources", caller=OWNER, body=BODY)
    assert answer["statusCode"] == 201
    [source] = side.workshop.accounts.sources(ACCOUNT)
    told = answer["json"]
    assert (told["source"], told["status"], told["orders_total"]) == ("bigcommerce", "ok", 1)
    assert told["public_key"] == source.public_key
    assert told["origins"] == [
        "https://shop.example",
        "https://store-abc123.mybigcommerce.com",
        "https://www.shop.example",
    ]
    assert sorted(side.edge_sites.sites[source.public_key].origins) == told["origins"]
    assert side.workshop.pipeline.pulled == [ACCOUNT]


def test_the_token_is_told_to_nobody(side: LambdaSide, caplog: pytest.LogCaptureFixture) -> None:
    answer = side.invoke("connect_source", sample("connect_source"))
    assert answer["statusCode"] == 201
    assert BODY["access_token"] not in answer["body"] + logged(caplog)
    assert list(side.secrets.tokens.values()) == [BODY["access_token"]]


def test_a_wrong_field_is_named_and_its_value_is_not(side: LambdaSide) -> None:
    body = {**BODY, "access_token": ["s3cr3t"], "shade": "s3cr3t"}
    answer = side.call("POST /v1/sources", caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    assert sorted(error["name"] for error in answer["json"]["errors"]) == ["access_token", "shade"]
    assert "s3cr3t" not in answer["body"]
    assert side.stores.asked == []


@pytest.mark.parametrize("body", [[BODY], "text", None, {}])
def test_what_is_no_request_is_refused(side: LambdaSide, body: object) -> None:
    answer = side.call("POST /v1/sources", caller=OWNER, body=json.dumps(body))
    assert answer["statusCode"] == 400
    assert side.workshop.accounts.sources(ACCOUNT) == []


@pytest.mark.parametrize(
    ("refusal", "status", "kind"),
    [
        (CredentialsRejectedError("the token is wrong"), 400, "credentials-rejected"),
        (MissingScopeError("Order Transactions"), 400, "missing-scope"),
        (StoreNotFoundError("no such store"), 400, "store-not-found"),
        (StoreUnavailableError("10.0.0.1 does not answer"), 503, "unavailable"),
        (RequestRejectedError("422: unknown filter"), 500, "internal-error"),
    ],
)
def test_a_refusal_of_the_store_is_told_by_its_kind(
    side: LambdaSide, refusal: Exception, status: int, kind: str
) -> None:
    side.stores.store.refusal = refusal
    answer = side.call("POST /v1/sources", caller=OWNER, body=BODY)
    assert answer["statusCode"] == status
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert answer["json"]["type"] == f"urn:headwater:problem:{kind}"
    # What the caller can mend is told in the store's words, the rest in ours.
    assert (str(refusal) in answer["body"]) == (status == 400)
    assert side.workshop.accounts.sources(ACCOUNT) == []
    assert side.workshop.pipeline.pulled == []


def test_another_api_is_refused_unless_the_deployment_allows_it(side: LambdaSide) -> None:
    body = {**BODY, "api_url": "http://169.254.169.254"}
    assert side.call("POST /v1/sources", caller=OWNER, body=body)["statusCode"] == 400
    assert side.stores.asked == []
    side.other_api_urls.append("http://127.0.0.1:8600")
    body["api_url"] = "http://127.0.0.1:8600"
    assert side.call("POST /v1/sources", caller=OWNER, body=body)["statusCode"] == 201


def test_another_currency_is_refused_before_the_store_is_asked(side: LambdaSide) -> None:
    first = Source("first", "bigcommerce", "zzz999", "arn:secret")
    side.workshop.accounts.save_source(ACCOUNT, first)
    answer = side.call("POST /v1/sources", caller=OWNER, body={**BODY, "currency": "EUR"})
    assert (answer["statusCode"], side.stores.asked) == (400, [])


def test_the_first_pull_can_wait_for_the_schedule(side: LambdaSide) -> None:
    answer = side.call("POST /v1/sources", caller=OWNER, body={**BODY, "pull_now": False})
    assert answer["json"]["pull_started"] is False
    assert side.workshop.pipeline.pulled == []


def test_webhooks_and_payments_are_on_before_the_first_pull(side: LambdaSide) -> None:
    body = {**BODY, "webhooks": True, "transactions": True}
    told = side.call("POST /v1/sources", caller=OWNER, body=body)["json"]
    assert (told["webhooks"]["is_on"], told["webhooks"]["note"]) == (True, "")
    assert told["with_transactions"] is True
    assert sorted(hook.scope for hook in side.stores.hooks.hooks()) == sorted(HOOK_SCOPES)
    [source] = side.workshop.accounts.sources(ACCOUNT)
    assert (source.webhooks.is_on, source.with_transactions) == (True, True)


def test_without_a_word_nothing_optional_is_switched(side: LambdaSide) -> None:
    side.call("POST /v1/sources", caller=OWNER, body={**BODY, "transactions": True})
    told = side.call("POST /v1/sources", caller=OWNER, body=BODY)["json"]
    assert (told["webhooks"]["is_on"], told["with_transactions"]) == (False, True)
    assert list(side.stores.hooks.hooks()) == []


def test_a_store_that_takes_no_webhooks_is_connected_all_the_same(side: LambdaSide) -> None:
    side.stores.hooks.failure = StoreUnavailableError("503")
    answer = side.call("POST /v1/sources", caller=OWNER, body={**BODY, "webhooks": True})
    assert answer["statusCode"] == 201
    assert answer["json"]["webhooks"]["note"] == "503"
    assert side.workshop.pipeline.pulled == [ACCOUNT]


def test_the_tracking_script_is_installed_once_the_collector_knows_the_pages(
    side: LambdaSide,
) -> None:
    told = side.call("POST /v1/sources", caller=OWNER, body={**BODY, "script": True})["json"]
    assert told["script"]["note"] == ""
    assert [one["state"] for one in told["script"]["channels"]] == ["installed"]
    [script] = side.stores.scripts.stored
    assert 'data-domains="shop.example,store-abc123.mybigcommerce.com"' in script.html
    assert side.workshop.pipeline.pulled == [ACCOUNT]


def test_the_options_install_and_remove_the_script(side: LambdaSide) -> None:
    side.call("POST /v1/sources", caller=OWNER, body=BODY)
    route = "PUT /v1/sources/{source}/options"

    def switch(**options: object) -> Any:  # noqa: ANN401
        return side.call(route, caller=OWNER, source="bigcommerce", body=options)

    refused = switch(script_consent="analytics")
    assert (refused["statusCode"], "script: true" in refused["json"]["detail"]) == (400, True)
    told = switch(script=True, script_consent="analytics")["json"]["source"]["script"]
    assert (told["is_on"], told["consent_category"]) == (True, "analytics")
    side.stores.scripts.stored.clear()
    switch(webhooks=False)
    assert side.stores.scripts.stored == []
    switch(script_consent="targeting")
    assert [one.consent_category for one in side.stores.scripts.stored] == ["targeting"]
    assert switch(script=False)["json"]["source"]["script"]["is_on"] is False
    assert side.stores.scripts.stored == []


def test_a_store_is_told_that_it_has_no_ad_accounts(side: LambdaSide) -> None:
    side.call("POST /v1/sources", caller=OWNER, body=BODY)
    answer = side.call(
        "PUT /v1/sources/{source}/options",
        caller=OWNER,
        source="bigcommerce",
        body={"ad_accounts": ["1"]},
    )
    assert answer["statusCode"] == 400
    assert answer["json"]["detail"].startswith("ad_accounts: only an ad platform")


def test_a_store_may_have_a_limit_of_its_own_which_a_new_token_keeps(side: LambdaSide) -> None:
    key = side.call("POST /v1/sources", caller=OWNER, body=BODY)["json"]["public_key"]
    pages = side.edge_sites.sites[key].origins
    route = "PUT /v1/sources/{source}/options"

    def limit(hits: float) -> Any:  # noqa: ANN401
        body = {"hits_per_second": hits}
        return side.call(route, caller=OWNER, source="bigcommerce", body=body)

    assert limit(250)["json"]["source"]["hits_per_second"] == 250
    assert side.edge_sites.sites[key].hits_per_second == 250
    side.call("POST /v1/sources", caller=OWNER, body=BODY)
    assert side.edge_sites.sites[key].hits_per_second == 250
    assert side.edge_sites.sites[key].origins == pages
    assert limit(0)["json"]["source"]["hits_per_second"] == 0
    assert side.edge_sites.sites[key].hits_per_second is None
    assert {limit(wrong)["statusCode"] for wrong in (-1, 10_001, 1.5)} == {400}


def test_what_to_paste_by_hand_has_the_sites_key_and_domains(side: LambdaSide) -> None:
    route = "GET /v1/sources/{source}/snippets"
    assert side.call(route, caller=OWNER, source="bigcommerce")["statusCode"] == 404
    told = side.call("POST /v1/sources", caller=OWNER, body=BODY)["json"]
    rows = side.call(route, caller=OWNER, source="bigcommerce")["json"]["rows"]
    assert f'data-key="{told["public_key"]}"' in rows[0]["text"]
    assert 'data-domains="shop.example,store-abc123.mybigcommerce.com"' in rows[0]["text"]
    assert f"/l/{told['public_key']}.js" in rows[1]["text"]


def test_a_slow_store_leaves_time_for_our_own_tables(side: LambdaSide) -> None:
    side.call("POST /v1/sources", caller=OWNER, body=BODY)
    assert side.stores.deadlines == [side.workshop.clock.now() + timedelta(seconds=22)]


def test_every_missing_scope_is_an_error_of_its_own(side: LambdaSide) -> None:
    side.stores.store.refusal = MissingScopeError("")
    answer = side.call("POST /v1/sources", caller=OWNER, body=BODY)
    assert answer["json"]["errors"] == [
        {"name": "Order Transactions", "reason": "refunds and payments of orders"}
    ]


def test_trying_credentials_keeps_nothing(side: LambdaSide) -> None:
    body = {"store": "abc123", "access_token": "s3cr3t"}
    answer = side.call("POST /v1/sources/check", caller=OWNER, body=body)
    assert answer["statusCode"] == 200
    told = answer["json"]
    assert (told["store_hash"], told["can_connect"], told["reason"]) == ("abc123", True, "")
    assert {scope["title"]: scope["state"] for scope in told["scopes"]}[
        "Order Fulfillment"
    ] == "unchecked"
    assert told["store"]["time_zone"] == "America/Chicago"
    assert (side.secrets.tokens, side.workshop.accounts.sources(ACCOUNT)) == ({}, [])


def test_trying_credentials_that_will_not_do_says_why(side: LambdaSide) -> None:
    side.stores.store.refusal = MissingScopeError("")
    body = {"store": "abc123", "access_token": "s3cr3t"}
    told = side.call("POST /v1/sources/check", caller=OWNER, body=body)["json"]
    assert told["can_connect"] is False
    assert "Order Transactions" in told["reason"]


@pytest.mark.parametrize(
    ("told", "asked", "currency"),
    [("CAD", {}, "CAD"), ("", {}, "USD"), ("CAD", {"currency": "EUR"}, "EUR")],
)
def test_an_account_takes_the_currency_of_its_first_store(
    side: LambdaSide, told: str, asked: dict[str, str], currency: str
) -> None:
    side.stores.store.currency = told
    body = {"store": "abc123", "access_token": "t", **asked}
    assert side.call("POST /v1/sources", caller=OWNER, body=body)["statusCode"] == 201
    settings = side.workshop.accounts.settings(ACCOUNT)
    # A zone is only suggested: reports may well go by another one.
    assert (settings.currency, settings.time_zone) == (currency, "America/New_York")


def test_a_second_store_leaves_the_accounts_currency(side: LambdaSide) -> None:
    first = Source("first", "bigcommerce", "zzz999", "arn:secret")
    side.workshop.accounts.save_source(ACCOUNT, first)
    side.stores.store.currency = "CAD"
    body = {"store": "abc123", "access_token": "t"}
    assert side.call("POST /v1/sources", caller=OWNER, body=body)["statusCode"] == 201
    assert side.workshop.accounts.settings(ACCOUNT).currency == "USD"


def test_a_new_token_is_given_without_naming_the_store_again(side: LambdaSide) -> None:
    side.call("POST /v1/sources", caller=OWNER, body={**BODY, "pull_now": False})
    before = side.edge_sites.sites.copy()
    answer = side.call(
        "POST /v1/sources/{source}/reconnect",
        caller=OWNER,
        body={"access_token": "tok-2"},
        source="bigcommerce",
    )
    assert answer["statusCode"] == 201
    assert list(side.secrets.tokens.values()) == ["tok-2"]
    assert side.edge_sites.sites == before
    assert side.workshop.pipeline.pulled == [ACCOUNT]


def test_a_removed_store_may_send_no_hits(side: LambdaSide) -> None:
    side.call("POST /v1/sources", caller=OWNER, body={**BODY, "pull_now": False})
    answer = side.call("DELETE /v1/sources/{source}", caller=OWNER, source="bigcommerce")
    assert (answer["statusCode"], answer["json"]["source"]["status"]) == (202, "removed")
    assert side.edge_sites.sites == {}
    assert side.secrets.tokens == {}
    assert side.workshop.pipeline.pulled == []


@pytest.mark.parametrize(
    ("route", "query"),
    [
        ("GET /v1/sources/{source}", ""),
        ("POST /v1/sources/{source}/test", ""),
        ("POST /v1/sources/{source}/pause", ""),
        ("POST /v1/sources/{source}/resume", ""),
        ("DELETE /v1/sources/{source}", "data=delete"),
    ],
)
def test_a_store_that_was_never_connected_is_not_found(
    side: LambdaSide, route: str, query: str
) -> None:
    answer = side.call(route, caller=OWNER, query=query, source="none")
    assert answer["statusCode"] == 404
    assert side.workshop.pipeline.pulled == []


def test_a_mistyped_removal_removes_nothing(side: LambdaSide) -> None:
    side.call("POST /v1/sources", caller=OWNER, body=BODY)
    answer = side.call(
        "DELETE /v1/sources/{source}", caller=OWNER, query="data=all", source="bigcommerce"
    )
    assert answer["statusCode"] == 400
    assert side.workshop.accounts.sources(ACCOUNT)[0].status == "ok"
