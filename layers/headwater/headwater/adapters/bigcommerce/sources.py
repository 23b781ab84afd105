"""Opens connected stores.

Implements ``ports.OrderSources``, ``ports.directory.Directories``, ``ports.hooks.HookStores``,
``store_ledgers.StoreLedgers`` and ``ports.scripts.ScriptStores``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from headwater.adapters.bigcommerce.client import BigCommerceOrders
from headwater.adapters.bigcommerce.directory import BigCommerceDirectory
from headwater.adapters.bigcommerce.hooks import BigCommerceHooks
from headwater.adapters.bigcommerce.ledger import BigCommerceLedger
from headwater.adapters.bigcommerce.probe import BigCommerceProbe
from headwater.adapters.bigcommerce.scripts import BigCommerceScripts
from headwater.adapters.bigcommerce.session import TIMEOUTS, Session
from headwater.errors import CredentialsRejectedError, UnknownResourceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from headwater.usecases.check_store import StoreProbe
    from headwater.usecases.ports import Clock, OrderSource, Secrets, Source
    from headwater.usecases.ports.directory import Directory
    from headwater.usecases.ports.hooks import StoreHooks
    from headwater.usecases.ports.scripts import StoreScripts
    from headwater.usecases.store_ledgers import StoreLedger

API_URL = "https://api.bigcommerce.com"
# Whoever connects a store waits for the answer, and a gateway for thirty seconds at most: the last
# call may begin when eight of them are left.
_PROBE_TIMEOUTS = (3.0, 6.0)


class BigCommerceSources:
    """The BigCommerce stores of all accounts, opened within one invocation.

    Whatever it opens waits for the store's rate limit and between retries, but never past
    ``deadline``. ``timeouts`` are the seconds to connect and between two pieces of an answer.
    """

    def __init__(
        self,
        secrets: Secrets,
        *,
        clock: Clock,
        deadline: datetime,
        sleep: Callable[[float], object] = time.sleep,
        timeouts: tuple[float, float] = TIMEOUTS,
    ) -> None:
        self._secrets = secrets
        self._timeouts = timeouts
        self._clock = clock
        self._deadline = deadline
        self._sleep = sleep

    def open(self, account: str, source: Source) -> OrderSource:  # noqa: ARG002 - the port's form
        """Return the client of a connected source.

        Raises:
            CredentialsRejectedError: its token is no longer kept, or cannot be one.
        """
        return BigCommerceOrders(
            self._session_of(source), source.source, with_transactions=source.with_transactions
        )

    def open_directory(self, account: str, source: Source) -> Directory:  # noqa: ARG002
        """Return the client of a connected source's customers, subscribers and products.

        Raises:
            CredentialsRejectedError: its token is no longer kept, or cannot be one.
        """
        return BigCommerceDirectory(self._session_of(source), source.source)

    def ledger(self, account: str, source: Source) -> StoreLedger:  # noqa: ARG002
        """Return the books of a connected source; raises as ``open`` does."""
        return BigCommerceLedger(
            self._session_of(source), source.source, with_transactions=source.with_transactions
        )

    def open_hooks(self, account: str, source: Source) -> StoreHooks:  # noqa: ARG002
        """Return the webhooks of a connected source; raises as ``open`` does."""
        return BigCommerceHooks(self._session_of(source))

    def open_scripts(self, account: str, source: Source) -> StoreScripts:  # noqa: ARG002
        """Return the scripts of a connected source; raises as ``open`` does."""
        return BigCommerceScripts(self._session_of(source))

    def connect(self, *, store_hash: str, access_token: str, api_url: str = "") -> StoreProbe:
        """Return what tries credentials that are not stored yet, without much patience.

        Raises:
            CredentialsRejectedError: the token has characters that no token has.
        """
        session = Session(
            _store_url(store_hash, api_url),
            access_token,
            clock=self._clock,
            deadline=self._deadline,
            sleep=self._sleep,
            timeouts=min(self._timeouts, _PROBE_TIMEOUTS),
        )
        return BigCommerceProbe(session)

    def _session_of(self, source: Source) -> Session:
        def token() -> str:
            try:
                return self._secrets.get(source.secret_arn)
            except UnknownResourceError:
                message = f"no access token is kept for {source.source}: connect the store again"
                raise CredentialsRejectedError(message) from None

        return Session(
            _store_url(source.store_hash, source.api_url),
            token(),
            clock=self._clock,
            deadline=self._deadline,
            sleep=self._sleep,
            renew=token,
            timeouts=self._timeouts,
        )


def _store_url(store_hash: str, api_url: str) -> str:
    return f"{(api_url or API_URL).rstrip('/')}/stores/{quote(store_hash, safe='')}"
