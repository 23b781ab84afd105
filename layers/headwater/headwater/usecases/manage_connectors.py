"""Manage connected ad platforms and CRMs: try them, connect them again, choose ad accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.errors import FatalError, HeadwaterError, InvalidParameterError, RetriableError
from headwater.usecases.connect_connector import (
    ConnectedConnector,
    ConnectorPorts,
    ConnectorRequest,
    choose,
    connect_connector,
    kind_of,
    try_connection,
)
from headwater.usecases.connectors import AD_COST, KINDS
from headwater.usecases.manage_sources import known_source, note_status, refuse_removed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headwater.usecases.check_store import Finding
    from headwater.usecases.ports import AdAccount, Source


@dataclass(frozen=True, slots=True)
class TriedConnector:
    """A source as it stands after a trial, how each permission's went, and what it opens.

    There are neither findings nor ad accounts where the vendor could not be asked at all.
    """

    source: Source
    findings: tuple[Finding, ...] = ()
    ad_accounts: tuple[AdAccount, ...] = ()


def try_connector(account: str, name: str, *, ports: ConnectorPorts) -> TriedConnector:
    """Try every permission of a source now, and write down how the source is.

    Raises:
        UnknownResourceError: there is no such source.
        InvalidParameterError: it was removed.
    """
    source = _connected(account, name, ports)
    try:
        check = try_connection(kind_of(source.kind), ports.connectors.open(source))
    except (RetriableError, FatalError) as error:
        return TriedConnector(_noted(account, source, error, ports))
    ports.accounts.change_source(account, name, missing_scopes=check.missing)
    noted = _noted(account, source, check.refusal, ports)
    return TriedConnector(noted, check.findings, check.ad_accounts)


def reconnect_connector(
    account: str,
    name: str,
    credentials: Mapping[str, str],
    *,
    ports: ConnectorPorts,
    other_api_urls: Collection[str] = (),
) -> ConnectedConnector:
    """Give a source new credentials; bookmarks and ad accounts stay.

    Raises:
        UnknownResourceError: there is no such source. Also all errors of ``connect_connector``.
    """
    known = known_source(ports.accounts, account, name)
    request = ConnectorRequest(known.kind, credentials, name, api_url=known.api_url)
    return connect_connector(account, request, ports=ports, other_api_urls=other_api_urls)


def choose_ad_accounts(
    account: str, name: str, ad_accounts: tuple[str, ...], *, ports: ConnectorPorts
) -> Source:
    """Choose which ad accounts of a source are pulled; what others have brought in stays.

    Raises:
        UnknownResourceError: there is no such source.
        InvalidParameterError: it was removed, has no ad accounts, or not one of these.
        HeadwaterError: the platform does not list its ad accounts.
    """
    source = _connected(account, name, ports)
    kind = KINDS.get(source.kind)
    if kind is None or kind.role != AD_COST:
        message = "ad_accounts: only an ad platform has them"
        raise InvalidParameterError(message)
    found = ports.connectors.open(source).ad_accounts()
    chosen = choose(kind, ad_accounts, source, found)
    ports.accounts.change_source(account, name, ad_accounts=chosen)
    return known_source(ports.accounts, account, name)


def _connected(account: str, name: str, ports: ConnectorPorts) -> Source:
    source = known_source(ports.accounts, account, name)
    refuse_removed(source)
    return source


def _noted(
    account: str, source: Source, error: HeadwaterError | None, ports: ConnectorPorts
) -> Source:
    note_status(account, source, error, accounts=ports.accounts, now=ports.clock.now())
    return known_source(ports.accounts, account, source.source)
