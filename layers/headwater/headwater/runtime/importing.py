"""Wires what imports of files work with."""

from __future__ import annotations

from functools import cache
from secrets import token_hex
from typing import TYPE_CHECKING

from botocore.config import Config

from headwater.adapters.aws_session import shared_session
from headwater.adapters.awslambda.import_workers import LambdaImportWorkers
from headwater.adapters.dynamodb.imported_journeys import DynamoImportedJourneys
from headwater.adapters.dynamodb.imported_sales import DynamoImportedCosts, DynamoImportedOrders
from headwater.adapters.dynamodb.imports import DynamoImports
from headwater.adapters.s3.import_files import S3ImportFiles
from headwater.runtime.pipelines import pipeline
from headwater.runtime.settings import settings
from headwater.runtime.storage import (
    CLIENT,
    accounts,
    clock,
    costs,
    erasures,
    journeys,
    marks,
    orders,
    s3,
    table,
)
from headwater.usecases.import_ports import ImportPorts, RequestPorts

if TYPE_CHECKING:
    from headwater.usecases.ports.imports import ImportFiles, Imports, ImportWorkers

# Whoever uploads to an address sends no checksum that it would have to name.
_SIGNER = CLIENT.merge(
    Config(signature_version="s3v4", request_checksum_calculation="when_required")
)


@cache
def imports() -> Imports:
    """Return the imports of files."""
    return DynamoImports(table("accounts_table"))


@cache
def import_files() -> ImportFiles:
    """Return the files of imports."""
    signer = shared_session().client("s3", config=_SIGNER)
    return S3ImportFiles(s3(), signer, settings().required("lake_bucket"))


@cache
def workers() -> ImportWorkers:
    """Return what starts the work on imports."""
    function = settings().required("import_file_function")
    return LambdaImportWorkers(shared_session().client("lambda", config=CLIENT), function)


def request_ports() -> RequestPorts:
    """Return what requests for imports work with."""
    return RequestPorts(
        clock=clock(),
        accounts=accounts(),
        imports=imports(),
        files=import_files(),
        workers=workers(),
        token_hex=token_hex,
    )


def import_ports() -> ImportPorts:
    """Return what the work on imports is done with."""
    return ImportPorts(
        clock=clock(),
        accounts=accounts(),
        imports=imports(),
        files=import_files(),
        journeys=journeys(),
        orders=orders(),
        costs=costs(),
        imported_journeys=DynamoImportedJourneys(
            table("journeys_table"), marks(), clock(), erasures()
        ),
        imported_orders=DynamoImportedOrders(table("orders_table"), marks(), erasures()),
        imported_costs=DynamoImportedCosts(table("costs_table"), marks(), clock()),
        pipeline=pipeline(),
    )
