"""Where an installation of Headwater lies, as a value that tests hand to their processes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

from tests.integration.adapters.tables import create_tables

if TYPE_CHECKING:
    from collections.abc import Mapping

type Client = Any

ACCOUNTS = "AccountsTable"


@dataclass(frozen=True)
class Installation:
    """An emulator's address, the names of the four tables by their logical ids, and the lake."""

    endpoint: str
    tables: Mapping[str, str]
    bucket: str

    @classmethod
    def create(cls, endpoint: str, name: str) -> Installation:
        """Make the tables and the bucket."""
        installation = cls(endpoint, create_tables(_client(endpoint, "dynamodb"), name), name)
        installation.client("s3").create_bucket(Bucket=name)
        return installation

    def without_what_is_exported(self) -> Installation:
        """Return it as who has only the accounts and the lake finds it: all else is not there."""
        tables = dict.fromkeys(self.tables, "nowhere") | {ACCOUNTS: self.tables[ACCOUNTS]}
        return replace(self, tables=tables)

    def client(self, service: str) -> Client:
        """Return a new client: one that was made before a fork is of no use after it."""
        return _client(self.endpoint, service)


def _client(endpoint: str, service: str) -> Client:
    return _session().create_client(
        service,
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        # A call that is answered at the second attempt would be counted as one.
        config=Config(retries={"total_max_attempts": 1}),
    )


@cache
def _session() -> botocore.session.Session:
    """Return this process's session, which keeps what it has read of the services' models."""
    return botocore.session.get_session()
