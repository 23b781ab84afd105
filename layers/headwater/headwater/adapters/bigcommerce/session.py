"""Calls to one store: the headers, the waits, the retries and the pages of a listing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests

from headwater.adapters.bigcommerce.answers import Answer, Resource, read
from headwater.adapters.bigcommerce.limits import Quota
from headwater.adapters.patience import Patience
from headwater.errors import (
    CredentialsRejectedError,
    MalformedAnswerError,
    RateLimitedError,
    RetriableError,
    StoreUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from headwater.usecases.ports import Clock

# Seconds to connect, and between two pieces of an answer: a page of 250 orders is slow.
TIMEOUTS = (5.0, 60.0)
_MOST_PER_PAGE = 250
_FEWEST_PER_PAGE = 10
_MOST_ATTEMPTS = 5
# How V2 and V3 refuse a limit above their maximum, which is documented for neither.
_TOO_MANY_ROWS = frozenset({HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY})
# After a failure: 2, 8, 32 and 128 s. The store asks for gaps that grow to a minute and more.
_FIRST_GAP, _GAP_GROWTH = 2.0, 4.0
# After a 429 that names no time: 5, 10, 20, ... seconds, at most a minute.
_FIRST_THROTTLE_GAP, _LONGEST_THROTTLE_GAP = 5.0, 60.0
# After a 429 that names one, whatever follows it waits at least these, or a greedy neighbor and a
# reset time of a few milliseconds would have us knock without a pause.
_FIRST_REPEATED_GAP = 0.5
# After a 401: a store in trouble refuses good tokens for a moment.
_REJECTION_GAPS = (10.0, 60.0)
_PRINTABLE = re.compile(r"[!-~]+")

type Query = Mapping[str, str | int]


class PageSize:
    """How many rows to ask for at once; halved whenever the store chokes on a page."""

    def __init__(self, rows: int = _MOST_PER_PAGE) -> None:
        self.rows = rows

    def halve(self) -> None:
        """Ask for less from now on."""
        self.rows = max(self.rows // 2, _FEWEST_PER_PAGE)


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of one page, the body that they came in, and the limit that was asked for.

    ``asked_at`` is when they were asked for, by our clock. ``pagination`` is what V3 says of the
    list; empty for V2 and where it says nothing.
    """

    rows: list[Any]
    body: bytes
    limit: int
    asked_at: datetime
    pagination: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_last(self) -> bool:
        """Tell whether nothing follows: the page is empty or short."""
        return len(self.rows) < self.limit


class Session:
    """An authenticated connection to one store. Only webhooks and scripts are ever written.

    Redirects are never followed and proxies never used, so the token goes to the API alone.

    Args:
        store_url: the store's address at the API.
        access_token: the token to begin with.
        clock: tells how long to wait still.
        deadline: no wait goes on beyond it.
        sleep: waits a number of seconds.
        renew: returns the token that is kept now. With it a rejected token is not the end: another
            one takes its place, and the same one is tried again after a while.
        timeouts: seconds to connect, and between two pieces of an answer.
    """

    def __init__(
        self,
        store_url: str,
        access_token: str,
        *,
        clock: Clock,
        deadline: datetime,
        sleep: Callable[[float], object],
        renew: Callable[[], str] | None = None,
        timeouts: tuple[float, float] = TIMEOUTS,
    ) -> None:
        self._store_url = store_url.rstrip("/")
        self._renew = renew
        self._timeouts = timeouts
        self._clock = clock
        self._patience = Patience(clock, deadline, sleep)
        self._quota = Quota(clock)
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers.update(
            {
                "Accept": "application/json",
                "User-Agent": "Headwater (order attribution)",
            }
        )
        self._use(access_token)

    @property
    def is_out_of_time(self) -> bool:
        """Tell whether the deadline has passed."""
        return self._patience.is_over

    def _use(self, access_token: str) -> None:
        if not _PRINTABLE.fullmatch(access_token):
            message = "the access token is empty, or has characters that no token has"
            raise CredentialsRejectedError(message)
        self._token = access_token
        self._http.headers["X-Auth-Token"] = access_token

    def get(self, resource: Resource, query: Query) -> Any:  # noqa: ANN401 - any JSON value
        """Return what the store says to one question; see ``answers.read`` for the errors."""
        return self._persist(lambda: read(self._call(resource, query), resource), PageSize())

    def send(
        self,
        method: str,
        resource: Resource,
        content: Mapping[str, Any] | None = None,
        *,
        attempts: int = _MOST_ATTEMPTS,
    ) -> Any:  # noqa: ANN401 - any JSON value
        """Make, change or delete something; return what the store says to it.

        A call whose answer is lost is made again, so the store may see it twice; with one attempt
        it is not.

        Raises:
            HeadwaterError: as ``answers.read``.
        """
        return self._persist(
            lambda: read(self._call(resource, {}, method, content), resource), PageSize(), attempts
        )

    def page(self, resource: Resource, query: Query, size: PageSize) -> Listing:
        """Return one page of a listing, asking for fewer rows if the store cannot give so many.

        The rows of V3 stand under ``data``, those of V2 by themselves.
        """

        def ask() -> Listing:
            answer = self._call(resource, {**query, "limit": size.rows})
            while answer.status in _TOO_MANY_ROWS and size.rows > _FEWEST_PER_PAGE:
                size.halve()
                answer = self._call(resource, {**query, "limit": size.rows})
            content = read(answer, resource)
            rows = content.get("data") if isinstance(content, dict) else content
            if content is not None and not isinstance(rows, list):
                message = f"{resource.path} is not a list"
                raise MalformedAnswerError(message)
            said = _pagination(content)
            return Listing(rows or [], answer.body, size.rows, answer.asked_at, said)

        return self._persist(ask, size)

    def pages(self, resource: Resource, query: Query, size: PageSize) -> tuple[Listing, ...]:
        """Return all pages of a listing that is paged by number.

        If the limit shrinks on the way the numbers mean other rows: it starts over.

        Raises:
            MalformedAnswerError: a page repeats the one before, so there would be no end. Also
                all errors of ``answers.read``.
        """
        found: list[Listing] = []
        while not found or not found[-1].is_last:
            page = self.page(resource, {**query, "page": len(found) + 1}, size)
            if found and page.limit != found[-1].limit:
                found.clear()
                continue
            if found and page.body == found[-1].body:
                message = f"{resource.path} gives the same page again and again"
                raise MalformedAnswerError(message)
            found.append(page)
        return tuple(found)

    def store_time(self, resource: Resource) -> datetime:
        """Return the store's clock: the ``Date`` of its answer to a call.

        Raises:
            MalformedAnswerError: the answer has no date. Also all errors of ``answers.read``.
        """

        def ask() -> datetime:
            answer = self._call(resource, {})
            read(answer, resource)
            try:
                return parsedate_to_datetime(answer.headers["Date"])
            except (KeyError, ValueError):
                message = "the store's answer has no readable Date"
                raise MalformedAnswerError(message) from None

        return self._persist(ask, PageSize())

    def _persist[T](
        self, ask: Callable[[], T], size: PageSize, attempts: int = _MOST_ATTEMPTS
    ) -> T:
        """Ask again, with growing gaps, until there is an answer or no more patience."""
        failures = throttles = rejections = 0
        while True:
            try:
                return ask()
            except CredentialsRejectedError:
                if not self._may_heal(rejections):
                    raise
                rejections += 1
            except RateLimitedError as error:
                gap = _throttle_gap(error.retry_after, throttles)
                throttles += 1
                if not self._patience.wait(gap):
                    raise RateLimitedError(str(error), gap) from None
            except RetriableError:
                size.halve()
                failures += 1
                gap = _FIRST_GAP * _GAP_GROWTH ** (failures - 1)
                if failures == attempts or not self._patience.wait(gap):
                    raise

    def _may_heal(self, rejections: int) -> bool:
        """Take the token that is kept by now, or wait a while; False when there is no hope."""
        if self._renew is None:
            return False
        kept = self._renew()
        if kept != self._token:
            self._use(kept)
            return True
        return rejections < len(_REJECTION_GAPS) and self._patience.wait(
            _REJECTION_GAPS[rejections]
        )

    def _call(
        self,
        resource: Resource,
        query: Query,
        method: str = "GET",
        content: Mapping[str, Any] | None = None,
    ) -> Answer:
        pause = self._quota.pause()
        if pause and not self._patience.wait(pause):
            message = "the store's request quota is nearly used up"
            raise RateLimitedError(message, pause)
        answer = self._exchange(resource, query, method, content)
        self._quota.observe(answer.headers)
        return answer

    def _exchange(
        self, resource: Resource, query: Query, method: str, content: Mapping[str, Any] | None
    ) -> Answer:
        asked_at = self._clock.now()
        try:
            response = self._http.request(
                method,
                f"{self._store_url}{resource.path}",
                params=query,
                json=content,
                timeout=self._timeouts,
                allow_redirects=False,
            )
        except (
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
        ):
            message = f"the store's answer to {resource.path} broke off"
            raise MalformedAnswerError(message) from None
        except requests.RequestException as error:
            message = f"the store cannot be reached ({type(error).__name__})"
            raise StoreUnavailableError(message) from None
        body = response.content
        if not response.ok:
            body = body.replace(self._token.encode(), b"[token]")  # errors quote it
        return Answer(response.status_code, response.headers, body, asked_at)


def _pagination(content: object) -> Mapping[str, Any]:
    """Return what a page of V3 says of its list; several resources say nothing."""
    meta = content.get("meta") if isinstance(content, dict) else None
    said = meta.get("pagination") if isinstance(meta, dict) else None
    return said if isinstance(said, dict) else {}


def _throttle_gap(asked: float | None, throttles: int) -> float:
    """Return the seconds to wait after a 429 that follows so many others."""
    first = _FIRST_THROTTLE_GAP if asked is None else _FIRST_REPEATED_GAP
    growing = min(first * float(2**throttles), _LONGEST_THROTTLE_GAP)
    if asked is None:
        return growing
    return max(asked, growing) if throttles else asked
