"""The fact tables of a finished run, for other programs."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import etag_of, json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_exports import ExportedTable, ExportList
from headwater.runtime.api.reading import published_run, unless_known
from headwater.runtime.api.routing import account_of, new_router
from headwater.usecases.list_exports import export_table, list_exports, open_version


def export_routes() -> Router:
    """Return the routes of the fact tables."""
    router = new_router()
    _add_list(router)
    _add_table(router)
    return router


def _add_list(router: Router) -> None:
    @router.get(
        "/v1/exports",
        operation_id="list_exports",
        summary="The fact tables of the last finished run",
        description="Everything that the reports are computed from, as Parquet. No table holds an "
        "email, a name or an address.",
        tags=["exports"],
        responses=answers(ExportList, 404, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_list() -> Response[str]:
        account, run = account_of(router), published_run(router)
        etag = etag_of("exports", run.data_version)
        return unless_known(
            router, etag, lambda: json_answer(list_exports(account, run), etag=etag)
        )


def _add_table(router: Router) -> None:
    @router.get(
        "/v1/exports/<table>",
        operation_id="export_table",
        summary="The files of a fact table",
        description="Each with an address that opens it for 15 minutes. With `data_version` all "
        "tables are of one run, even if another one finishes between two requests.",
        tags=["exports"],
        responses=answers(ExportedTable, 404),
        security=NEEDS_KEY,
    )
    def read_table(
        table: Annotated[str, Path(max_length=32)],
        data_version: Annotated[
            str | None,
            Query(pattern="^[0-9a-f]{16}$", description="That of the list; else the present one."),
        ] = None,
    ) -> Response[str]:
        account, clock = account_of(router), bootstrap.clock()
        if data_version is None:
            manifest = published_run(router).manifest
        else:
            runs, lake = bootstrap.runs(), bootstrap.lake()
            manifest = open_version(account, data_version, runs=runs, lake=lake, clock=clock)
        files = bootstrap.fact_files()
        return json_answer(export_table(account, table, manifest, files=files, clock=clock))
