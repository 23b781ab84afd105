"""Connect an ad platform or a CRM: try its credentials, then keep them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from headwater.errors import InvalidParameterError, MissingScopeError, RequestRejectedError
from headwater.usecases.check_store import Finding
from headwater.usecases.connect_source import SOURCE_NAME, find_source
from headwater.usecases.connectors import AD_COST, KINDS
from headwater.usecases.ports import AdAccount, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headwater.usecases.check_store import Permission
    from headwater.usecases.connectors import ConnectorKind
    from headwater.usecases.ports import Accounts, Clock, Secrets
    from headwater.usecases.ports.connectors import Connection, Connectors

_LONGEST_CREDENTIAL = 4_000
_NOTHING_TO_TRY = "there is no ad account to try it on"


@dataclass(frozen=True, slots=True)
class ConnectorRequest:
    """What a merchant types in to connect an ad platform or a CRM.

    ``ad_accounts`` are the ids of those that he chooses; None stands for the only one there is, and
    for those chosen before. ``source`` is his name for it; without one it is the kind's.
    """

    kind: str
    credentials: Mapping[str, str] = field(repr=False)
    source: str = ""
    ad_accounts: tuple[str, ...] | None = None
    api_url: str = ""

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source or self.kind


@dataclass(frozen=True, slots=True)
class ConnectorCheck:
    """What credentials open.

    ``credentials`` are as they are after the trial. ``renewed`` are those among the given ones that
    the vendor has replaced while they were tried: the old ones are no longer good.
    """

    findings: tuple[Finding, ...]
    identity: str
    ad_accounts: tuple[AdAccount, ...]
    refusal: MissingScopeError | None
    credentials: Mapping[str, str] = field(repr=False)
    renewed: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def missing(self) -> tuple[str, ...]:
        """The titles of the permissions that are missing."""
        return tuple(one.permission.title for one in self.findings if one.state == "missing")


@dataclass(frozen=True, slots=True)
class ConnectedConnector:
    """A source as it was stored, and what its credentials open."""

    source: Source
    check: ConnectorCheck


@dataclass(frozen=True, slots=True)
class ConnectorPorts:
    """What connecting needs from the outside world."""

    clock: Clock
    accounts: Accounts
    secrets: Secrets
    connectors: Connectors


def check_connector(
    request: ConnectorRequest, *, connectors: Connectors, other_api_urls: Collection[str] = ()
) -> ConnectorCheck:
    """Try credentials without keeping anything; list the ad accounts to choose from.

    Raises:
        InvalidParameterError: naming the parameter and what is wrong with it.
        CredentialsRejectedError: they are wrong or revoked.
        RetriableError: the vendor does not answer what has to be known.
    """
    kind = kind_of(request.kind)
    _check(kind, request, other_api_urls)
    given = {name: value.strip() for name, value in request.credentials.items() if value.strip()}
    check = try_connection(kind, connectors.connect(kind.kind, given, request.api_url))
    renewed = {name: check.credentials.get(name, value) for name, value in given.items()}
    return replace(check, renewed=dict(renewed.items() - given.items()))


def connect_connector(
    account: str,
    request: ConnectorRequest,
    *,
    ports: ConnectorPorts,
    other_api_urls: Collection[str] = (),
) -> ConnectedConnector:
    """Connect an ad platform or a CRM to an account, or connect it again.

    Every permission is tried first, so that all missing ones are named at once. A source that is
    connected again keeps its bookmarks and, unless others are given, its ad accounts.

    Raises:
        InvalidParameterError: naming the parameter and what is wrong with it.
        MissingScopeError: naming all permissions that are needed and missing.
        CredentialsRejectedError, RetriableError: see ``check_connector``.
    """
    kind = kind_of(request.kind)
    known = find_source(ports.accounts, account, request.name)
    _refuse_another(known, kind.kind, request.name)
    check = check_connector(request, connectors=ports.connectors, other_api_urls=other_api_urls)
    if check.refusal:
        raise check.refusal
    if known and known.identity and check.identity != known.identity:
        message = f"source: {request.name} is {known.identity} already; choose another name"
        raise InvalidParameterError(message)
    chosen = choose(kind, request.ad_accounts, known, check.ad_accounts)
    secret = to_secret(check.credentials)
    fresh = Source(request.name, kind.kind, store_hash="", secret_arn="")
    source = replace(
        known or fresh,
        secret_arn=ports.secrets.put(account, request.name, secret),
        api_url=request.api_url,
        status="ok",
        reason="",
        is_paused=bool(known and known.is_paused and not known.is_removed),
        status_since=ports.clock.now(),
        # What was pulled with other credentials is no reason to wait.
        pulled_at=None,
        missing_scopes=check.missing,
        identity=check.identity,
        ad_accounts=chosen,
    )
    ports.accounts.save_source(account, source)
    return ConnectedConnector(source, check)


def to_secret(credentials: Mapping[str, str]) -> str:
    """Return credentials as the text of the one secret that a source has."""
    return json.dumps(dict(credentials), sort_keys=True)


def try_connection(kind: ConnectorKind, connection: Any) -> ConnectorCheck:  # noqa: ANN401
    """Try every permission of an ad platform or CRM; all are tried, whatever the first ones bring.

    Raises:
        CredentialsRejectedError: they are wrong or revoked.
        RetriableError: the vendor does not answer what has to be known.
    """
    findings = tuple(_try(connection, permission) for permission in kind.permissions)
    refusal = _refusal(kind, findings)
    accounts: tuple[AdAccount, ...] = ()
    if kind.role == AD_COST and not refusal:
        accounts = tuple(connection.ad_accounts())
    identity = "" if refusal else connection.identity()
    return ConnectorCheck(findings, identity, accounts, refusal, connection.credentials())


def choose(
    kind: ConnectorKind,
    asked: tuple[str, ...] | None,
    known: Source | None,
    found: Collection[AdAccount],
) -> tuple[AdAccount, ...]:
    """Return the ad accounts that are meant.

    Raises:
        InvalidParameterError: none is chosen among several, or one is not among them.
    """
    if kind.role != AD_COST:
        return ()
    by_id = {one.id: one for one in found}
    if asked is None:
        before = [one.id for one in known.ad_accounts if one.id in by_id] if known else []
        asked = tuple(before or (by_id if len(by_id) == 1 else ()))
    unknown = [one for one in asked if one not in by_id]
    if unknown or not asked:
        listed = ", ".join(f"{one.id} ({one.name})" for one in found) or "none"
        message = f"ad_accounts: choose among those that the credentials open: {listed}"
        raise InvalidParameterError(message)
    return tuple(by_id[one] for one in dict.fromkeys(asked))


def kind_of(name: str) -> ConnectorKind:
    """Return a kind of source by its name; raises InvalidParameterError without one."""
    if name not in KINDS:
        message = f"kind: not one of bigcommerce, {', '.join(KINDS)}"
        raise InvalidParameterError(message)
    return KINDS[name]


def _check(kind: ConnectorKind, request: ConnectorRequest, other_api_urls: Collection[str]) -> None:
    if not SOURCE_NAME.fullmatch(request.name):
        message = "source: a name has 1 to 32 of the characters a-z, 0-9, _ and -"
        raise InvalidParameterError(message)
    if request.api_url and request.api_url not in other_api_urls:
        message = "api_url: this deployment does not allow that address"
        raise InvalidParameterError(message)
    names = {one.name for one in kind.credentials}
    for name, value in request.credentials.items():
        if name not in names:
            message = f"credentials.{name}: {kind.title} has no such thing"
            raise InvalidParameterError(message)
        if len(value) > _LONGEST_CREDENTIAL or not value.isprintable():
            message = f"credentials.{name}: too long, or not printable"
            raise InvalidParameterError(message)
    for one in kind.credentials:
        if one.is_required and not request.credentials.get(one.name, "").strip():
            message = f"credentials.{one.name}: it is missing ({one.title})"
            raise InvalidParameterError(message)
    given = {name for name, value in request.credentials.items() if value.strip()}
    if kind.ways and not any(given.issuperset(way) for way in kind.ways):
        wanted = "; or ".join(" and ".join(way) for way in kind.ways)
        message = f"credentials: {kind.title} needs {wanted}"
        raise InvalidParameterError(message)


def _refuse_another(known: Source | None, kind: str, name: str) -> None:
    if known is None:
        return
    if known.status == "removing":
        message = f"source: the data of {name} are being deleted; try again later"
        raise InvalidParameterError(message)
    if known.kind != kind:
        message = f"source: {name} is another source already; choose another name"
        raise InvalidParameterError(message)


def _try(connection: Connection, permission: Permission) -> Finding:
    try:
        is_tried = connection.try_permission(permission)
    except MissingScopeError:
        return Finding(permission, "missing", permission.without)
    except RequestRejectedError as error:
        if permission.is_required:
            raise
        return Finding(permission, "unchecked", str(error))
    return Finding(permission, "granted") if is_tried else _unchecked(permission)


def _unchecked(permission: Permission) -> Finding:
    return Finding(permission, "unchecked", _NOTHING_TO_TRY)


def _refusal(kind: ConnectorKind, findings: Collection[Finding]) -> MissingScopeError | None:
    lacking = [
        one.permission for one in findings if one.state == "missing" and one.permission.is_required
    ]
    if not lacking:
        return None
    named = "; ".join(f"{one.title}, for {one.needed_for}" for one in lacking)
    message = f"the credentials of {kind.title} lack what they need: {named}. {kind.where_to_fix}"
    return MissingScopeError(message, {one.title: one.needed_for for one in lacking})
