"""Open a site: let a connected store's pages send hits, and pull its orders for the first time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from headwater.domain.sites import HOST, LOOPBACK, Site, normalize_origin
from headwater.errors import InvalidParameterError
from headwater.usecases.connect_source import BIGCOMMERCE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from headwater.domain.audit import Actor
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Accounts, Clock, Pipeline, Source

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


class EdgeSites(Protocol):
    """The list of sites that the collector's edge reads."""

    def change(self, public_key: str, change: Callable[[Site | None], Site]) -> Site:
        """Replace a key's site by what ``change`` makes of it; return the new one."""
        ...

    def find(self, public_key: str) -> Site | None:
        """Return a key's site; None for an unknown one."""
        ...

    def remove(self, public_key: str) -> None:
        """Forget a key's site, so that its hits are refused."""
        ...


@dataclass(frozen=True, slots=True)
class SiteRequest:
    """What a merchant says of his shop besides where it is.

    ``domains`` are hosts or origins of its pages. ``currency`` and ``time_zone`` become the
    account's with its first store; None leaves them as they are.
    """

    domains: tuple[str, ...] = ()
    currency: str | None = None
    time_zone: str | None = None
    origins: frozenset[str] = field(init=False)
    hosts: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Read the domains.

        Raises:
            InvalidParameterError: naming the parameter and what is wrong with it.
        """
        if self.currency is not None and not _CURRENCY.fullmatch(self.currency):
            message = "currency: not three capital letters of ISO 4217"
            raise InvalidParameterError(message)
        read = [_read_domain(domain) for domain in self.domains]
        origins = frozenset(origin for _, found in read for origin in found)
        hosts = dict.fromkeys(host.removeprefix("www.") for host, _ in read)
        object.__setattr__(self, "origins", origins)
        object.__setattr__(self, "hosts", tuple(hosts))

    def with_currency(self, currency: str) -> SiteRequest:
        """Return the request with a currency where it names none and this is one."""
        if self.currency is not None or not _CURRENCY.fullmatch(currency):
            return self
        return SiteRequest(self.domains, currency, self.time_zone)


@dataclass(frozen=True, slots=True)
class SitePorts:
    """What opening a site needs from the outside world; ``by`` is who connects its store."""

    accounts: Accounts
    sites: EdgeSites
    pipeline: Pipeline
    clock: Clock
    by: Actor | None = None


def check_site(account: str, source: str, site: SiteRequest, *, accounts: Accounts) -> None:
    """Refuse a site that the account's settings forbid, before anything is stored.

    Raises:
        InvalidParameterError: the account reports in another currency or zone already, or there
            is no such zone.
    """
    _settings_with(
        accounts.settings(account), site, is_first=is_only_source(account, source, accounts)
    )


def open_site(
    account: str, source: Source, site: SiteRequest, *, ports: SitePorts, pull_now: bool = True
) -> Site:
    """Register a connected store's pages with the collector, and start the first pull.

    The store's permanent address is always registered. Without domains a known site keeps those
    that it has.

    Raises:
        InvalidParameterError: see ``check_site``.
        RetriableError: something was not done; the same call may be repeated.
    """
    settings = ports.accounts.settings(account)
    is_first = is_only_source(account, source.source, ports.accounts)
    permanent_host = f"store-{source.store_hash}.mybigcommerce.com"
    changed = _settings_with(settings, site, is_first=is_first)
    changed = _with_domains(changed, (*site.hosts, permanent_host))
    if changed != settings:
        now = ports.clock.now()
        ports.accounts.save_settings(account, changed, now, was=settings, by=ports.by)
    permanent = frozenset({f"https://{permanent_host}"})

    def change(known: Site | None) -> Site:
        kept = known.origins if known and not site.origins else site.origins
        limit = source.hits_per_second or None
        return Site(account, source.source, kept | permanent, limit)

    opened = ports.sites.change(source.public_key, change)
    if pull_now:
        ports.pipeline.pull(account)
    return opened


class PagePorts(Protocol):
    """What more pages of a site need from the outside world."""

    @property
    def accounts(self) -> Accounts:
        """The accounts with their settings."""

    @property
    def sites(self) -> EdgeSites:
        """The collector's sites."""

    @property
    def clock(self) -> Clock:
        """Says when."""


def add_pages(
    account: str, source: Source, addresses: Collection[str], *, ports: PagePorts
) -> Site:
    """Let more pages of a connected store send hits; an address that no page can have is left out.

    Raises:
        RetriableError: something was not done; the same call may be repeated.
    """
    request = SiteRequest(tuple(filter(_is_address, addresses)))
    settings = ports.accounts.settings(account)
    changed = _with_domains(settings, request.hosts)
    if changed != settings:
        ports.accounts.save_settings(account, changed, ports.clock.now(), was=settings)

    def change(known: Site | None) -> Site:
        site = known or Site(account, source.source, frozenset())
        return replace(site, origins=site.origins | request.origins)

    return ports.sites.change(source.public_key, change)


def limit_site(account: str, source: Source, hits_per_second: int, *, ports: PagePorts) -> None:
    """Set how many hits a store's pages may send; 0 leaves it to the deployment.

    Raises:
        RetriableError: something was not done; the same call may be repeated.
    """

    def change(known: Site | None) -> Site:
        site = known or Site(account, source.source, frozenset())
        return replace(site, hits_per_second=hits_per_second or None)

    ports.accounts.change_source(account, source.source, hits_per_second=hits_per_second)
    ports.sites.change(source.public_key, change)


def is_only_source(account: str, source: str, accounts: Accounts) -> bool:
    """Tell whether an account has no store but this one, removed ones included.

    Orders that are posted come from no store.
    """
    return all(
        known.source == source or known.kind != BIGCOMMERCE for known in accounts.sources(account)
    )


def _settings_with(
    settings: AccountSettings, site: SiteRequest, *, is_first: bool
) -> AccountSettings:
    wanted: dict[str, Any] = {
        name: value
        for name, value in (("currency", site.currency), ("time_zone", site.time_zone))
        if value is not None and value != getattr(settings, name)
    }
    if wanted and not is_first:
        name = next(iter(wanted))
        message = f"{name}: the account's is {getattr(settings, name)}, given by its first store"
        raise InvalidParameterError(message)
    return replace(settings, **wanted)


def _with_domains(settings: AccountSettings, hosts: tuple[str, ...]) -> AccountSettings:
    return replace(settings, own_domains=tuple(dict.fromkeys((*settings.own_domains, *hosts))))


def _read_domain(text: str) -> tuple[str, frozenset[str]]:
    """Return the host of a domain, and the origins that its pages load from."""
    domain = normalize_origin(text)
    if "://" not in domain:
        if not HOST.fullmatch(domain):
            raise _not_a_domain(text)
        with_www = domain if domain.startswith("www.") else f"www.{domain}"
        return domain, frozenset({f"https://{domain}", f"https://{with_www}"})
    try:
        parts = urlsplit(domain)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _not_a_domain(text) from None
    is_page = parts.scheme == "https" and HOST.fullmatch(host)
    is_local = parts.scheme in {"http", "https"} and host in LOOPBACK
    if domain != f"{parts.scheme}://{parts.netloc}" or "@" in domain or not (is_page or is_local):
        raise _not_a_domain(text)
    return host, frozenset({domain})


def _is_address(text: str) -> bool:
    try:
        _read_domain(text)
    except InvalidParameterError:
        return False
    return True


def _not_a_domain(text: str) -> InvalidParameterError:
    message = f"domains: {text[:80]!r} is no host such as shop.example or https://shop.example"
    return InvalidParameterError(message)
