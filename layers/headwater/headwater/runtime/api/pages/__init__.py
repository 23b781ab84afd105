"""Pages that a function serves as they are: one file each, with its style and script inside."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from aws_lambda_powertools.event_handler import Response

_INLINE = {tag: re.compile(f"<{tag}>(.*?)</{tag}>", re.DOTALL) for tag in ("script", "style")}


def page_answer(name: str) -> Response[str]:
    """Return a page, which may run its own script alone and talk to its own origin alone."""
    text, policy = _page(name)
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(200, "text/html; charset=utf-8", text, headers)


@cache
def _page(name: str) -> tuple[str, str]:
    text = (Path(__file__).parent / f"{name}.html").read_text()
    script, style = (_hashes(tag.findall(text)) for tag in _INLINE.values())
    return text, (
        f"default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hashes(inline: list[str]) -> str:
    digests = (hashlib.sha256(each.encode()).digest() for each in inline)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
