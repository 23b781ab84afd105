"""What is said of a page before anybody visits it: does it open, does it have the script."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from headwater.domain.fetching import Failure, host_of
from headwater.domain.script_tags import ANALYTICS, TARGETING
from headwater.domain.sites import normalize_origin
from headwater.domain.validations import FAILED, PASSED, SKIPPED, WAITING, Item, Reason

if TYPE_CHECKING:
    from collections.abc import Collection

    from headwater.domain.fetching import Fetched
    from headwater.domain.page_scripts import FoundScript, PageText

_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_SCRIPT_TYPES = frozenset({"text/javascript", "application/javascript"})
# What BigCommerce asks the shopper before a script runs that remembers him.
_FITTING = frozenset({TARGETING, ANALYTICS})
# How shops and the networks before them turn programs away.
_KEEPS_OUT = frozenset({401, 403, 405, 429, 503})
_REGISTER = "Connect the store again with all of its domains (`make connect`, POST /v1/sources)"
_INSTALL = "Install the loader on all pages (docs/tracking.md, Install it)."
_VISIT_TELLS = "The visit will tell."

# Why a page was not fetched → what that means, and what to do.
_FAILURES = {
    Failure.NOT_A_URL: Reason("It leads to what is no address of a page.", "Correct the redirect."),
    Failure.CREDENTIALS: Reason(
        "An address with a user name is not opened.", "Correct the redirect."
    ),
    Failure.PORT: Reason(
        "Only the usual ports of http and https are opened.", "Correct the redirect."
    ),
    Failure.FOREIGN_HOST: Reason(
        "It is none of the store's domains: its pages may send no hits.",
        f"{_REGISTER} if it is yours; else link straight to the shop.",
    ),
    Failure.UNRESOLVED: Reason("The domain has no address.", "Check its DNS records."),
    Failure.PRIVATE_ADDRESS: Reason(
        "The domain means an address inside a network, which shoppers cannot reach either.",
        "Test the public shop.",
    ),
    Failure.UNREACHABLE: Reason(
        "Nobody answers there.", "Open the page yourself; try again later."
    ),
    Failure.TLS: Reason(
        "There is no valid certificate for the domain: browsers warn of the page.",
        "Renew the domain's certificate.",
    ),
    Failure.TOO_SLOW: Reason(
        "The page took more than ten seconds.",
        "Open the page yourself; shoppers do not wait that long either.",
    ),
    Failure.BAD_ANSWER: Reason("What came back is no page.", "Open the page yourself."),
    Failure.TOO_MANY_REDIRECTS: Reason("The redirects have no end.", "Correct the redirects."),
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What a page should have: one of the account's keys, and the version that is served now.

    ``origins`` are those whose hits the collector takes. ``categories`` are the consent categories
    that the store says of the scripts that we have put into its storefronts; none where a person
    includes the script.
    """

    keys: Collection[str]
    origins: Collection[str]
    version: str
    integrity: str
    categories: Collection[str] = ()


def page_item(fetched: Fetched, expected: Expected) -> Item:
    """Tell whether the page opens, and whether the collector takes its hits."""
    seen = _told(fetched)
    if fetched.failure:
        reason = _FAILURES[fetched.failure]
        return Item("page", FAILED, seen, reason.cause, reason.fix)
    if fetched.status in _KEEPS_OUT:
        note = f"{seen}: the shop may keep programs out. {_VISIT_TELLS}"
        return Item("page", WAITING, note)
    if fetched.status >= HTTPStatus.BAD_REQUEST:
        return Item("page", FAILED, seen, "The shop has no such page now.", "Correct the link.")
    if fetched.content_type not in _PAGE_TYPES:
        cause = f"It is no page, but {fetched.content_type}."
        return Item("page", FAILED, seen, cause, "Test a page that shoppers see.")
    parts = urlsplit(fetched.url)
    origin = normalize_origin(f"{parts.scheme}://{parts.netloc}")
    if origin not in expected.origins:
        cause = f"The collector refuses hits of pages from {origin}."
        return Item("page", FAILED, seen, cause, f"{_REGISTER}.")
    return Item("page", PASSED, seen)


def is_readable(fetched: Fetched) -> bool:
    """Tell whether there is a page's text to look into."""
    return fetched.failure is None and fetched.status == HTTPStatus.OK


def script_items(
    page: PageText | None, expected: Expected, loaded: Fetched | None
) -> tuple[Item, ...]:
    """Tell whether the page has the script: there, which version, consent, and whether it loads.

    Args:
        page: what was found in the page; None where it could not be read.
        expected: what should be there.
        loaded: what came of fetching the script; None where that was not tried.
    """
    if page is None:
        names = ("script", "version", "consent", "loads")
        note = f"The page could not be read. {_VISIT_TELLS}"
        return tuple(Item(name, WAITING, note) for name in names)
    script = page.own(expected.keys)
    if script is None:
        return (_missing(page, expected), *_without_script(page))
    seen = script.url.partition("?")[0]
    return (
        Item("script", PASSED, seen),
        _version(script, expected),
        _consent(script, page, expected),
        _loads(script, expected, loaded),
    )


def _missing(page: PageText, expected: Expected) -> Item:
    if page.scripts:
        other = page.scripts[0]
        cause = f"The page has the script of another site (key {other.key[:24] or 'missing'})."
        fix = "Use the public key that GET /v1/sources says."
        return Item("script", FAILED, other.url.partition("?")[0], cause, fix)
    if expected.categories:
        named = ", ".join(sorted(expected.categories))
        note = f"Put into the store (category {named}), yet not in the page's text. {_VISIT_TELLS}"
        return Item("script", WAITING, note)
    if page.has_tag_manager:
        note = f"Not in the page's text; its tag manager may bring it. {_VISIT_TELLS}"
        return Item("script", WAITING, note)
    if page.has_banner:
        cause = (
            "The script is not on this page. The page has BigCommerce's cookie banner, under which "
            "scripts without a consent category never run."
        )
        fix = f"{_INSTALL} Give it the category targeting (or analytics)."
        return Item("script", FAILED, "No script", cause, fix)
    return Item("script", FAILED, "No script", "The script is not on this page.", _INSTALL)


def _without_script(page: PageText) -> tuple[Item, ...]:
    later = Item("consent", WAITING, f"The page has a cookie banner. {_VISIT_TELLS}")
    none = Item("consent", SKIPPED, "No cookie banner on the page")
    note = "No script in the page's text"
    return (
        Item("version", SKIPPED, note),
        later if page.has_banner else none,
        Item("loads", SKIPPED, note),
    )


def _version(script: FoundScript, expected: Expected) -> Item:
    if not script.name:
        return Item("version", PASSED, f"{expected.version}, which the loader names")
    address = f"/s/{expected.version}?key={script.key} with integrity {expected.integrity}"
    if script.name != expected.version:
        cause = f"The page includes an earlier version; {expected.version} is the present one."
        fix = f"Change the address to {address}, or use the loader, which always names the present."
        if expected.categories:
            fix = "Nothing: the next daily pull renews what Headwater has put into the store."
        return Item("version", FAILED, script.name, cause, fix)
    if script.integrity and expected.integrity not in script.integrity.split():
        cause = "The tag's integrity belongs to another version: browsers refuse to run it."
        return Item("version", FAILED, script.name, cause, f"Include {address}.")
    return Item("version", PASSED, script.name)


def _consent(script: FoundScript, page: PageText, expected: Expected) -> Item:
    if wrong := set(expected.categories) - _FITTING:
        cause = f"The store runs the script by another consent: {', '.join(sorted(wrong))}."
        fix = "Give it the category targeting (or analytics) in the Script Manager."
        return Item("consent", FAILED, "As the store says", cause, fix)
    if script.is_held:
        note = "The banner holds the script back until the shopper agrees: agree on your visit."
        return Item("consent", WAITING, note)
    if script.consent == "wait":
        note = "The script waits for the shopper's yes: agree on your visit."
        return Item("consent", WAITING, note)
    if page.has_banner:
        return Item("consent", PASSED, "The script heeds the page's cookie banner")
    return Item("consent", SKIPPED, "No cookie banner on the page")


def _loads(script: FoundScript, expected: Expected, loaded: Fetched | None) -> Item:
    if loaded is None:
        return Item("loads", WAITING, _VISIT_TELLS)
    seen = f"{loaded.status or loaded.failure}, {host_of(script.url)}"
    if loaded.failure is Failure.FOREIGN_HOST:
        cause = f"{host_of(loaded.url)} is neither the collector nor one of the store's domains."
        return Item("loads", FAILED, seen, cause, "Take the address from the stack's CollectorUrl.")
    if loaded.failure:
        cause = _FAILURES[loaded.failure].cause
        return Item("loads", FAILED, seen, cause, "Check the collector.")
    if loaded.status != HTTPStatus.OK or loaded.content_type not in _SCRIPT_TYPES:
        cause = "What comes from the script's address is no script: its key or name is wrong."
        return Item("loads", FAILED, seen, cause, _INSTALL)
    if script.name == expected.version and _integrity(loaded.body) != expected.integrity:
        cause = "Something on the way changes the script, and browsers refuse what was changed."
        fix = "Switch off what rewrites scripts in the network before the collector."
        return Item("loads", FAILED, seen, cause, fix)
    return Item("loads", PASSED, seen)


def _integrity(content: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()


def _told(fetched: Fetched) -> str:
    """Return what the server said, with the number of redirects."""
    hops = len(fetched.hops) - 1
    redirects = f", {hops} redirect{'s' * (hops != 1)}" if hops else ""
    return f"{fetched.status or host_of(fetched.url) or 'no host'}{redirects}"
