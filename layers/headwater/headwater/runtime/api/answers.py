"""Answers to readers: JSON or CSV, named by an ETag so that nothing is sent twice."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response

from headwater.domain.csv_rows import guarded
from headwater.runtime.api.problems import too_large

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

JSON, CSV = "application/json", "text/csv"
# Lambda sends 6 MB at most, escapes included.
LARGEST_ANSWER = 5_000_000
_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Accept, Authorization, Cookie"}


def etag_of(*parts: object) -> str:
    """Return the ETag of an answer that is made of nothing but these parts."""
    canonical = json.dumps(parts, sort_keys=True, default=str)
    return f'"{hashlib.sha256(canonical.encode()).hexdigest()[:32]}"'


def is_known(etag: str, if_none_match: str) -> bool:
    """Tell whether the caller has this answer already (RFC 9110 §13.1.2, weak comparison)."""
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in known or "*" in known


def not_modified(etag: str) -> Response[str]:
    """Return the answer that there is nothing new."""
    return Response(HTTPStatus.NOT_MODIFIED, body="", headers={**_HEADERS, "ETag": etag})


def json_answer(
    document: Any,  # noqa: ANN401 - any JSON value
    *,
    status: int = HTTPStatus.OK,
    etag: str = "",
) -> Response[str]:
    """Return a document as JSON.

    Raises:
        ProblemError: it is larger than an answer can be.
    """
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return _sized(body, JSON, status, etag)


def csv_answer(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]], etag: str
) -> Response[str]:
    """Return rows as CSV (RFC 4180), no cell of which a spreadsheet runs as a formula.

    Raises:
        ProblemError: it is larger than an answer can be.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(guarded, columns))
    writer.writerows([guarded(row.get(column)) for column in columns] for row in rows)
    return _sized(text.getvalue(), f"{CSV}; charset=utf-8", HTTPStatus.OK, etag)


def _sized(body: str, content_type: str, status: int, etag: str) -> Response[str]:
    if len(body.encode()) > LARGEST_ANSWER:
        message = f"The answer has more than {LARGEST_ANSWER:,} bytes; ask for a part of it."
        raise too_large(message)
    headers = _HEADERS | ({"ETag": etag} if etag else {})
    return Response(status, content_type=content_type, body=body, headers=headers)
