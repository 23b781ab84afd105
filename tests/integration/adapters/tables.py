"""The four tables as the adapters need them; the template is held to the same definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Table → its indexes → (partition key, range key).
INDEXES: dict[str, dict[str, tuple[str, str]]] = {
    "OrdersTable": {
        "by_day": ("month_key", "day_key"),
        "by_email": ("email_key", "pk"),
        "by_customer": ("customer_key", "pk"),
    },
    "JourneysTable": {"by_day": ("month_key", "day_key")},
    "CostsTable": {},
    "AccountsTable": {},
}


def definition(table: str) -> dict[str, Any]:
    """Return what CreateTable is told about a table, but its name."""
    indexes = INDEXES[table]
    attributes = {"pk", "sk", *(name for pair in indexes.values() for name in pair)}
    described: dict[str, Any] = {
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in sorted(attributes)
        ],
        "KeySchema": _key_schema("pk", "sk"),
        "BillingMode": "PAY_PER_REQUEST",
    }
    if indexes:
        described["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index,
                "KeySchema": _key_schema(*pair),
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, pair in indexes.items()
        ]
    return described


def create_tables(client: DynamoDBClient, suffix: str) -> dict[str, str]:
    """Create the tables; return the name of each by its logical id."""
    names = {table: f"{table}-{suffix}" for table in INDEXES}
    for table, name in names.items():
        client.create_table(TableName=name, **definition(table))
    return names


def _key_schema(partition_key: str, range_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]
