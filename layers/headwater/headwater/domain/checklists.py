"""The whole list of a test: what its page looked like, put right by what its visit shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headwater.domain.validations import FAILED, PASSED, SKIPPED, WAITING, Item, Reason
from headwater.domain.visit_checks import live_items

if TYPE_CHECKING:
    from headwater.domain.validations import Validation
    from headwater.domain.visit_checks import Evidence

# Item → what it asks, for people.
TITLES = {
    "page": "The page opens, and may send hits",
    "script": "The script is on the page",
    "version": "It is the present version",
    "consent": "The shopper's consent is asked and given",
    "loads": "The script loads",
    "hit": "The visit is seen",
    "marks": "Campaign marks and click id are seen",
    "email": "The email is captured",
    "opt_in": "The sign-up is recorded",
    "order": "The order page says its order",
    "order_found": "The store has the order",
    "attributed": "The click gets the credit",
}
# Item → the one without which there is nothing to look at.
_NEEDS = {
    "marks": "hit",
    "email": "hit",
    "opt_in": "hit",
    "order": "hit",
    "order_found": "order",
    "attributed": "hit",
}
# What a visit says of the page, whatever its text said: nobody but the script sends hits.
_SHOWN = {
    "page": "Opened in the visit",
    "script": "It ran; something else than the page's own text brings it",
    "loads": "It ran",
    "consent": "Given",
}

_DEBUG = "Open the link with &hwdebug=1: a box shows what the script does (docs/tracking.md)."
# What did not come before the end → why, and what to do.
_NEVER = {
    "page": Reason("The page was neither read nor visited.", "Open the page yourself."),
    "script": Reason(
        "The script has not run: nobody has opened the link, or the tag manager does not bring it.",
        _DEBUG,
    ),
    "consent": Reason(
        "No visit was told: nobody has opened the link, or nobody has agreed to the banner.",
        "Agree to the banner on the visit. Without a banner, call hw('consent', true), or take "
        "data-consent off the tag.",
    ),
    "hit": Reason("No hit of this link has arrived.", _DEBUG),
    "marks": Reason("No hit of this link has arrived.", _DEBUG),
    "email": Reason(
        "No form with one email field was sent in this visit, and no order page said who bought.",
        _DEBUG,
    ),
    "opt_in": Reason(
        "No form of this visit was taken for a sign-up.",
        "Put data-hw=\"optin\" on the form, or call hw('optin', …) where a popup signs up.",
    ),
    "order": Reason(
        "No order page of this visit said its order's id: the script is not on the page that "
        "thanks, or the purchase was another browser's.",
        "Install the script on the order confirmation too; elsewhere than at BigCommerce's own "
        "address call hw('order', …) there.",
    ),
    "order_found": Reason(
        "The store has no order of this id.",
        "Check that the shop belongs to the connected store, and what hw('order', …) says.",
    ),
}


def checklist(validation: Validation, found: Evidence, *, is_over: bool) -> tuple[Item, ...]:
    """Return the list of a test as things are.

    Of a test that is over nothing waits any more, but for the credit, which a run gives later.
    """
    page = tuple(_page_item(item, found) for item in validation.page)
    items = (*page, *live_items(validation, found))
    return _closed(items) if is_over else items


def _page_item(item: Item, found: Evidence) -> Item:
    if found.visit is not None and item.name == "consent" and found.visit.is_private:
        cause = "The shopper has said no, or his browser asks for privacy (GPC)."
        return replace(item, state=FAILED, cause=cause, fix="Agree to the banner on the visit.")
    if not found.is_followed or item.state == PASSED:
        return item
    if item.name == "version":
        # A visit does not say which version it ran; an old one in the page's text stays old.
        note = "The visit does not say which version ran"
        return item if item.state == FAILED else replace(item, state=SKIPPED, seen=note)
    if item.name == "consent" and item.state == SKIPPED:
        return item
    return Item(item.name, PASSED, _SHOWN[item.name])


def _closed(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the items with a reason for each that did not come."""
    done: dict[str, Item] = {}
    for item in items:
        done[item.name] = _close(item, done) if item.state == WAITING else item
    return tuple(done.values())


def _close(item: Item, before: dict[str, Item]) -> Item:
    needed = before.get(_NEEDS.get(item.name, ""))
    if needed is not None and needed.state in {FAILED, SKIPPED}:
        return replace(item, state=SKIPPED, seen=f"Nothing to look at without: {needed.name}")
    if reason := _NEVER.get(item.name):
        script = before.get("script")
        if item.name == "hit" and script is not None and script.state == FAILED:
            reason = Reason(f"{reason.cause} {script.cause}", script.fix)
        return replace(item, state=FAILED, cause=reason.cause, fix=reason.fix)
    if item.name == "attributed" and item.seen:
        return item
    return replace(item, state=SKIPPED)
