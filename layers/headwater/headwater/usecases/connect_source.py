"""Connect a store: try its credentials, then keep them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from headwater.usecases.ports import Accounts, Clock, OrderSources, Secrets

BIGCOMMERCE = "bigcommerce"
SOURCE_NAME = re.compile(r"[a-z0-9_-]{1,32}")
_BARE_HASH = re.compile(r"(?:store-)?([a-z0-9]{3,32})")
# A second storefront of a store has its channel's number behind the hash.
_STORE_URL = re.compile(
    r"(?:https?://)?store-([a-z0-9]{3,32})(?:-\d+)?\.mybigcommerce\.com(?:[/?#].*)?"
)
_API_URL = re.compile(r"(?:https?://)?api\.bigcommerce\.com/stores/([a-z0-9]{3,32})(?:[/?#].*)?")
_PUBLIC_KEY_BYTES = 12


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """What a merchant types in: where his store is, and an access token for it.

    ``store`` is the store hash or any address that shows it. ``api_url`` is empty except where
    the deployment allows another API than BigCommerce's own.
    """

    store: str
    access_token: str = field(repr=False)
    source: str = BIGCOMMERCE
    api_url: str = ""


@dataclass(frozen=True, slots=True)
class ConnectedSource:
    """A source as it was stored, and how many orders its store lists."""

    source: Source
    orders_total: int


@dataclass(frozen=True, slots=True)
class ConnectPorts:
    """What connecting needs from the outside world; ``token_hex`` makes n random bytes."""

    clock: Clock
    accounts: Accounts
    secrets: Secrets
    sources: OrderSources
    token_hex: Callable[[int], str]


def connect_source(
    account: str,
    request: ConnectRequest,
    *,
    ports: ConnectPorts,
    other_api_urls: Collection[str] = (),
) -> ConnectedSource:
    """Connect a store to an account, or connect it again with another token.

    Both resources that a pull reads are tried first, so that a missing scope is named at once.
    A source that is connected again keeps its bookmark and its public key, and loses its bad
    status.

    Args:
        account: the account.
        request: what the merchant typed in.
        ports: the outside world.
        other_api_urls: the API addresses besides BigCommerce's own that a request may name.

    Raises:
        InvalidParameterError: naming the parameter and what is wrong with it.
        CredentialsRejectedError, MissingScopeError, StoreNotFoundError, RetriableError: what the
            store says to the credentials.
    """
    _check(request, other_api_urls)
    store_hash = parse_store_hash(request.store)
    known = _find(ports.accounts, account, request.source)
    if known and (known.kind, known.store_hash) != (BIGCOMMERCE, store_hash):
        message = f"source: {request.source} is another store already; choose another name"
        raise InvalidParameterError(message)
    token = request.access_token.strip()
    orders_total = _try_credentials(ports, store_hash, token, request.api_url)
    # The source is written last: it names a secret and a site that exist.
    secret_arn = ports.secrets.put(account, request.source, token)
    public_key = (known and known.public_key) or ports.token_hex(_PUBLIC_KEY_BYTES)
    ports.accounts.add_site(public_key, account, request.source)
    source = replace(
        known or Source(request.source, BIGCOMMERCE, store_hash, secret_arn),
        secret_arn=secret_arn,
        api_url=request.api_url,
        status="ok",
        reason="",
        orders_total=orders_total,
        public_key=public_key,
    )
    ports.accounts.save_source(account, source)
    return ConnectedSource(source, orders_total)


def parse_store_hash(store: str) -> str:
    """Find the store hash in whatever a merchant copies from his browser or API account.

    Raises:
        InvalidParameterError: there is none; a store's own domain does not show it.
    """
    text = store.strip().lower()
    for pattern in (_BARE_HASH, _STORE_URL, _API_URL):
        if match := pattern.fullmatch(text):
            return match[1]
    message = (
        "store: no store hash in it; give the hash itself, or the address of the control panel"
        " (https://store-<hash>.mybigcommerce.com) or of the API"
        " (https://api.bigcommerce.com/stores/<hash>/v3)"
    )
    raise InvalidParameterError(message)


def _check(request: ConnectRequest, other_api_urls: Collection[str]) -> None:
    if not SOURCE_NAME.fullmatch(request.source):
        message = "source: a name has 1 to 32 of the characters a-z, 0-9, _ and -"
        raise InvalidParameterError(message)
    if not request.access_token.strip():
        message = "access_token: it is missing"
        raise InvalidParameterError(message)
    if request.api_url and request.api_url not in other_api_urls:
        message = "api_url: this deployment does not allow that address"
        raise InvalidParameterError(message)


def _find(accounts: Accounts, account: str, name: str) -> Source | None:
    return next((one for one in accounts.sources(account) if one.source == name), None)


def _try_credentials(ports: ConnectPorts, store_hash: str, token: str, api_url: str) -> int:
    store = ports.sources.connect(store_hash=store_hash, access_token=token, api_url=api_url)
    orders_total = store.count_orders()
    store.refunded_since(ports.clock.now())
    return orders_total
