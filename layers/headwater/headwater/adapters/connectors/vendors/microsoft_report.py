"""Microsoft's reports: submitted, looked after, and downloaded as a zipped CSV."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, Any

from headwater.adapters.connectors.exchange import Ask, at
from headwater.adapters.connectors.jobs import await_job
from headwater.adapters.connectors.vendors.microsoft_zones import NAMES
from headwater.errors import MalformedAnswerError, TooMuchDataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from headwater.adapters.connectors.caller import Caller
    from headwater.usecases.ports import AdAccount

_NOTHING = b""
# What a report may unpack to: a bomb is no report.
_LARGEST = 500_000_000


def submit_report(
    caller: Caller,
    kind: str,
    columns: Sequence[str],
    ad_account: AdAccount,
    days: tuple[date, date],
) -> str:
    """Have a report by day made; return its number. Raises all errors of ``Caller.call``."""
    ask = Ask(
        "/GenerateReport/Submit",
        method="POST",
        json={"ReportRequest": _request(kind, columns, ad_account, days)},
        headers={"CustomerAccountId": ad_account.id},
    )
    return str(at(caller.call(ask).content(), "ReportRequestId"))


def fetch_report(
    caller: Caller,
    kind: str,
    columns: Sequence[str],
    ad_account: AdAccount,
    days: tuple[date, date],
) -> bytes:
    """Return a report by day as CSV, its first line the columns; empty where there is no data.

    Raises:
        TooMuchDataError: it takes too long, or fails. Also all errors of ``Caller.call``.
    """
    number = submit_report(caller, kind, columns, ad_account, days)

    def look() -> str | None:
        asked = Ask(
            "/GenerateReport/Poll",
            method="POST",
            json={"ReportRequestId": number},
            headers={"CustomerAccountId": ad_account.id},
        )
        status = at(caller.call(asked).content(), "ReportRequestStatus")
        match at(status, "Status"):
            case "Success":
                return str(at(status, "ReportDownloadUrl") or "")
            case "Error":
                message = f"the report {kind} failed"
                raise TooMuchDataError(message)
            case _:
                return None

    url = await_job(caller, look)
    if not url:
        return _NOTHING
    return _unzip(caller.call(Ask(url, is_json=False, is_anonymous=True)).body)


def read_report(report: bytes) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV report, by their columns."""
    return csv.DictReader(io.StringIO(report.decode("utf-8-sig"), newline=""))


def _request(
    kind: str, columns: Sequence[str], ad_account: AdAccount, days: tuple[date, date]
) -> Mapping[str, Any]:
    first, last = days
    return {
        "Type": kind,
        "ReportName": "Headwater",
        "Format": "Csv",
        # The second version has days of ISO 8601 and no commas in numbers.
        "FormatVersion": "2.0",
        "ExcludeReportHeader": True,
        "ExcludeReportFooter": True,
        "ReturnOnlyCompleteData": False,
        "Aggregation": "Daily",
        "Scope": {"AccountIds": [ad_account.id]},
        "Time": {
            "CustomDateRangeStart": _date(first),
            "CustomDateRangeEnd": _date(last),
            # Without it, days are those of the Pacific coast.
            "ReportTimeZone": NAMES.get(ad_account.time_zone, "PacificTimeUSCanadaTijuana"),
        },
        "Columns": list(columns),
    }


def _date(day: date) -> dict[str, int]:
    return {"Year": day.year, "Month": day.month, "Day": day.day}


def _unzip(body: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            [member] = archive.infolist()
            if member.file_size > _LARGEST:
                message = f"a report of {member.file_size:,} bytes"
                raise TooMuchDataError(message)
            return archive.read(member)
    except (zipfile.BadZipFile, ValueError):
        message = f"the report is no archive with one file ({len(body)} bytes)"
        raise MalformedAnswerError(message) from None
