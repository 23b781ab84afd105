"""Manage connected sources: test stores, pause and resume, remove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.errors import (
    CredentialsRejectedError,
    FatalError,
    GoneError,
    HeadwaterError,
    InvalidParameterError,
    MissingScopeError,
    RateLimitedError,
    RequestRejectedError,
    RetriableError,
    StoreNotFoundError,
    UnknownResourceError,
)
from headwater.usecases.check_store import check_store
from headwater.usecases.connect_source import BIGCOMMERCE, find_source, told_by_store
from headwater.usecases.connectors import KINDS
from headwater.usecases.keep_script import drop_script, install_script
from headwater.usecases.keep_webhooks import drop_webhooks, keep_webhooks
from headwater.usecases.open_site import limit_site

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.usecases.check_store import Finding
    from headwater.usecases.connect_source import ConnectPorts
    from headwater.usecases.keep_webhooks import HookPorts
    from headwater.usecases.open_site import EdgeSites
    from headwater.usecases.ports import Accounts, Pipeline, Secrets, Source
    from headwater.usecases.script_keeper import ScriptPorts

# The status of a source whose store answers with an error; any other error is "unavailable".
_STATUSES: dict[type[HeadwaterError], str] = {
    CredentialsRejectedError: "reauthorize",
    StoreNotFoundError: "reauthorize",
    MissingScopeError: "missing_scope",
    RateLimitedError: "throttled",
    GoneError: "gone",
    RequestRejectedError: "defect",
}
REMOVED, REMOVING = "removed", "removing"


@dataclass(frozen=True, slots=True)
class TriedSource:
    """A source as it stands after a trial, and how the trial of each scope went.

    There are no findings where the store could not be asked at all.
    """

    source: Source
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovePorts:
    """What removing a source needs from the outside world."""

    accounts: Accounts
    secrets: Secrets
    sites: EdgeSites
    pipeline: Pipeline
    hooks: HookPorts
    script: ScriptPorts


@dataclass(frozen=True, slots=True)
class Options:
    """What is optional of a source; None leaves it as it is.

    ``script_consent`` is the consent that the tracking script needs: targeting or analytics.
    ``hits_per_second`` is the limit of its pages at the collector; 0 is the deployment's.
    """

    webhooks: bool | None = None
    transactions: bool | None = None
    script: bool | None = None
    script_consent: str | None = None
    hits_per_second: int | None = None


def status_of(error: HeadwaterError) -> str:
    """Return the status of a source whose store answers with an error."""
    return _STATUSES.get(type(error), "unavailable")


def known_source(accounts: Accounts, account: str, name: str) -> Source:
    """Return an account's source.

    Raises:
        UnknownResourceError: there is none of that name.
    """
    source = find_source(accounts, account, name)
    if source is None:
        message = f"there is no source {name}"
        raise UnknownResourceError(message)
    return source


def try_source(account: str, name: str, *, ports: ConnectPorts) -> TriedSource:
    """Try every scope of a source's token now, and write down how the source is.

    Raises:
        UnknownResourceError: there is no such source.
        InvalidParameterError: it was removed, or is none that is pulled.
    """
    source = _pulled(ports.accounts, account, name)
    try:
        check = check_store(
            ports.sources.connect(
                store_hash=source.store_hash,
                access_token=_token_of(source, ports.secrets),
                api_url=source.api_url,
            )
        )
    except (RetriableError, FatalError) as error:
        return TriedSource(_noted(account, source, error, ports))
    if check.refusal:
        return TriedSource(_noted(account, source, check.refusal, ports), check.findings)
    ports.accounts.change_source(account, name, **told_by_store(check))
    return TriedSource(_noted(account, source, None, ports), check.findings)


def pause_source(account: str, name: str, *, accounts: Accounts) -> Source:
    """Stop pulling a source, a pull under way included; it keeps its bookmark.

    Raises:
        UnknownResourceError: there is no such source.
        InvalidParameterError: it was removed, or is none that is pulled.
    """
    _pulled(accounts, account, name, *KINDS)
    accounts.change_source(account, name, is_paused=True)
    return known_source(accounts, account, name)


def resume_source(account: str, name: str, *, accounts: Accounts, pipeline: Pipeline) -> Source:
    """Pull a source again, at once and then as scheduled, from where it stopped.

    Raises:
        UnknownResourceError: there is no such source.
        InvalidParameterError: it was removed, or is none that is pulled.
    """
    _pulled(accounts, account, name, *KINDS)
    accounts.change_source(account, name, is_paused=False)
    pipeline.pull(account)
    return known_source(accounts, account, name)


def set_options(
    account: str, name: str, options: Options, *, hooks: HookPorts, script: ScriptPorts
) -> Source:
    """Switch what is optional of a source on or off.

    Webhooks and the tracking script are put into the store, or taken out, at once; what goes wrong
    is noted with the source, and the next pull tries again. Transactions come with every order
    that is pulled from now on; the weekly sweep brings those of the last thirty days.

    Raises:
        UnknownResourceError: there is no such source.
        InvalidParameterError: it was removed, or is none that is pulled; or the script's consent
            is given where there is no script.
    """
    accounts = hooks.accounts
    source = _pulled(accounts, account, name)
    wants_script = source.script.is_on if options.script is None else options.script
    if options.script_consent and not wants_script:
        message = "script_consent: the script is not installed; give script: true, too"
        raise InvalidParameterError(message)
    transactions = options.transactions
    if transactions is not None and transactions != source.with_transactions:
        accounts.change_source(account, name, with_transactions=transactions)
    if options.hits_per_second is not None:
        limit_site(account, source, options.hits_per_second, ports=script)
    if options.webhooks is not None:
        (keep_webhooks if options.webhooks else drop_webhooks)(account, source, ports=hooks)
    if options.script or options.script_consent:
        install_script(account, source, options.script_consent, ports=script)
    elif options.script is False:
        drop_script(account, source, ports=script)
    return known_source(accounts, account, name)


def remove_source(
    account: str, name: str, *, with_orders: bool, ports: RemovePorts, now: datetime
) -> Source:
    """Remove a source: its token, site, webhooks, script and pulls, with or without its orders.

    Without them its name stays taken by its store, since the ids of orders are a store's own; the
    same store may be connected again under it. With them the next pull of the account, which is
    started here, deletes them in bounded steps, and the run behind it takes them out of the
    reports. The same call again does what an earlier one left undone.

    Raises:
        UnknownResourceError: there is no such source.
        RetriableError: something was not done; the same call may be repeated.
    """
    source = known_source(ports.accounts, account, name)
    if source.webhooks.is_on:
        drop_webhooks(account, source, ports=ports.hooks)
    drop_script(account, source, ports=ports.script)
    if source.public_key:
        ports.sites.remove(source.public_key)
        ports.accounts.remove_site(source.public_key)
    if source.secret_arn:
        ports.secrets.delete(source.secret_arn)
    ports.accounts.change_source(
        account,
        name,
        is_paused=True,
        status=REMOVING if with_orders or source.status == REMOVING else REMOVED,
        reason="",
        status_since=now,
        secret_arn="",
        public_key="",
    )
    if with_orders:
        ports.pipeline.pull(account)
    return known_source(ports.accounts, account, name)


def note_status(
    account: str, source: Source, error: HeadwaterError | None, *, accounts: Accounts, now: datetime
) -> None:
    """Write down how a source is after its store was asked: well, or what went wrong.

    A status that lasts keeps its first instant.
    """
    status = status_of(error) if error else "ok"
    if (status, "" if error is None else str(error)) == (source.status, source.reason):
        return
    since = source.status_since if status == source.status else now
    accounts.change_source(
        account,
        source.source,
        status=status,
        reason=str(error or ""),
        **({"status_since": since} if since else {}),
    )


def _noted(
    account: str, source: Source, error: HeadwaterError | None, ports: ConnectPorts
) -> Source:
    note_status(account, source, error, accounts=ports.accounts, now=ports.clock.now())
    return known_source(ports.accounts, account, source.source)


def _token_of(source: Source, secrets: Secrets) -> str:
    try:
        return secrets.get(source.secret_arn)
    except UnknownResourceError:
        message = f"no access token is kept for {source.source}: connect the store again"
        raise CredentialsRejectedError(message) from None


def refuse_removed(source: Source) -> None:
    """Raise InvalidParameterError if a source was removed."""
    if source.is_removed:
        message = f"source: {source.source} was removed; connect it again"
        raise InvalidParameterError(message)


def _pulled(accounts: Accounts, account: str, name: str, *others: str) -> Source:
    """Return a source that is a store, or of one of the other kinds."""
    source = known_source(accounts, account, name)
    if source.kind not in {BIGCOMMERCE, *others}:
        message = (
            f"source: {name} is no store"
            if source.kind in KINDS
            else f"source: the orders of {name} are posted; there is nothing to pull"
        )
        raise InvalidParameterError(message)
    refuse_removed(source)
    return source
