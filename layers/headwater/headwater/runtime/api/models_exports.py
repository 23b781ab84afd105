"""The shapes of exported fact tables."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Day, Instant, with_example

_RUN: dict[str, Any] = {
    "account": "harbor",
    "data_version": "9f2c41d07be3a865",
    "as_of": "2026-11-21",
    "time_zone": "America/New_York",
    "currency": "USD",
}
_COLUMNS = [
    {"name": "opt_in_id", "type": "VARCHAR"},
    {"name": "occurred_at", "type": "TIMESTAMP"},
    {"name": "node", "type": "VARCHAR"},
    {"name": "source", "type": "VARCHAR"},
    {"name": "kind", "type": "VARCHAR"},
]
_LAKE = "facts/optins/account=harbor/day=2026-10/4b1f0c6de2a95873.parquet"
EXPORT_LIST = {
    **_RUN,
    "generated_at": "2026-11-21T14:02:11+00:00",
    "tables": [
        {
            "table": "optins",
            "path": "/v1/exports/optins?data_version=9f2c41d07be3a865",
            "files": 1,
            "columns": _COLUMNS,
        }
    ],
}
EXPORTED_TABLE = {
    **_RUN,
    "table": "optins",
    "columns": _COLUMNS,
    "expires_at": "2026-11-21T14:20:00+00:00",
    "files": [
        {
            "partition": "2026-10",
            "location": f"s3://headwater-lake/{_LAKE}",
            "url": f"https://headwater-lake.s3.us-east-1.amazonaws.com/{_LAKE}?X-Amz-Signature=…",
            "rows": 5120,
            "bytes": 181204,
            "hash": "4b1f0c6de2a95873",
        }
    ],
}


class FactColumn(ApiModel):
    """A column of a fact table."""

    name: str
    type: str = Field(description="As DuckDB and docs/data-model.md name it: VARCHAR, BIGINT …")


class ExportedRun(ApiModel):
    """The finished run that everything in the answer is of."""

    account: str
    data_version: str
    as_of: Day = Field(description="The day on which the run happened.")
    time_zone: str
    currency: str = Field(description="Of every amount that ends in _minor, _gross or _net.")


class TableLink(ApiModel):
    """A fact table and where its objects are listed."""

    table: str
    path: str = Field(description="Its objects, of this version whatever finishes meanwhile.")
    files: int = Field(description="0: the table is empty.")
    columns: list[FactColumn]


class ExportList(ExportedRun):
    """The fact tables of the last finished run."""

    model_config = with_example(EXPORT_LIST)

    generated_at: Instant
    tables: list[TableLink]


class FactFileLink(ApiModel):
    """A Parquet file. It never changes: who has one of this hash need not fetch it again."""

    partition: str = Field(description="A UTC day, a closed month, or all.")
    location: str = Field(description="In the lake, for programs that have access to it.")
    url: str = Field(description="Opens it without a key until expires_at. Treat it as a secret.")
    rows: int | None = Field(description="Null where the release that wrote it did not count.")
    bytes: int
    hash: str = Field(description="The first 16 hex digits of its SHA-256.")


class ExportedTable(ExportedRun):
    """The files that a table consists of; without files it is empty."""

    model_config = with_example(EXPORTED_TABLE)

    table: str
    columns: list[FactColumn]
    expires_at: Instant
    files: list[FactFileLink]
