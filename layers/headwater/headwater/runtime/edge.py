"""The collector's edge: HTTP events in, answers out. It starts fast, so it imports little.

The standard library, boto3 and the few modules of ours that need nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from headwater.adapters.s3.edge_sites import S3EdgeSites
from headwater.adapters.s3.scripts import BUILT_SCRIPTS, S3Scripts
from headwater.adapters.sqs.hit_queue import SqsHitQueue
from headwater.adapters.system_clock import SystemClock
from headwater.domain.rate_limits import RateLimits
from headwater.errors import ConfigurationError, RetriableError
from headwater.usecases.browser_answers import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headwater.domain.sites import Sites
    from headwater.usecases.browser_answers import Answer
    from headwater.usecases.ports import Clock, HitQueue
    from headwater.usecases.serve_script import Scripts

# How long a site that was removed, or whose pages are others now, stays as it was, at most.
_SITES_LIVE = 60.0
# How long one that is new waits until its hits are taken, at most. Any browser can ask for a site
# that there is not, so its asking alone must not have the list read each time.
_SITES_RENEWED = 5.0
# A browser waits for the answer, so the edge gives up within its timeout of 5 s.
_CLIENT = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}
)


class CachedSites:
    """The registered sites, read again once they are older than a minute, or than five seconds.

    Args:
        read: reads them.
        seconds: a clock that only ever moves on.
    """

    def __init__(self, read: Callable[[], Sites], seconds: Callable[[], float]) -> None:
        self._read = read
        self._seconds = seconds
        self._sites: Sites | None = None
        self._read_at = 0.0

    def get(self) -> Sites:
        """Return the sites; the old ones where the new ones cannot be read."""
        return self._younger_than(_SITES_LIVE)

    def renew(self) -> Sites:
        """Return the sites of the last few seconds; the old ones where these cannot be read."""
        return self._younger_than(_SITES_RENEWED)

    def _younger_than(self, seconds: float) -> Sites:
        now = self._seconds()
        if self._sites is None:
            self._sites, self._read_at = self._read(), now
        elif now - self._read_at >= seconds:
            self._read_at = now
            try:
                self._sites = self._read()
            except RetriableError as error:
                _write_line(level="WARNING", message="old sites", error=type(error).__name__)
        return self._sites


def clock() -> Clock:
    """Return the machine's clock."""
    return SystemClock()


def sites() -> Sites:
    """Return the registered sites."""
    return _cached_sites().get()


def newer_sites() -> Sites:
    """Return the sites of the last few seconds, for whoever is none of ``sites``."""
    return _cached_sites().renew()


@cache
def hit_queue() -> HitQueue:
    """Return the queue of the hits."""
    return SqsHitQueue(boto3.client("sqs", config=_CLIENT), _variable("HIT_QUEUE_URL"))


@cache
def limits() -> RateLimits:
    """Return how many hits each store may send to this execution environment."""
    return RateLimits(float(_variable("SITE_HITS_PER_SECOND")))


@cache
def scripts() -> Scripts:
    """Return the tracking script's files."""
    client = boto3.client("s3", config=_CLIENT)
    return S3Scripts(client, _variable("LAKE_BUCKET"), BUILT_SCRIPTS)


def request_of(event: Mapping[str, Any]) -> Request:
    """Read an HTTP API's event (payload format 2.0)."""
    http = event["requestContext"]["http"]
    return Request(
        method=http["method"],
        path=event["rawPath"],
        query=event.get("rawQueryString") or "",
        headers=event.get("headers") or {},
        body=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
        source_ip=http.get("sourceIp", ""),
        cookies=tuple(event.get("cookies") or ()),
    )


def response_of(answer: Answer) -> dict[str, Any]:
    """Return an answer as an HTTP API wants it."""
    return {
        "statusCode": int(answer.status),
        "headers": answer.headers,
        "cookies": list(answer.cookies),
        "body": answer.body,
        "isBase64Encoded": answer.is_base64,
    }


def log(request: Request, answer: Answer) -> None:
    """Write one line about a request: no address, no query, nothing of the browser's."""
    _write_line(
        level="INFO",
        message="hits collected",
        method=request.method,
        path=request.path[:64],
        status=int(answer.status),
        hits=answer.hits,
        reason=answer.reason,
    )


@cache
def _cached_sites() -> CachedSites:
    client = boto3.client("s3", config=_CLIENT)
    return CachedSites(S3EdgeSites(client, _variable("LAKE_BUCKET")).sites, time.monotonic)


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        message = f"the environment variable {name} is missing"
        raise ConfigurationError(message)
    return value


def _write_line(**fields: object) -> None:
    # One write, so that lines of a concurrent writer cannot come between.
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()
