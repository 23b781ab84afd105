"""Manage imports: requests for imports of files, for their dry runs, their start and their undoing.

The work itself is ``import_file``'s; a request changes an import's state and starts it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from headwater.domain.file_evidence import DECIMAL_MARKS
from headwater.domain.file_imports import (
    ASKING,
    AT_WORK,
    CHECKED,
    CHECKING,
    DONE,
    FAILED,
    IMPORTING,
    LARGEST_FILE,
    SURVEY,
    UNDOING,
    UNDONE,
    WAITING,
    FileImport,
    ImportOptions,
    Place,
    Tally,
    options_of,
)
from headwater.domain.file_kinds import COSTS, KINDS, ORDERS
from headwater.domain.file_layouts import DELIMITERS, LONGEST_HEADER, MOST_COLUMNS
from headwater.domain.file_text import ENCODINGS
from headwater.domain.file_times import DAY_FIRST, MONTH_FIRST
from headwater.domain.imported_costs import read_load
from headwater.domain.rows import clean_text
from headwater.domain.validations import named_by_time
from headwater.errors import (
    ConflictError,
    InvalidParameterError,
    LeaseLostError,
    UnknownResourceError,
)
from headwater.usecases.import_orders import read_order_head

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.usecases.import_ports import RequestPorts

_MOST_LISTED = 100
_RANDOM_BYTES = 8
# Work is saved after each batch; one that has been silent for so long is begun again where it is.
_SILENCE = timedelta(minutes=5)
# Nobody works on an import that has been silent for longer than an invocation lasts.
_DEATH = timedelta(minutes=20)
_LONGEST_TEXT = 512
_CHOICES = {
    "date_format": (MONTH_FIRST, DAY_FIRST),
    "decimal_mark": tuple(DECIMAL_MARKS),
    "delimiter": tuple(DELIMITERS),
    "encoding": ENCODINGS,
}


def create_import(
    account: str, kind: str, size: int, options: Mapping[str, Any], *, ports: RequestPorts
) -> tuple[FileImport, str]:
    """Make an import of a file that is still to come; return it, and where to put the file.

    Args:
        account: whose.
        kind: touchpoints, leads, costs or orders.
        size: of the file, in bytes.
        options: fields of ``ImportOptions``; ``columns`` as a mapping.
        ports: the outside world.

    Raises:
        InvalidParameterError: naming the option and the reason.
    """
    if kind not in KINDS:
        message = f"kind: not one of {', '.join(KINDS)}"
        raise InvalidParameterError(message)
    if not 0 < size <= LARGEST_FILE:
        message = f"size: a file has 1 to {LARGEST_FILE:,} bytes; send it in parts"
        raise InvalidParameterError(message)
    now = ports.clock.now()
    import_id = named_by_time(now, ports.token_hex(_RANDOM_BYTES))
    read = _read_options(account, kind, options, ImportOptions(), ports)
    new = FileImport(import_id, kind, read, size, now, now)
    ports.imports.create(account, new)
    return new, ports.files.upload_url(account, import_id, size)


def check_import(
    account: str, import_id: str, options: Mapping[str, Any], *, ports: RequestPorts
) -> FileImport:
    """Begin the dry run of an import; answers to its questions come along as options.

    Raises:
        InvalidParameterError: no file was put yet, or it is too late for a dry run.
        RetriableError: the work was not begun; the same request may be repeated.
    """
    found = ports.imports.get(account, import_id)
    if found.state == CHECKING:
        return _begun(account, found, ports)
    if found.state not in {WAITING, ASKING, CHECKED, FAILED}:
        message = f"import: {found.state}; a file is checked before it is imported"
        raise InvalidParameterError(message)
    read = _read_options(account, found.kind, options, found.options, ports)
    stored = ports.files.find(account, import_id)
    if stored is None:
        message = "file: none was put yet; PUT it to the address that the import was answered with"
        raise InvalidParameterError(message)
    if stored.size > LARGEST_FILE:
        message = f"file: more than {LARGEST_FILE:,} bytes; send it in parts"
        raise InvalidParameterError(message)
    changes = {"options": read, "size": stored.size, "etag": "", "phase": SURVEY}
    blank = {"questions": (), "reason": "", "rows": 0, "reading": None, "replaced": 0}
    attempt = found.attempt + 1
    return _begin(account, found, CHECKING, ports, attempt=attempt, **changes, **blank)


def start_import(account: str, import_id: str, *, ports: RequestPorts) -> FileImport:
    """Begin to import a file that was checked.

    Raises:
        InvalidParameterError: it was not checked.
        RetriableError: the work was not begun; the same request may be repeated.
    """
    found = ports.imports.get(account, import_id)
    if found.state in {IMPORTING, DONE}:
        return _begun(account, found, ports)
    if found.state != CHECKED or found.reading is None:
        message = f"import: {found.state}; only one that is checked can be started"
        raise InvalidParameterError(message)
    _read_options(account, found.kind, {}, found.options, ports)
    return _begin(account, found, IMPORTING, ports, phase="")


def undo_import(account: str, import_id: str, *, ports: RequestPorts) -> FileImport:
    """Begin to take back what an import has written; also one that has died for good.

    Raises:
        InvalidParameterError: it is not done, or it is too late.
        RetriableError: the work was not begun; the same request may be repeated.
    """
    found = ports.imports.get(account, import_id)
    if found.state in {UNDOING, UNDONE}:
        return _begun(account, found, ports)
    is_dead = found.state == IMPORTING and ports.clock.now() - found.updated_at >= _DEATH
    if found.state != DONE and not is_dead:
        message = f"import: {found.state}; only one that is done can be undone"
        raise InvalidParameterError(message)
    if ports.clock.now() > found.undo_until:
        message = f"import: it could be undone until {found.undo_until:%Y-%m-%d}"
        raise InvalidParameterError(message)
    # What it read and wrote with stands for the present, so that is found again.
    same = {"started_at": found.started_at, "currency": found.currency}
    return _begin(account, found, UNDOING, ports, phase="", **same)


def list_imports(account: str, *, ports: RequestPorts) -> list[FileImport]:
    """Return the last imports of an account, the latest first."""
    return ports.imports.latest(account, _MOST_LISTED)


def rejected_file(account: str, import_id: str, *, ports: RequestPorts) -> tuple[int, str]:
    """Return how many rows an import refused, or would refuse, and where they are.

    Raises:
        UnknownResourceError: there are none, or it is not known yet.
    """
    found = ports.imports.get(account, import_id)
    tally = {CHECKED: found.checked, DONE: found.imported}.get(found.state)
    if tally is None or not tally.rejected:
        message = "import: no row of it was refused, or it is not known yet"
        raise UnknownResourceError(message)
    return tally.rejected, ports.files.rejected_url(account, import_id)


def _begin(
    account: str,
    found: FileImport,
    state: str,
    ports: RequestPorts,
    **changes: Any,  # noqa: ANN401 - fields of the record
) -> FileImport:
    """Save that work begins, and have it done."""
    now = ports.clock.now()
    first = found.reading.layout.first_byte if found.reading else 0
    begun: dict[str, Any] = {
        "state": state,
        "updated_at": now,
        "started_at": now,
        "currency": ports.accounts.settings(account).currency,
        "place": Place(first),
        "checked": Tally() if state == CHECKING else found.checked,
    }
    try:
        saved = ports.imports.save(account, replace(found, **begun | changes))
    except LeaseLostError as error:
        raise ConflictError(str(error)) from None
    ports.workers.start(account, found.import_id)
    return saved


def _begun(account: str, found: FileImport, ports: RequestPorts) -> FileImport:
    """Return an import whose work has begun before; have it go on if it seems to have died."""
    if found.state in AT_WORK and ports.clock.now() - found.updated_at >= _SILENCE:
        ports.workers.start(account, found.import_id)
    return found


def _read_options(
    account: str,
    kind: str,
    given: Mapping[str, Any],
    known: ImportOptions,
    ports: RequestPorts,
) -> ImportOptions:
    """Return options with those that are given in the place of those that are known."""
    allowed, needed = options_of(kind)
    for name, value in given.items():
        if name not in allowed:
            message = f"{clean_text(str(name))}: no option of an import of {kind}"
            raise InvalidParameterError(message)
        if name != "columns":
            _check_text(name, value)
    columns = given.get("columns")
    more = {"columns": _columns(kind, columns)} if columns is not None else {}
    read = replace(known, **{**given, **more})
    for name in sorted(needed):
        if not getattr(read, name):
            message = f"{name}: missing"
            raise InvalidParameterError(message)
    if kind == COSTS:
        load = read_load(
            {name: getattr(read, name) for name in ("platform", "ad_account", "currency")}
            | {"load": "import"},
            ports.clock.now(),
        )
        read = replace(
            read, platform=load.platform, ad_account=load.ad_account, currency=load.currency
        )
    if kind == ORDERS:
        head = {"source": read.source, "currency": read.currency}
        read = replace(read, currency=read_order_head(account, head, ports.accounts).currency)
    return read


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or value != clean_text(value):
        message = f"{name}: not a text of at most {_LONGEST_TEXT} characters"
        raise InvalidParameterError(message)
    choices = _CHOICES.get(name)
    if value and choices and value not in choices:
        message = f"{name}: not one of {', '.join(choices)}"
        raise InvalidParameterError(message)
    if name == "time_zone" and value:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            message = "time_zone: there is no such time zone; give one like America/New_York"
            raise InvalidParameterError(message) from None


def _columns(kind: str, given: object) -> tuple[tuple[str, str], ...]:
    known = {*KINDS[kind].columns, ""}
    if (
        not isinstance(given, dict)
        or len(given) > MOST_COLUMNS
        or sum(map(len, given)) > LONGEST_HEADER
        or not all(name == clean_text(name) for name in given)
    ):
        message = "columns: not an object of at most 1,000 columns of the file"
        raise InvalidParameterError(message)
    for name, column in given.items():
        if not isinstance(column, str) or column not in known:
            message = f"columns: {clean_text(name)}: not a column of {kind}, nor empty"
            raise InvalidParameterError(message)
    return tuple(given.items())
