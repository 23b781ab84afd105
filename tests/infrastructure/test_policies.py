"""Who may do what: every function what it needs, and no more."""

from typing import Any

from tests.infrastructure.template_file import (
    as_list,
    functions_of,
    statements_of,
    variables_of,
)
from tests.integration.adapters.tables import INDEXES

type Json = dict[str, Any]

# Statements that may name every resource, and why.
UNNAMED_RESOURCES = {
    ("OrderPipeline", "DeliverLogs"): "log delivery has no resources to name",
}


def test_no_statement_names_every_resource_without_a_listed_reason(template: Json) -> None:
    unnamed = {
        (name, statement.get("Sid"))
        for name, statement in statements_of(template)
        if statement["Effect"] == "Allow" and "*" in as_list(statement["Resource"])
    }

    assert unnamed == set(UNNAMED_RESOURCES)


def test_no_statement_allows_every_action_of_a_service(template: Json) -> None:
    for name, statement in statements_of(template):
        if statement["Effect"] == "Allow":
            assert not [a for a in as_list(statement["Action"]) if "*" in a], name


def test_no_function_writes_another_ones_table_by_a_wildcard(template: Json) -> None:
    for name, statement in statements_of(template):
        for resource in as_list(statement["Resource"]):
            arn = str(resource)
            if any(action.startswith("dynamodb:") for action in as_list(statement["Action"])):
                assert "*" not in arn, name


def test_the_authorizer_may_read_keys_and_sessions_and_nothing_else(template: Json) -> None:
    statements = [s for name, s in statements_of(template) if name == "AuthorizeRequestFunction"]

    assert [as_list(statement["Action"]) for statement in statements] == [["dynamodb:GetItem"]]
    assert statements[0]["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["key#*", "session#*"]}
    }


def test_what_anybody_may_call_reaches_links_and_sessions_and_nothing_else(template: Json) -> None:
    statements = [s for name, s in statements_of(template) if name == "OpenSessionFunction"]
    reached = {
        key
        for statement in statements
        for key in as_list(
            statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        )
    }

    assert reached == {"invite#*", "session#*", "*#sessions", "*#audit"}


def test_whoever_takes_webhooks_may_read_their_secrets_and_queue_them_and_nothing_else(
    template: Json,
) -> None:
    statements = [s for name, s in statements_of(template) if name == "ReceiveWebhookFunction"]

    assert [(as_list(s["Action"]), s.get("Condition")) for s in statements] == [
        (["sqs:SendMessage"], None),
        (
            ["dynamodb:GetItem"],
            {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "hook#*"}},
        ),
    ]


def test_only_the_sweep_removes_what_runs_write_and_it_removes_nothing_else(template: Json) -> None:
    removed = {
        name: [str(resource) for resource in as_list(statement["Resource"])]
        for name, statement in statements_of(template)
        if "s3:DeleteObject" in as_list(statement["Action"])
    }

    assert set(removed) == {"SweepObjectsFunction"}
    assert [arn.partition("Arn}/")[2] for arn in removed["SweepObjectsFunction"]] == [
        f"{folder}/*'}}" for folder in ("facts", "manifests", "reports")
    ]


def test_the_collector_reaches_no_table(template: Json) -> None:
    actions = {
        action
        for name, statement in statements_of(template)
        if name == "CollectHitsFunction"
        for action in as_list(statement["Action"])
    }

    assert actions == {"sqs:SendMessage", "s3:GetObject", "s3:ListBucket"}


def test_a_function_is_told_of_a_table_only_if_it_may_use_it(template: Json) -> None:
    functions = functions_of(template)
    allowed: dict[str, set[str]] = {name: set() for name in functions}
    for name, statement in statements_of(template):
        users = [name] if name in functions else users_of_policy(functions, name)
        for user in users:
            allowed[user] |= tables_in(statement)
    told = {
        name: {v["Ref"] for key, v in variables_of(f).items() if key.endswith("_TABLE")}
        for name, f in functions.items()
    }

    assert told == allowed


def users_of_policy(functions: dict[str, Json], policy: str) -> list[str]:
    return [name for name, f in functions.items() if {"Ref": policy} in f.get("Policies", [])]


def tables_in(statement: Json) -> set[str]:
    arns = [str(resource) for resource in as_list(statement["Resource"])]
    return {table for table in INDEXES for arn in arns if f"{table}.Arn" in arn}
