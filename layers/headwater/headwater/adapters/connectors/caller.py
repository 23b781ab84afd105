"""Calls to one vendor: who we are, how fast, how long we wait, and what we try again."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests

from headwater.adapters.connectors.exchange import Answer, Ask
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

    from headwater.adapters.connectors.auth import Credentials, Vault
    from headwater.adapters.connectors.vendor import Vendor
    from headwater.usecases.ports import Clock

# Seconds to connect, and between two pieces of an answer: reports are slow.
TIMEOUTS = (5.0, 60.0)
_MOST_ATTEMPTS = 5
# After a failure: 2, 8, 32 and 128 s.
_FIRST_GAP, _GAP_GROWTH = 2.0, 4.0
# After a refusal for haste that names no time, and the more so the more there were.
_LONGEST_GAP = 300.0
_MOST_THROTTLES = 6
# Shorter values stand in bodies by chance.
_SHORTEST_SECRET = 8
_SECRET_PARAMETERS = frozenset({"access_token", "api_key", "appsecret_proof"})


class Caller:
    """An authenticated connection to a vendor.

    Redirects are never followed and proxies never used, so credentials go to the vendor's own
    hosts alone; what an answer quotes of them is blotted out before anybody sees it.

    Args:
        vendor: its row.
        vault: the credentials.
        clock: our clock.
        deadline: no wait goes on beyond it.
        sleep: waits a number of seconds.
        timeouts: seconds to connect, and between two pieces of an answer.
        api_url: stands in for all hosts of the vendor; its host ``api`` is then below ``/api``.
    """

    def __init__(
        self,
        vendor: Vendor,
        vault: Vault,
        *,
        clock: Clock,
        deadline: datetime,
        sleep: Callable[[float], object],
        timeouts: tuple[float, float] = TIMEOUTS,
        api_url: str = "",
    ) -> None:
        self.calls = 0
        self._vendor = vendor
        self._vault = vault
        self._clock = clock
        self._patience = Patience(clock, deadline, sleep)
        self._timeouts = timeouts
        self._kept = vault.read()
        self._hosts = _hosts(vendor, self._kept, api_url)
        self._is_rejected = False
        self._pause = 0.0
        self._heard_at: datetime | None = None
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers.update(
            {"Accept": "application/json", "User-Agent": "Headwater (ad cost and leads)"}
        )

    @property
    def credentials(self) -> Credentials:
        """The credentials as they are kept now."""
        return dict(self._kept)

    @property
    def is_out_of_time(self) -> bool:
        """Tell whether the deadline has passed."""
        return self._patience.is_over

    def now(self) -> datetime:
        """Return the vendor's time by its last answer, or ours if that is earlier or unknown."""
        ours = self._clock.now()
        return min(self._heard_at, ours) if self._heard_at else ours

    def wait(self, seconds: float) -> bool:
        """Wait; or return False at once if the wait would end after the deadline."""
        return self._patience.wait(seconds)

    def call(self, ask: Ask) -> Answer:
        """Return the answer to a request; what may pass is tried again as long as there is time.

        Raises:
            RateLimitedError: with the wait that the vendor asks for, which is longer than we have.
            StoreUnavailableError, MalformedAnswerError: it does not answer, or not what it should.
            CredentialsRejectedError: a person has to authorize again.
            MissingScopeError, GoneError, RequestRejectedError: see ``errors``.
        """
        failures = throttles = 0
        may_renew = True
        while True:
            try:
                return self._ask(ask)
            except CredentialsRejectedError:
                if not may_renew:
                    raise
                may_renew, self._is_rejected = False, True
            except RateLimitedError as error:
                gap = error.retry_after or min(
                    self._vendor.throttle_gap * 2.0**throttles, _LONGEST_GAP
                )
                throttles += 1
                if throttles == _MOST_THROTTLES or not self._patience.wait(gap):
                    raise RateLimitedError(str(error), gap) from None
            except RetriableError:
                failures += 1
                gap = _FIRST_GAP * _GAP_GROWTH ** (failures - 1)
                if failures == _MOST_ATTEMPTS or not self._patience.wait(gap):
                    raise

    def _ask(self, ask: Ask) -> Answer:
        if self._is_rejected or self._vendor.auth.is_stale(self._kept, self._clock):
            self._renew()
        if self._pause and not self._patience.wait(self._pause):
            message = "the vendor's request quota is nearly used up"
            raise RateLimitedError(message, self._pause)
        self._pause = 0.0
        answer = self._send(ask, {} if ask.is_anonymous else self._vendor.auth.headers(self._kept))
        if error := self._vendor.classify(answer):
            raise error
        if ask.is_json:
            answer.content()
        self._pause = max(self._vendor.pause_after(answer), self._vendor.shortest_gap)
        return answer

    def _renew(self) -> None:
        self._kept = self._vendor.auth.renew(self._vault, self._kept, self._send, self._clock)
        self._is_rejected = False

    def _send(self, ask: Ask, headers: Mapping[str, str] | None = None) -> Answer:
        """Make a call; one without headers is for a token, and has the next one in its answer."""
        url, path = self._address(ask)
        asked_at = self._clock.now()
        self.calls += 1
        try:
            response = self._http.request(
                ask.method,
                url,
                params=ask.query,
                json=ask.json,
                data=ask.form,
                headers={**(headers or {}), **ask.headers},
                timeout=self._timeouts,
                allow_redirects=False,
            )
        except (
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
        ):
            message = f"the answer to {path} broke off"
            raise MalformedAnswerError(message) from None
        except requests.RequestException as error:
            message = f"{self._vendor.title} cannot be reached ({type(error).__name__})"
            raise StoreUnavailableError(message) from None
        self._hear(response.headers)
        is_token = headers is None and response.ok
        body = response.content if is_token else self._blot(response.content)
        return Answer(path, response.status_code, response.headers, body, asked_at)

    def _address(self, ask: Ask) -> tuple[str, str]:
        """Return where a request goes, and the path that logs may name.

        Raises:
            MalformedAnswerError: a vendor's own answer sends us to a host that is not the vendor's.
        """
        if not ask.path.startswith("http"):
            return self._hosts[ask.host] + ask.path, ask.path
        parts = urlsplit(ask.path)
        if ask.is_anonymous and parts.scheme == "https":
            return ask.path, parts.path
        if not any(ask.path.startswith(f"{host}/") for host in self._hosts.values()):
            message = f"the next page is said to be at {parts.hostname}, which is another host"
            raise MalformedAnswerError(message)
        kept = [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if name not in _SECRET_PARAMETERS
        ]
        return urlunsplit(parts._replace(query=urlencode(kept))), parts.path

    def _hear(self, headers: Mapping[str, str]) -> None:
        """Note the vendor's time: bookmarks do not trust our clock alone."""
        try:
            self._heard_at = parsedate_to_datetime(headers["Date"])
        except (KeyError, ValueError):
            return

    def _blot(self, body: bytes) -> bytes:
        for name, value in self._kept.items():
            if name in self._vendor.secrets and len(value) >= _SHORTEST_SECRET:
                body = body.replace(value.encode(), b"[secret]")
        return body


def _hosts(vendor: Vendor, kept: Mapping[str, str], api_url: str) -> dict[str, str]:
    """Return a vendor's hosts by name; an address may name credentials, as a data center's does."""
    if api_url:
        return {name: f"{api_url.rstrip('/')}/{name}" for name in vendor.hosts}
    known = {**kept, **vendor.derive(kept)}
    try:
        return {name: url.format(**known).rstrip("/") for name, url in vendor.hosts.items()}
    except KeyError as error:
        message = f"the credentials lack {error}"
        raise CredentialsRejectedError(message) from None
