from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headwater.domain.subscription_rules import DEFAULT_RULES, SubscriptionRule
from tests.lambda_side import OWNER, sample
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

READ, SAVE = "GET /v1/settings/subscription-rules", "PUT /v1/settings/subscription-rules"


def rules_of(side: LambdaSide) -> tuple[SubscriptionRule, ...]:
    return side.workshop.accounts.settings(ACCOUNT).rules


def test_the_sample_is_answered(side: LambdaSide) -> None:
    assert side.invoke("manage_account", sample("manage_account"))["statusCode"] == 200
    assert rules_of(side) == (SubscriptionRule("stripe starter", channel_ids=(1_294,)),)


def test_without_rules_of_its_own_an_account_has_the_defaults(side: LambdaSide) -> None:
    answer = side.call(READ, caller=OWNER)["json"]
    assert answer["is_default"]
    assert len(answer["rules"]) == len(DEFAULT_RULES)
    side.call(SAVE, caller=OWNER, body={"rules": []})
    assert rules_of(side) == ()
    assert side.call(SAVE, caller=OWNER, body={"rules": None})["json"] == answer
    assert rules_of(side) == DEFAULT_RULES


def test_rules_come_back_as_they_were_saved(side: LambdaSide) -> None:
    rules = [{"app": "club", "staff_notes": r"club \d+", "renewals": "always"}]
    saved = side.call(SAVE, caller=OWNER, body={"rules": rules})["json"]
    assert saved == {"account": ACCOUNT, "is_default": False, "rules": rules}
    assert side.call(READ, caller=OWNER)["json"] == saved


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ([], ["rules"]),
        ({}, ["rules"]),
        ({"rules": {}}, ["rules"]),
        ({"rules": [], "role": "all"}, ["role"]),
        ({"rules": [{"app": "x", "external_source": "("}, {"app": "y", "sku": "s"}]},
         ["rules.0.external_source", "rules.1.sku"]),
    ],
)  # fmt: skip
def test_bad_rules_are_told_field_by_field_and_change_nothing(
    side: LambdaSide, body: object, names: list[str]
) -> None:
    answer = side.call(SAVE, caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    assert [error["name"] for error in answer["json"]["errors"]] == names
    assert rules_of(side) == DEFAULT_RULES


CLEANING = "/v1/settings/cleaning"


def test_cleaning_comes_back_as_it_was_saved_and_starts_a_run(side: LambdaSide) -> None:
    rules = [{"channel": "partners", "referrer": {"contains": "partner.example"}}]
    saved = side.call(f"PUT {CLEANING}", caller=OWNER, body={"channel_rules": rules})["json"]
    assert saved["run_started"]
    assert side.workshop.pipeline.pulled == [ACCOUNT]
    read = side.call(f"GET {CLEANING}", caller=OWNER)["json"]
    assert read == {name: value for name, value in saved.items() if name != "run_started"}
    assert read["channel_rules"] == rules


def test_bad_cleaning_is_told_rule_by_rule_and_changes_nothing(side: LambdaSide) -> None:
    body = {"channel_rules": [{"channel": "x"}], "aliases": {"term": []}}
    answer = side.call(f"PUT {CLEANING}", caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    names = [error["name"] for error in answer["json"]["errors"]]
    assert names == ["aliases.term", "channel_rules.0.channel"]
    assert side.workshop.pipeline.pulled == []


ATTRIBUTION = "/v1/settings/attribution"


def test_changed_models_come_back_and_start_a_run(side: LambdaSide) -> None:
    changes = {
        "last_click": {"window_days": 1},
        "brandless": {"kind": "last", "excluded_campaigns": ["*brand*"]},
    }
    saved = side.call(f"PUT {ATTRIBUTION}", caller=OWNER, body={"models": changes})["json"]
    assert saved["run_started"]
    assert side.workshop.pipeline.pulled == [ACCOUNT]
    assert saved["changed"]["last_click"] == {"window_days": 1}
    assert saved["models"]["brandless"]["excluded_campaigns"] == ["*brand*"]
    assert saved["models"]["brandless"]["window_days"] == 30
    read = side.call(f"GET {ATTRIBUTION}", caller=OWNER)["json"]
    assert read == {name: value for name, value in saved.items() if name != "run_started"}
    again = side.call(f"PUT {ATTRIBUTION}", caller=OWNER, body={"models": read["changed"]})["json"]
    assert again["models"] == read["models"]
    side.call(f"PUT {ATTRIBUTION}", caller=OWNER, body={"models": None})
    assert side.workshop.accounts.settings(ACCOUNT).attribution == ()


def test_bad_models_are_told_parameter_by_parameter_and_change_nothing(side: LambdaSide) -> None:
    body = {"models": {"last_click": {"window_days": 0}, "x": {"kind": "magic"}}}
    answer = side.call(f"PUT {ATTRIBUTION}", caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    names = [error["name"] for error in answer["json"]["errors"]]
    assert sorted(names) == ["models.last_click.window_days", "models.x.kind"]
    assert side.workshop.pipeline.pulled == []


def test_a_restatement_is_taken_and_starts_a_run(reported: LambdaSide) -> None:
    answer = reported.call("POST /v1/effects/restate", caller=OWNER, body={"from": "2026-11"})
    assert answer["statusCode"] == 202
    assert (answer["json"]["from"], answer["json"]["run_started"]) == ("2026-11", True)
    assert reported.workshop.pipeline.pulled == [ACCOUNT]


@pytest.mark.parametrize("body", [{}, {"from": 2026}, {"from": "2026-12"}, {"month": "2026-11"}])
def test_a_restatement_of_no_month_that_has_begun_is_refused(
    reported: LambdaSide, body: object
) -> None:
    answer = reported.call("POST /v1/effects/restate", caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    assert reported.workshop.pipeline.pulled == []


def test_an_owner_sets_how_credits_are_computed(side: LambdaSide) -> None:
    route = "/v1/settings/engine"
    defaults = {"account": "acme", "markov_min_paths": 2000, "contact_buckets": 1}
    assert side.call(f"GET {route}", caller=OWNER)["json"] == defaults
    chosen = {"markov_min_paths": 50, "contact_buckets": 4}
    assert side.call(f"PUT {route}", caller=OWNER, body=chosen)["json"] == defaults | chosen
    settings = side.workshop.accounts.settings(ACCOUNT)
    assert (settings.markov_min_paths, settings.contact_buckets) == (50, 4)
    for bad in ({"contact_buckets": 33}, {"markov_min_paths": 0}, {"contact_buckets": "2"}):
        answer = side.call(f"PUT {route}", caller=OWNER, body=bad)
        assert answer["statusCode"] == 400
        assert answer["json"]["errors"][0]["name"] in bad
    assert side.call(f"GET {route}", caller=OWNER)["json"] == defaults | chosen
    assert side.call(f"PUT {route}", caller=OWNER, body={})["json"] == defaults


def test_an_owner_chooses_how_soon_reports_follow(side: LambdaSide) -> None:
    route = "/v1/settings/refresh"
    assert side.call(f"GET {route}", caller=OWNER)["json"]["refresh"] == "daily"
    saved = side.call(f"PUT {route}", caller=OWNER, body={"refresh": "15min"})
    assert saved["json"] == {"account": "acme", "refresh": "15min"}
    assert side.call(f"GET {route}", caller=OWNER)["json"]["refresh"] == "15min"
    assert side.call(f"PUT {route}", caller=OWNER, body={"refresh": "now"})["statusCode"] == 400
