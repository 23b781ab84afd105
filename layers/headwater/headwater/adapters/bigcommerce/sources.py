"""Opens connected stores (``ports.OrderSources`` and ``directory_ports.Directories``)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from headwater.adapters.bigcommerce.client import BigCommerceOrders
from headwater.adapters.bigcommerce.directory import BigCommerceDirectory
from headwater.adapters.bigcommerce.session import Session
from headwater.errors import CredentialsRejectedError, UnknownResourceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from headwater.usecases.directory_ports import Directory
    from headwater.usecases.ports import Clock, OrderSource, Secrets, Source

API_URL = "https://api.bigcommerce.com"


class BigCommerceSources:
    """The BigCommerce stores of all accounts, opened within one invocation.

    Whatever it opens waits for the store's rate limit and between retries, but never past
    ``deadline``.
    """

    def __init__(
        self,
        secrets: Secrets,
        *,
        clock: Clock,
        deadline: datetime,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._secrets = secrets
        self._clock = clock
        self._deadline = deadline
        self._sleep = sleep

    def open(self, account: str, source: Source) -> OrderSource:  # noqa: ARG002 - the port's form
        """Return the client of a connected source.

        Raises:
            CredentialsRejectedError: its token is no longer kept, or cannot be one.
        """
        session = self._session(source.store_hash, self._token(source), source.api_url)
        return BigCommerceOrders(session, source.source)

    def open_directory(self, account: str, source: Source) -> Directory:  # noqa: ARG002
        """Return the client of a connected source's customers, subscribers and products.

        Raises:
            CredentialsRejectedError: its token is no longer kept, or cannot be one.
        """
        session = self._session(source.store_hash, self._token(source), source.api_url)
        return BigCommerceDirectory(session, source.source)

    def connect(self, *, store_hash: str, access_token: str, api_url: str = "") -> OrderSource:
        """Return a client for credentials that are not stored yet, to try them.

        Raises:
            CredentialsRejectedError: the token has characters that no token has.
        """
        return BigCommerceOrders(self._session(store_hash, access_token, api_url), "")

    def _token(self, source: Source) -> str:
        try:
            return self._secrets.get(source.secret_arn)
        except UnknownResourceError:
            message = f"no access token is kept for {source.source}: connect the store again"
            raise CredentialsRejectedError(message) from None

    def _session(self, store_hash: str, access_token: str, api_url: str) -> Session:
        store_url = f"{(api_url or API_URL).rstrip('/')}/stores/{quote(store_hash, safe='')}"
        return Session(
            store_url,
            access_token,
            clock=self._clock,
            deadline=self._deadline,
            sleep=self._sleep,
        )
