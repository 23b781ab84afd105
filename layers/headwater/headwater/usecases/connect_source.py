"""Connect a store: try its credentials, then keep them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from headwater.errors import InvalidParameterError
from headwater.usecases.check_store import check_store
from headwater.usecases.ports import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from headwater.usecases.check_store import StoreCheck
    from headwater.usecases.ports import Accounts, Clock, OrderSources, Secrets

BIGCOMMERCE = "bigcommerce"
SOURCE_NAME = re.compile(r"[a-z0-9_-]{1,32}")
_BARE_HASH = re.compile(r"(?:store-)?([a-z0-9]{3,32})")
# A second storefront of a store has its channel's number behind the hash.
_STORE_URL = re.compile(
    r"(?:https?://)?store-([a-z0-9]{3,32})(?:-\d+)?\.mybigcommerce\.com(?:[/?#].*)?"
)
_API_URL = re.compile(r"(?:https?://)?api\.bigcommerce\.com/stores/([a-z0-9]{3,32})(?:[/?#].*)?")
# The common login hands on to the control panel, whose address it names, encoded or not.
_LOGIN_URL = re.compile(
    r"(?:https?://)?login\.bigcommerce\.com/(?:.*[/=.]|.*%2f)?store-([a-z0-9]{3,32})(?![a-z0-9]).*"
)
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
    """A source as it was stored, and what its token opens. ``is_new``: it was not known before."""

    source: Source
    check: StoreCheck
    is_new: bool

    @property
    def orders_total(self) -> int:
        """Return how many orders the store lists."""
        return self.check.orders_total


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

    Every scope is tried first, so that all missing ones are named at once. A source that is
    connected again keeps its bookmark and its public key, and loses its bad status; one that was
    removed with its orders kept goes on from its bookmark.

    Args:
        account: the account.
        request: what the merchant typed in.
        ports: the outside world.
        other_api_urls: the API addresses besides BigCommerce's own that a request may name.

    Raises:
        InvalidParameterError: naming the parameter and what is wrong with it.
        MissingScopeError: naming all scopes that are needed and missing.
        CredentialsRejectedError, StoreNotFoundError, RetriableError: see ``check_store``.
    """
    _check(request, other_api_urls)
    store_hash = parse_store_hash(request.store)
    known = find_source(ports.accounts, account, request.source)
    if known:
        _refuse_another_store(known, store_hash)
    check = try_store(request, sources=ports.sources, other_api_urls=other_api_urls)
    if check.refusal:
        raise check.refusal
    # The source is written last: it names a secret and a site that exist.
    secret_arn = ports.secrets.put(account, request.source, request.access_token.strip())
    public_key = (known and known.public_key) or ports.token_hex(_PUBLIC_KEY_BYTES)
    ports.accounts.add_site(public_key, account, request.source)
    source = replace(
        _well_again(known) if known else Source(request.source, BIGCOMMERCE, store_hash, ""),
        secret_arn=secret_arn,
        api_url=request.api_url,
        status_since=ports.clock.now(),
        public_key=public_key,
        **told_by_store(check),
    )
    ports.accounts.save_source(account, source)
    return ConnectedSource(source, check, is_new=known is None)


def _well_again(known: Source) -> Source:
    """Return a source that is connected again, without what its last token had left."""
    return replace(
        known,
        status="ok",
        reason="",
        is_paused=known.is_paused and not known.is_removed,
        # Another API account sees none of the webhooks and scripts that the one before has made.
        webhooks=replace(known.webhooks, looked_at=None),
        script=replace(known.script, looked_at=None, channels=()),
    )


def try_store(
    request: ConnectRequest, *, sources: OrderSources, other_api_urls: Collection[str] = ()
) -> StoreCheck:
    """Try a store's credentials without keeping anything.

    Raises:
        InvalidParameterError: naming the parameter and what is wrong with it.
        CredentialsRejectedError, StoreNotFoundError, RetriableError: see ``check_store``.
    """
    _check(request, other_api_urls)
    return check_store(
        sources.connect(
            store_hash=parse_store_hash(request.store),
            access_token=request.access_token.strip(),
            api_url=request.api_url,
        )
    )


def told_by_store(check: StoreCheck) -> dict[str, Any]:
    """Return the fields of a source that a check of its store fills."""
    told = check.description
    return {
        "orders_total": check.orders_total,
        "missing_scopes": check.missing,
        "store_name": told.name,
        "store_time_zone": told.time_zone,
        "store_currency": told.currency,
        "dst_correction": told.dst_correction,
    }


def find_source(accounts: Accounts, account: str, name: str) -> Source | None:
    """Return an account's source of a name, if there is one."""
    return next((one for one in accounts.sources(account) if one.source == name), None)


def parse_store_hash(store: str) -> str:
    """Find the store hash in whatever a merchant copies from his browser or API account.

    Raises:
        InvalidParameterError: there is none; a store's own domain does not show it.
    """
    text = store.strip().lower()
    for pattern in (_BARE_HASH, _STORE_URL, _API_URL, _LOGIN_URL):
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


def _refuse_another_store(known: Source, store_hash: str) -> None:
    """Keep a name for one store: ids of orders are a store's own, and two would share them."""
    if known.status == "removing":
        message = f"source: the orders of {known.source} are being deleted; try again later"
        raise InvalidParameterError(message)
    if (known.kind, known.store_hash) != (BIGCOMMERCE, store_hash):
        message = f"source: {known.source} is another store already; choose another name"
        raise InvalidParameterError(message)
