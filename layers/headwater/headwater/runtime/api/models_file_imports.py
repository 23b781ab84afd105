"""The shapes of imports of whole files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from headwater.domain.file_imports import LARGEST_FILE
from headwater.runtime.api.fields import Amount, ApiModel, Day, Instant, with_example

Kind = Literal["touchpoints", "leads", "costs", "orders"]
State = Literal[
    "waiting_for_file",
    "checking",
    "question",
    "checked",
    "importing",
    "done",
    "undoing",
    "undone",
    "failed",
]
_Text = Annotated[str, Field(max_length=512)]
_TALLY = {
    "new": 981_204,
    "changed": 0,
    "unchanged": 18_201,
    "rejected": 595,
    "days": 731,
    "first_day": "2024-11-20",
    "last_day": "2026-11-20",
    "amounts": {},
    "examples": [{"row": 517, "reason": "not an email address"}],
}
_RECOGNIZED = {
    "encoding": "utf-8",
    "packed": False,
    "delimiter": "comma",
    "columns": {"E-Mail": "email", "Time": "at", "utm_source": "utm_source", "Notes": ""},
    "date_format": "mdy",
    "decimal_mark": "",
    "time_zone": "America/New_York",
}
_OPTIONS = {
    "time_zone": "America/New_York",
    "columns": {"E-Mail": "email", "Time": "at", "Notes": ""},
}
_IMPORT = {
    "import": "19a3f2c7e405f0c9ae1",
    "kind": "touchpoints",
    "state": "checked",
    "options": _OPTIONS,
    "size": 91_204_113,
    "created_at": "2026-11-21T14:02:11+00:00",
    "updated_at": "2026-11-21T14:05:40+00:00",
    "rows": 1_000_000,
    "rows_done": 1_000_000,
    "recognized": _RECOGNIZED,
    "questions": [],
    "reason": "",
    "checked": _TALLY,
    "replaced_rows": 0,
    "imported": None,
    "undone": None,
    "undo_until": "2026-12-20T14:02:11+00:00",
}


class FileOptions(ApiModel):
    """What a file does not say itself. What is left out is recognized, or asked for."""

    model_config = with_example(_OPTIONS)

    source: _Text | None = Field(None, description="Of orders; of leads that name none.")
    platform: _Text | None = Field(None, description="Of ad cost, which needs it.")
    ad_account: _Text | None = Field(None, description="Of ad cost, which needs it.")
    currency: Annotated[str, Field(pattern="^[A-Za-z]{3}$")] | None = Field(
        None, description="Of ad cost, which needs it; of orders that name none."
    )
    time_zone: _Text | None = Field(
        None, description="Of times without an offset.", examples=["America/New_York"]
    )
    date_format: Literal["mdy", "dmy"] | None = Field(
        None, description="What comes first in dates with slashes or hyphens, year last."
    )
    decimal_mark: Literal["point", "comma"] | None = None
    delimiter: Literal["comma", "semicolon", "tab", "pipe"] | None = None
    encoding: Literal["utf-8", "utf-16", "windows-1252"] | None = None
    columns: dict[str, _Text] | None = Field(
        None, description='Column of the file → column of ours; "" leaves it out.'
    )


class FileImportRequest(FileOptions):
    """A file that is to come."""

    model_config = with_example({"kind": "touchpoints", "size": 91_204_113, **_OPTIONS})

    kind: Kind
    size: int = Field(ge=1, le=LARGEST_FILE, strict=True, description="Of the file, in bytes.")


class RecognizedFile(ApiModel):
    """How the file is read."""

    encoding: str
    packed: bool = Field(description="It is gzip.")
    delimiter: str
    columns: dict[str, str] = Field(description="As in the options.")
    date_format: str
    decimal_mark: str = Field(description="Empty: each amount tells by itself.")
    time_zone: str


class FileQuestion(ApiModel):
    """What has to be said before the file can be read."""

    option: str = Field(description="The option of a further check that answers it.")
    text: str
    choices: list[str]


class RefusedExample(ApiModel):
    """A row that is not taken."""

    row: int = Field(description="As a spreadsheet counts; the header is 1.")
    reason: str


class RowTally(ApiModel):
    """What becomes of the rows; the four counts add up to all of them."""

    new: int
    changed: int
    unchanged: int
    rejected: int
    days: int = Field(description="UTC days that change; of ad cost, the platform's.")
    first_day: Day | None
    last_day: Day | None
    amounts: dict[str, Amount] = Field(
        description="What orders or cost that are new or changed come to, by currency."
    )
    examples: list[RefusedExample]


class UndoneImport(ApiModel):
    """What undoing took back, and what stays since somebody has changed it."""

    removed: int
    restored: int
    kept: int
    kept_orders: list[str]


class FileImportState(ApiModel):
    """An import of a file."""

    model_config = with_example(_IMPORT)

    import_id: str = Field(alias="import")
    kind: Kind
    state: State
    options: FileOptions
    size: int
    created_at: Instant
    updated_at: Instant
    rows: int
    rows_done: int = Field(description="How far the present or last pass has come.")
    recognized: RecognizedFile | None
    questions: list[FileQuestion]
    reason: str = Field(description="Why it failed.")
    checked: RowTally | None = Field(description="What an import would do.")
    replaced_rows: int = Field(
        description="Rows of ad cost that days of the file show now, and the file does not hold."
    )
    imported: RowTally | None
    undone: UndoneImport | None
    undo_until: Instant


class FileImportAnswer(FileImportState):
    """An import, and whose it is."""

    model_config = with_example({"account": "harbor", **_IMPORT})

    account: str


class UploadAddress(ApiModel):
    """Where to put the file: one request with the file as its body."""

    method: Literal["PUT"]
    url: str
    expires_in: int = Field(description="Seconds within which the upload has to begin.")


class NewFileImport(FileImportAnswer):
    """An import that waits for its file."""

    model_config = with_example(
        {
            "account": "harbor",
            **_IMPORT,
            "state": "waiting_for_file",
            "rows": 0,
            "rows_done": 0,
            "recognized": None,
            "checked": None,
            "upload": {
                "method": "PUT",
                "url": "https://lake.s3.amazonaws.com/raw/imports/account=harbor/19a3…/upload?…",
                "expires_in": 900,
            },
        }
    )

    upload: UploadAddress


class FileImportList(ApiModel):
    """The last hundred imports, the latest first."""

    model_config = with_example({"account": "harbor", "rows": [_IMPORT]})

    account: str
    rows: list[FileImportState]


class RejectedFile(ApiModel):
    """The rows that were not taken, as they came, each with its number and the reason."""

    model_config = with_example(
        {
            "account": "harbor",
            "import": "19a3f2c7e405f0c9ae1",
            "rejected": 595,
            "url": "https://lake.s3.amazonaws.com/raw/imports/account=harbor/19a3…/rejected.csv?…",
            "expires_in": 900,
        }
    )

    account: str
    import_id: str = Field(alias="import")
    rejected: int
    url: str
    expires_in: int
