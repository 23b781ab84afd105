"""Serve script: the tracking script and its loader, for a shop's pages to include."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urlsplit

from headwater.errors import RetriableError
from headwater.usecases.browser_answers import Answer, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.domain.sites import Site, Sites
    from headwater.usecases.browser_answers import Request

_NAME = re.compile(r"[0-9a-f]{12}\.js", re.ASCII)
# The bytes under a name never change.
_FOR_EVER = "public, max-age=31536000, immutable"
# How long a shop keeps loading the version before this one.
_SHORT = "public, max-age=300"
_RETRY_AFTER = 5
# Integrity is checked only where the answer lets any page read it; there is nothing secret in it.
_ANY_PAGE = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Build:
    """What this deployment serves: the script's name and integrity (SRI), the loader's text.

    The loader has the places ``{source}`` and ``{integrity}``.
    """

    script: str
    integrity: str
    loader: str


class Scripts(Protocol):
    """The built scripts: this deployment's, and those that earlier ones have served."""

    def build(self) -> Build:
        """Return what this deployment serves."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return a script of this deployment or of an earlier one; None if there was none."""
        ...


def serve_script(
    request: Request,
    *,
    sites: Callable[[], Sites],
    scripts: Scripts,
    newer_sites: Callable[[], Sites] | None = None,
) -> Answer:
    """Answer one request for a script; a site that is none of ``sites`` may be one of the newer.

    Routes: ``GET /s/{name}``, a script under the name of its content, for ever the same;
    ``GET /l/{public key}.js``, the loader of a site, which names the present one. Shops that set
    an integrity of their own (checkouts have to) include the former.
    """
    try:
        match request.path.split("/"):
            case ["", "s", name]:
                answer = _script(name, scripts)
            case ["", "l", name]:
                key = name.removesuffix(".js")
                answer = _loader(key, sites(), scripts.build())
                if answer.status == HTTPStatus.NOT_FOUND and newer_sites:
                    answer = _loader(key, newer_sites(), scripts.build())
            case _:
                answer = problem(HTTPStatus.NOT_FOUND, "path: nothing here")
    except RetriableError:
        reason = "the script cannot be read now"
        answer = problem(HTTPStatus.SERVICE_UNAVAILABLE, reason, _RETRY_AFTER)
    answer.headers.update(_ANY_PAGE)
    return answer


def _script(name: str, scripts: Scripts) -> Answer:
    content = scripts.read(name) if _NAME.fullmatch(name) else None
    if content is None:
        return problem(HTTPStatus.NOT_FOUND, "name: no such script")
    return _javascript(content, _FOR_EVER)


def _loader(public_key: str, sites: Sites, build: Build) -> Answer:
    site = sites.find(public_key)
    if site is None:
        return problem(HTTPStatus.NOT_FOUND, "key: unknown")
    query = urlencode({"key": public_key, "domains": ",".join(own_domains(site))}, safe=",")
    places = {"{source}": f"/s/{build.script}?{query}", "{integrity}": build.integrity}
    text = build.loader
    for place, value in places.items():
        # Between quotes already; JSON escapes whatever would end them.
        text = text.replace(place, json.dumps(value)[1:-1])
    return _javascript(text.encode(), _SHORT)


def own_domains(site: Site) -> list[str]:
    """Return the hosts of a site's pages, between which links carry the visitor along."""
    hosts = {urlsplit(origin).hostname or "" for origin in site.origins}
    return sorted({host.removeprefix("www.") for host in hosts if host})


def _javascript(content: bytes, cache_control: str) -> Answer:
    """Return a script compressed: the gateway does not, and every browser unpacks it."""
    packed = gzip.compress(content, compresslevel=9, mtime=0)
    headers = {
        "content-type": "text/javascript; charset=utf-8",
        "content-encoding": "gzip",
        "cache-control": cache_control,
    }
    body = base64.b64encode(packed).decode()
    return Answer(HTTPStatus.OK, headers, body=body, is_base64=True)
