"""Validate tracking: test whether a visit, a sign-up or an order by a link is seen and credited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from headwater.domain.checklists import checklist
from headwater.domain.fetching import Allowance, Failure, RefusedUrlError, target_of
from headwater.domain.page_checks import Expected, is_readable, page_item, script_items
from headwater.domain.page_scripts import read_page
from headwater.domain.rows import clean_text
from headwater.domain.validations import (
    LONGEST_TEST,
    WAITING,
    Validation,
    link_with_code,
    named_by_time,
    steps_of,
)
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.script_keeper import INSTALLED
from headwater.usecases.visit_evidence import gather_evidence

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.domain.fetching import Fetched
    from headwater.domain.sites import Site, Sites
    from headwater.domain.validations import Item
    from headwater.usecases.ports import Clock
    from headwater.usecases.ports.validations import Pages
    from headwater.usecases.serve_script import Build
    from headwater.usecases.visit_evidence import EvidencePorts

_RANDOM_BYTES = 8
# How far back the history is told.
_MOST_LISTED = 100
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_REFUSALS = {
    Failure.CREDENTIALS: "leave out the user name",
    Failure.PORT: "only the usual ports of http and https",
    Failure.FOREIGN_HOST: "none of the store's domains; POST /v1/sources says which are",
}


@dataclass(frozen=True, slots=True)
class ValidatePorts:
    """What tests need from the outside world.

    ``collector_host`` serves the script; ``loopback`` allows pages of this very machine, for
    systems that are on it whole.
    """

    evidence: EvidencePorts
    sites: Callable[[], Sites]
    pages: Pages
    build: Callable[[], Build]
    clock: Clock
    token_hex: Callable[[int], str]
    collector_host: str = ""
    loopback: bool = False


def start_validation(account: str, url: str, kind: str, *, ports: ValidatePorts) -> Validation:
    """Begin a test of a page: look at it, and return the link by which to visit it.

    Args:
        account: whose.
        url: the address that an ad or mailing uses, with its campaign marks.
        kind: ``lead`` or ``sales``.
        ports: the outside world.

    Raises:
        InvalidParameterError: the address is no page of a registered domain of the account.
    """
    sites = _sites_of(account, ports)
    origins = frozenset().union(*(site.origins for site in sites.values()))
    allowance = Allowance(_hosts(origins), ports.loopback)
    try:
        target_of(url, allowance)
    except RefusedUrlError as refused:
        message = f"url: {_REFUSALS.get(refused.failure, 'not an http or https address')}"
        raise InvalidParameterError(message) from None
    now = ports.clock.now()
    code = named_by_time(now, ports.token_hex(_RANDOM_BYTES))
    link = link_with_code(url, code)
    fetched = ports.pages.fetch(link, allowance)
    build = ports.build()
    expected = Expected(
        frozenset(sites), origins, build.script, build.integrity, _categories(account, ports)
    )
    validation = Validation(
        code,
        kind,
        url,
        link,
        now,
        now + LONGEST_TEST,
        steps_of(tuple((hop.url, hop.status) for hop in fetched.hops)),
        tuple(map(_cleaned, _look_at(fetched, expected, allowance, ports))),
    )
    ports.evidence.validations.save(account, validation)
    return validation


def read_validation(
    account: str, validation_id: str, *, ports: ValidatePorts
) -> tuple[Validation, tuple[Item, ...]]:
    """Return a test and its list as things are; of one that has ended, as they were then.

    Raises:
        UnknownResourceError: the account has no such test.
    """
    validation = _found(account, validation_id, ports)
    is_settled = validation.ended_at and not _open(validation)
    if is_settled:
        return validation, validation.items
    found = gather_evidence(account, validation, ports=ports.evidence)
    is_over = validation.is_over(ports.clock.now())
    items = checklist(validation, found, is_over=is_over)
    if not is_over:
        return validation, items
    validation = _closed(validation, items)
    ports.evidence.validations.save(account, validation)
    return validation, validation.items


def end_validation(
    account: str, validation_id: str, *, ports: ValidatePorts
) -> tuple[Validation, tuple[Item, ...]]:
    """End a test, unless it has ended; return it with its list, in which nothing waits any more.

    Raises:
        UnknownResourceError: the account has no such test.
    """
    validation = _found(account, validation_id, ports)
    if not validation.is_over(ports.clock.now()):
        validation = replace(validation, ended_at=ports.clock.now())
        ports.evidence.validations.save(account, validation)
    return read_validation(account, validation_id, ports=ports)


def list_validations(
    account: str, *, ports: ValidatePorts
) -> list[tuple[Validation, tuple[Item, ...]]]:
    """Return the latest tests with the lists that they ended with; one under way has none yet."""
    now = ports.clock.now()
    return [
        read_validation(account, each.validation_id, ports=ports)
        if each.is_over(now) and not each.items
        else (each, each.items)
        for each in ports.evidence.validations.all(account)[:_MOST_LISTED]
    ]


def _found(account: str, validation_id: str, ports: ValidatePorts) -> Validation:
    validation = ports.evidence.validations.get(account, validation_id)
    if validation is None:
        message = f"there is no test {validation_id[:64]}"
        raise UnknownResourceError(message)
    return validation


def _open(validation: Validation) -> bool:
    """Tell whether something may still come of a test that has ended: its order's credit."""
    return not validation.items or any(item.state == WAITING for item in validation.items)


def _closed(validation: Validation, items: tuple[Item, ...]) -> Validation:
    """Return a test with its end; of a list that it has already only what waited changes."""
    now = {item.name: item for item in items}
    kept = tuple(
        now[item.name] if item.state == WAITING else item for item in validation.items or items
    )
    ended_at = validation.ended_at or validation.closes_at
    return replace(validation, items=kept, ended_at=ended_at)


def _sites_of(account: str, ports: ValidatePorts) -> dict[str, Site]:
    """Return the account's sites by their public keys."""
    known = ports.sites()
    found = {
        source.public_key: known.find(source.public_key)
        for source in ports.evidence.accounts.sources(account)
        if source.public_key and not source.is_removed
    }
    return {key: site for key, site in found.items() if site}


def _categories(account: str, ports: ValidatePorts) -> frozenset[str]:
    """Return the consent categories of the scripts that we have put into the account's stores."""
    return frozenset(
        channel.consent_category
        for source in ports.evidence.accounts.sources(account)
        if source.script.is_on and not source.is_removed
        for channel in source.script.channels
        if channel.state == INSTALLED
    )


def _look_at(
    fetched: Fetched, expected: Expected, allowance: Allowance, ports: ValidatePorts
) -> tuple[Item, ...]:
    """Return what is said of the page that was fetched, and of the script that it includes."""
    opened = page_item(fetched, expected)
    if not is_readable(fetched):
        return (opened, *script_items(None, expected, None))
    page = read_page(fetched.body.decode("utf-8", "replace"), fetched.url)
    script = page.own(expected.keys)
    own = _LOOPBACK if ports.loopback else frozenset()
    served = Allowance(allowance.hosts | own | {ports.collector_host}, ports.loopback)
    loaded = ports.pages.fetch(script.url, served) if script else None
    return (opened, *script_items(page, expected, loaded))


def _cleaned(item: Item) -> Item:
    """Return an item without what a page may have put into its words for a terminal."""
    seen, cause, fix = clean_text(item.seen), clean_text(item.cause), clean_text(item.fix)
    return replace(item, seen=seen, cause=cause, fix=fix)


def _hosts(origins: frozenset[str]) -> frozenset[str]:
    return frozenset(urlsplit(origin).hostname or "" for origin in origins)
