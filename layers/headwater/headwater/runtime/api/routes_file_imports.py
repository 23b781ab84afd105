"""Imports of whole files: asked for, checked, begun, undone, looked at."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from headwater.domain.file_imports import FileImport
from headwater.domain.file_kinds import KINDS
from headwater.domain.file_templates import template_of
from headwater.errors import UnknownResourceError
from headwater.runtime import importing
from headwater.runtime.api.answers import CSV, csv_answer, etag_of, json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_file_imports import (
    FileImportAnswer,
    FileImportList,
    FileImportRequest,
    FileOptions,
    NewFileImport,
    RejectedFile,
)
from headwater.runtime.api.routing import account_of, new_router, note
from headwater.runtime.observability import logger
from headwater.usecases.manage_imports import (
    check_import,
    list_imports,
    rejected_file,
    start_import,
    undo_import,
)
from headwater.usecases.ports.imports import ADDRESS_SECONDS
from headwater.usecases.told_imports import told_import

ImportId = Annotated[str, Path(max_length=64)]
_CONTRACT: dict[str, Any] = {"tags": ["imports"], "security": NEEDS_KEY}
_BEGUN = "The work is under way; read its state."


def file_import_routes(create_import: Callable[..., tuple[FileImport, str]]) -> Router:
    """Return the routes of imports of files.

    Args:
        create_import: the use case that makes one.
    """
    router = new_router()
    _add_create(router, create_import)
    _add_reading(router)
    _add_template(router)
    _add_check(router)
    _add_work(router, "start", start_import, "Import a file that was checked")
    _add_work(router, "undo", undo_import, "Take an import back")
    return router


def _add_create(router: Router, create_import: Callable[..., tuple[FileImport, str]]) -> None:
    @router.post(
        "/v1/imports",
        operation_id="create_import",
        summary="Import a file",
        description="Answers where to PUT the file, which may be gzip; then check it.",
        responses=answers(NewFileImport, 413, status=201, description="It waits for its file."),
        openapi_extensions=takes(FileImportRequest),
        **_CONTRACT,
    )
    def create() -> Response[str]:
        account = account_of(router)
        asked = read_model(router.current_event.raw_event, FileImportRequest)
        ports = importing.request_ports()
        new, url = create_import(account, asked.kind, asked.size, _given(asked), ports=ports)
        note(router, kind=new.kind, made=new.import_id)
        upload = {"method": "PUT", "url": url, "expires_in": ADDRESS_SECONDS}
        return json_answer(_told(account, new) | {"upload": upload}, status=HTTPStatus.CREATED)


def _add_reading(router: Router) -> None:
    @router.get(
        "/v1/imports",
        operation_id="list_imports",
        summary="The imports of files",
        responses=answers(FileImportList),
        **_CONTRACT,
    )
    def list_all() -> Response[str]:
        account = account_of(router)
        found = list_imports(account, ports=importing.request_ports())
        return json_answer({"account": account, "rows": [told_import(one) for one in found]})

    @router.get(
        "/v1/imports/<import_id>",
        operation_id="read_import",
        summary="One import",
        description="Its state, how the file is read, what has to be said, what it did.",
        responses=answers(FileImportAnswer, 404),
        **_CONTRACT,
    )
    def read(import_id: ImportId) -> Response[str]:
        account = account_of(router)
        found = importing.request_ports().imports.get(account, import_id)
        return json_answer(_told(account, found))

    @router.get(
        "/v1/imports/<import_id>/rejected",
        operation_id="read_rejected_rows",
        summary="The rows that were refused",
        description="Where a CSV file of them can be read for some minutes: each row as it came, "
        "behind its number and the reason. Mended, it can be imported.",
        responses=answers(RejectedFile, 404),
        **_CONTRACT,
    )
    def rejected(import_id: ImportId) -> Response[str]:
        account = account_of(router)
        count, url = rejected_file(account, import_id, ports=importing.request_ports())
        told = {"account": account, "import": import_id, "rejected": count, "url": url}
        return json_answer(told | {"expires_in": ADDRESS_SECONDS})


def _add_template(router: Router) -> None:
    content = {CSV: {"schema": {"type": "string"}}}
    told = answers(FileImportAnswer, 404)
    told[HTTPStatus.OK] = {"description": "A file of two rows.", "content": content}

    @router.get(
        "/v1/imports/templates/<template>",
        operation_id="read_import_template",
        summary="A file to begin with",
        description=f"One of {', '.join(f'{kind}.csv' for kind in KINDS)}: all columns, and two "
        "rows that can be imported as they are.",
        responses=told,
        **_CONTRACT,
    )
    def template(template: ImportId) -> Response[str]:
        kind = template.removesuffix(".csv")
        if kind not in KINDS:
            message = f"template: not one of {', '.join(f'{kind}.csv' for kind in KINDS)}"
            raise UnknownResourceError(message)
        columns, rows = template_of(kind)
        return csv_answer(columns, rows, etag_of(columns, rows))


def _add_check(router: Router) -> None:
    @router.post(
        "/v1/imports/<import_id>/check",
        operation_id="check_import",
        summary="Do a dry run",
        description="Reads all of the file, writes nothing, and says what an import would do. "
        "Answers to questions come as options; others stay as they are.",
        responses=answers(FileImportAnswer, 404, 413, status=202, description=_BEGUN),
        openapi_extensions=takes(FileOptions),
        **_CONTRACT,
    )
    def check(import_id: ImportId) -> Response[str]:
        account, event = account_of(router), router.current_event.raw_event
        given = _given(read_model(event, FileOptions)) if event.get("body") else {}
        found = check_import(account, import_id, given, ports=importing.request_ports())
        return _begun(account, found)


def _add_work(router: Router, verb: str, begin: Callable[..., FileImport], summary: str) -> None:
    @router.post(
        f"/v1/imports/<import_id>/{verb}",
        operation_id=f"{verb}_import",
        summary=summary,
        responses=answers(FileImportAnswer, 404, status=202, description=_BEGUN),
        **_CONTRACT,
    )
    def work(import_id: ImportId) -> Response[str]:
        account = account_of(router)
        found = begin(account, import_id, ports=importing.request_ports())
        note(router, kind=found.kind, rows=found.rows)
        return _begun(account, found)


def _begun(account: str, found: FileImport) -> Response[str]:
    told = {"import": found.import_id, "kind": found.kind, "state": found.state}
    logger.info("import asked for", extra=told)
    return json_answer(_told(account, found), status=HTTPStatus.ACCEPTED)


def _told(account: str, found: FileImport) -> dict[str, Any]:
    return {"account": account, **told_import(found)}


def _given(asked: FileOptions) -> dict[str, Any]:
    """Return the options that a body gives."""
    given = asked.model_dump(exclude_none=True)
    return {name: value for name, value in given.items() if name not in {"kind", "size"}}
