"""The tables and the lake: their keys, their privacy, and how long they keep what."""

from typing import Any

import pytest

from tests.infrastructure.template_file import resources_of
from tests.integration.adapters.tables import INDEXES, definition

type Json = dict[str, Any]


@pytest.mark.parametrize("table", sorted(INDEXES))
def test_a_table_has_the_keys_that_its_adapter_uses(template: Json, table: str) -> None:
    properties = resources_of(template, "AWS::DynamoDB::Table")[table]
    wanted = definition(table)

    assert by_name(properties.pop("AttributeDefinitions"), "AttributeName") == by_name(
        wanted.pop("AttributeDefinitions"), "AttributeName"
    )
    assert {key: properties.get(key) for key in wanted} == wanted
    assert ("GlobalSecondaryIndexes" in properties) == ("GlobalSecondaryIndexes" in wanted)


def by_name(entries: list[Json], name: str) -> list[Json]:
    return sorted(entries, key=lambda entry: str(entry[name]))


def test_there_is_no_other_table(template: Json) -> None:
    assert set(resources_of(template, "AWS::DynamoDB::Table")) == set(INDEXES)


def test_what_holds_a_merchants_data_outlives_the_stack_and_is_encrypted(template: Json) -> None:
    for name, table in resources_of(template, "AWS::DynamoDB::Table").items():
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["SSESpecification"] == {"SSEEnabled": True}
        assert template["Resources"][name]["DeletionPolicy"] == "Retain"
    assert template["Resources"]["LakeBucket"]["DeletionPolicy"] == "Retain"


def test_rows_expire_where_they_may(template: Json) -> None:
    expiring = {
        name
        for name, table in resources_of(template, "AWS::DynamoDB::Table").items()
        if table.get("TimeToLiveSpecification") == {"AttributeName": "expires_at", "Enabled": True}
    }

    assert expiring == {"AccountsTable", "CostsTable"}


def test_the_lake_is_private_and_spoken_to_by_tls_only(template: Json) -> None:
    lake = resources_of(template, "AWS::S3::Bucket")["LakeBucket"]
    policy = resources_of(template, "AWS::S3::BucketPolicy")["LakeBucketPolicy"]

    assert set(lake["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_holds_names_and_addresses_leaves_the_lake_after_30_days(template: Json) -> None:
    rules = resources_of(template, "AWS::S3::Bucket")["LakeBucket"]["LifecycleConfiguration"]
    expiring = {
        rule["Prefix"]: rule["ExpirationInDays"] for rule in rules["Rules"] if "Prefix" in rule
    }

    assert expiring == {"raw/": 30, "runs/": 30}
