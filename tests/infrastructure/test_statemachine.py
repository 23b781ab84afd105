"""What every state of the order pipeline has to keep to."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from headwater import errors
from tests.infrastructure.template_file import as_list, resources_of, statements_of

type Json = dict[str, Any]

# Steps whose failure is a gap that a report names: the run goes on.
GAPS = {
    "Reconcile orders": "List marked days",
    "Pull ad costs": "Pull leads",
    "Pull leads": "Reconcile orders",
}
# What Lambda itself may answer when trying again helps.
OF_LAMBDA = {
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Sandbox.Timedout",
}


def leaves(error: type[Exception]) -> Iterator[str]:
    below = error.__subclasses__()
    if not below:
        yield error.__name__
    for subclass in below:
        yield from leaves(subclass)


def tasks(states: Json) -> Iterator[tuple[str, Json]]:
    """Every task, those inside maps included."""
    for name, state in states.items():
        if state["Type"] == "Task":
            yield name, state
        elif state["Type"] == "Map":
            yield from tasks(state["ItemProcessor"]["States"])


def test_every_task_retries_the_leaves_of_the_retriable_errors_and_nothing_else(
    machine: Json,
) -> None:
    retriable = {*leaves(errors.RetriableError), *OF_LAMBDA}
    retried = {
        name: {error for retry in task["Retry"] for error in retry["ErrorEquals"]}
        for name, task in tasks(machine["States"])
    }

    assert retried == dict.fromkeys(retried, retriable)


def test_no_error_that_needs_a_person_is_retried(machine: Json) -> None:
    fatal = {*leaves(errors.FatalError), "States.ALL", "States.TaskFailed"}
    for _, task in tasks(machine["States"]):
        for retry in task["Retry"]:
            assert fatal.isdisjoint(retry["ErrorEquals"])


def test_every_step_that_fails_is_recorded(machine: Json) -> None:
    steps = {
        name: state
        for name, state in machine["States"].items()
        if state["Type"] in {"Task", "Map"} and name not in {"Record failure", *GAPS}
    }

    assert steps
    for state in steps.values():
        assert state["Catch"] == [
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Record failure"}
        ]


def test_what_cannot_be_asked_costs_no_report(machine: Json) -> None:
    for name, following in GAPS.items():
        state = machine["States"][name]

        assert [(catch["ErrorEquals"], catch["Next"]) for catch in state["Catch"]] == [
            (["States.ALL"], following)
        ]


def test_a_reconciliation_changes_nothing_that_is_handed_on(machine: Json) -> None:
    state = machine["States"]["Reconcile orders"]

    assert (state["Next"], state["ResultPath"]) == ("List marked days", None)


@pytest.mark.parametrize(
    ("state", "choice", "following"),
    [
        ("Pull ad costs", "More ad cost?", "Pull leads"),
        ("Pull leads", "More leads?", "Reconcile orders"),
    ],
)
def test_ad_cost_and_leads_are_pulled_until_there_are_no_more(
    machine: Json, state: str, choice: str, following: str
) -> None:
    states = machine["States"]

    assert states[state]["Next"] == choice
    assert states[choice]["Choices"] == [
        {"Variable": "$.more", "BooleanEquals": True, "Next": state}
    ]
    assert states[choice]["Default"] == following


def test_a_recorded_failure_ends_in_failure_even_if_it_could_not_be_recorded(
    machine: Json,
) -> None:
    recording = machine["States"]["Record failure"]

    assert recording["Next"] == "Run failed"
    assert [catch["Next"] for catch in recording["Catch"]] == ["Run failed"]
    assert [catch["ResultPath"] for catch in recording["Catch"]] != ["$.failure"]
    assert machine["States"]["Run failed"] == {
        "Type": "Fail",
        "ErrorPath": "$.failure.Error",
        "CausePath": "$.failure.Cause",
    }


def test_the_steps_come_in_the_order_of_the_data(machine: Json) -> None:
    states, name, order = machine["States"], "Reconcile orders", []
    while name:
        order.append(name)
        state = states[name]
        name = state.get("Next") or state.get("Choices", [{}])[0].get("Next", "")

    assert order == [
        "Reconcile orders",
        "List marked days",
        "Anything to export?",
        "Export each month",
        "Chain subscriptions",
        "Train effects",
        "Attribute each bucket",
        "Several buckets?",
        "Merge buckets",
        "Materialize reports",
        "Finish run",
    ]


def test_orders_are_pulled_until_there_are_no_more(machine: Json) -> None:
    states = machine["States"]

    assert machine["StartAt"] == states["Pull orders"]["Next"] == "More to pull?"
    assert states["More to pull?"]["Choices"][0]["Next"] == "Pull orders"
    assert states["More to pull?"]["Default"] == "Pull ad costs"


def test_states_hand_on_keys_and_counts(machine: Json) -> None:
    passed = {
        name: state["Parameters"]["Payload"]
        for name, state in tasks(machine["States"])
        if "Payload" in state["Parameters"]
    }
    allowed = {"account.$", "run.$", "list", "merge", "failure.$"}

    assert passed
    for payload in passed.values():
        assert set(payload) <= allowed


def test_months_are_exported_side_by_side_from_a_list_in_the_lake(machine: Json) -> None:
    export = machine["States"]["Export each month"]

    assert export["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert export["ItemReader"]["Parameters"] == {
        "Bucket": "${LakeBucketName}",
        "Key.$": "$.exports",
    }
    assert export["ResultPath"] is None
    assert [state["OutputPath"] for _, state in tasks({"": export})] == [None]


def test_buckets_of_contacts_are_attributed_side_by_side_and_merged(machine: Json) -> None:
    buckets, choice = (machine["States"][n] for n in ("Attribute each bucket", "Several buckets?"))

    assert buckets["ItemsPath"] == "$.buckets"
    assert buckets["ResultPath"] is None
    assert [(name, state["OutputPath"]) for name, state in tasks({"": buckets})] == [
        ("Attribute orders", None)
    ]
    assert choice["Default"] == machine["States"]["Merge buckets"]["Next"] == "Materialize reports"


def test_every_placeholder_is_filled_and_every_function_may_be_invoked(
    machine: Json, template: Json
) -> None:
    pipeline = resources_of(template, "AWS::Serverless::StateMachine")["OrderPipeline"]
    filled = pipeline["DefinitionSubstitutions"]
    functions = [value for name, value in filled.items() if name.endswith("FunctionArn")]
    invoked = [
        resource
        for name, statement in statements_of(template)
        if name == "OrderPipeline" and "lambda:InvokeFunction" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]

    assert set(re.findall(r"\$\{(\w+)\}", str(machine))) == set(filled)
    assert invoked == functions
