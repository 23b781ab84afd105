"""What is said of a test's visit: its hit and marks, who he is, what he bought, who gets credit."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from headwater.domain.journeys import Campaign
from headwater.domain.landings import read_landing
from headwater.domain.validations import FAILED, LEAD, PASSED, SKIPPED, WAITING, Item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headwater.domain.journeys import Identification, OptIn, OrderClaim, Touchpoint
    from headwater.domain.orders import Order
    from headwater.domain.validations import Validation, Visit

# The list of each kind of test, after what is said of the page.
LIVE_ITEMS = {
    LEAD: ("hit", "marks", "email", "opt_in", "attributed"),
    "sales": ("hit", "marks", "email", "order", "order_found", "attributed"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a test's visit.

    ``touch`` is the session that it opened. ``identifications`` are the visitor's since then,
    ``opt_in`` his sign-up among them, ``opted_in_before`` says that his email had one before.
    ``claim`` is the order that he claimed last, ``believed`` whichever claim of that order counts,
    ``order`` the order itself; ``order_trouble`` says why the store cannot be asked for it.
    ``is_counted``: its status is revenue. ``trail`` is the order's credit trail in the last run;
    None where that run has not seen it.
    """

    visit: Visit | None = None
    touch: Touchpoint | None = None
    identifications: Sequence[Identification] = ()
    opt_in: OptIn | None = None
    opted_in_before: bool = False
    claim: OrderClaim | None = None
    believed: OrderClaim | None = None
    order: Order | None = None
    order_trouble: str = ""
    is_counted: bool = True
    trail: Mapping[str, Any] | None = None

    @property
    def is_followed(self) -> bool:
        """Tell whether anything can follow from the visit."""
        if self.touch is None or self.visit is None:
            return False
        return not (self.visit.is_private or self.touch.is_bot)


def live_items(validation: Validation, found: Evidence) -> tuple[Item, ...]:
    """Return what is said of the visit as things are."""
    checks = {
        "hit": lambda: _hit(found),
        "marks": lambda: _marks(validation, found),
        "email": lambda: _email(validation.kind, found),
        "opt_in": lambda: _opt_in(found),
        "order": lambda: _order(found),
        "order_found": lambda: _order_found(found),
        "attributed": lambda: _lead(found) if validation.kind == LEAD else _sale(found),
    }
    return tuple(checks[name]() for name in LIVE_ITEMS[validation.kind])


def _hit(found: Evidence) -> Item:
    if found.visit is None or found.touch is None:
        return Item("hit", WAITING, "Open the test's link in a browser")
    seen = f"{found.touch.at:%H:%M:%S} UTC, page {found.touch.landing_page}"
    if found.visit.is_private:
        cause = "The page view came without consent, or the browser asks for privacy (GPC)."
        fix = "Open the link in a browser without that setting, and agree to the banner."
        return Item("hit", FAILED, seen, cause, fix)
    if found.touch.is_bot:
        cause = "The browser calls itself a program (User-Agent), and programs get no credit."
        return Item("hit", FAILED, seen, cause, "Open the link in an ordinary browser.")
    return Item("hit", PASSED, seen)


def _marks(validation: Validation, found: Evidence) -> Item:
    wanted = _named(read_landing(validation.link).campaign)
    if not wanted:
        note = "The link has no campaign marks: paste the address that the ad or mailing uses"
        return Item("marks", SKIPPED, note)
    if found.touch is None:
        return _dropped(validation) or Item("marks", WAITING, f"Expected: {', '.join(wanted)}")
    came = _named(found.touch.campaign)
    private = found.visit is not None and found.visit.is_private
    lost = [
        name
        for name, value in wanted.items()
        if came.get(name) != value and not (private and name == "click id")
    ]
    seen = ", ".join(f"{name} {value}" for name, value in came.items()) or "No marks"
    if not lost:
        return Item("marks", PASSED, seen)
    told = _dropped(validation)
    if told:
        return Item("marks", FAILED, seen, told.cause, told.fix)
    path = urlsplit(validation.link).path or "/"
    cause = f"Lost between the link and the page's script: {', '.join(lost)}."
    if found.touch.landing_page != path:
        cause += f" The visit began on {found.touch.landing_page} instead of {path}: a script led"
        cause += " there."
    fix = "Pass the whole query along; test in a browser without extensions that clean addresses."
    return Item("marks", FAILED, seen, cause, fix)


def _dropped(validation: Validation) -> Item | None:
    """Return the redirect that drops marks, where one does."""
    steps = validation.steps
    for before, step in pairwise(steps):
        if step.dropped:
            names = ", ".join(step.dropped)
            cause = f"The redirect ({before.status}) of {_page_of(before.url)} drops {names}."
            fix = f"Let it pass the query on to {_page_of(step.url)}, or link there directly."
            return Item("marks", FAILED, "Dropped on the way", cause, fix)
    return None


def _email(kind: str, found: Evidence) -> Item:
    if found.identifications:
        last = found.identifications[-1]
        return Item("email", PASSED, f"By {last.kind}, as a hash (node {last.node[:8]})")
    if found.claim is not None:
        if found.claim.node:
            return Item("email", PASSED, f"By the order page (node {found.claim.node[:8]})")
        note = "The order page could not say it; the order itself names its buyer"
        return Item("email", SKIPPED, note)
    note = "Send the sign-up form" if kind == LEAD else "Buy; the order page says it"
    return Item("email", WAITING, note)


def _opt_in(found: Evidence) -> Item:
    if found.opt_in is not None:
        return Item("opt_in", PASSED, f"{found.opt_in.at:%H:%M:%S} UTC, {found.opt_in.kind}")
    if any(each.kind == "login" for each in found.identifications):
        note = "A login was seen, which is no sign-up"
        return Item("opt_in", WAITING, note)
    return Item("opt_in", WAITING, "Send the sign-up form")


def _order(found: Evidence) -> Item:
    if found.claim is None:
        return Item("order", WAITING, "Buy something, up to the page that thanks for it")
    return Item("order", PASSED, f"Order {found.claim.order_id}")


def _order_found(found: Evidence) -> Item:
    if found.claim is None:
        return Item("order_found", WAITING)
    if found.order is not None:
        total = f"{found.order.total} {found.order.currency}"
        seen = f"Order {found.order.order_id}, {total}, status {found.order.status_id}"
        return Item("order_found", PASSED, seen)
    if found.order_trouble:
        fix = "GET /v1/sources says how the store is and what to do."
        return Item(
            "order_found", FAILED, f"Order {found.claim.order_id}", found.order_trouble, fix
        )
    return Item("order_found", WAITING, f"Order {found.claim.order_id} is not in the store yet")


def _lead(found: Evidence) -> Item:
    if found.opt_in is None or found.touch is None:
        return Item("attributed", WAITING)
    of = _click(found.touch)
    if found.touch.at > found.opt_in.at:
        cause = "The sign-up is dated before the click."
        return Item("attributed", FAILED, of, cause, "Test again, and read the page as people do.")
    if found.opted_in_before:
        note = f"{of}; as a re-engaged lead, for the email had signed up before"
        return Item("attributed", PASSED, note)
    return Item("attributed", PASSED, f"{of}; as a new lead")


def _sale(found: Evidence) -> Item:
    if found.order is None or found.touch is None or found.claim is None:
        return Item("attributed", WAITING)
    if found.trail is not None:
        return _credited(found.trail, found.touch)
    is_known = any(each.node == found.order.email_node for each in found.identifications)
    is_believed = found.believed is not None and found.believed.visitor == found.claim.visitor
    if is_known or is_believed:
        note = "Linked to the click; the next run gives the credit"
        if not found.is_counted:
            note = "Linked to the click; the order's status is no revenue, so runs leave it out"
        return Item("attributed", WAITING, note)
    fix = "Buy in the browser that opened the link, with one email."
    if found.believed is not None:
        cause = "Another browser had claimed the order before: its visits get the credit."
        return Item("attributed", FAILED, _click(found.touch), cause, fix)
    cause = "The order page named another email than the order, or came an hour too late."
    return Item("attributed", FAILED, _click(found.touch), cause, fix)


def _credited(trail: Mapping[str, Any], touch: Touchpoint) -> Item:
    """Return what the last run gives a touch of an order."""
    for each in trail["touches"]:
        if each["touch_id"] == touch.touch_id and each["credits"]:
            shares = [f"{model} {amounts['net']}" for model, amounts in each["credits"].items()]
            return Item("attributed", PASSED, f"{_click(touch)}: {', '.join(shares)}")
    kind = next((rest["kind"] for rest in trail["rest"].values()), "unattributed")
    cause = f"The run gives this click nothing of the order: {kind.replace('_', ' ')}."
    order = trail["order"]
    fix = f"GET /v1/orders/{order['source']}/{order['order_id']}/credits?explain=true says why."
    return Item("attributed", FAILED, _click(touch), cause, fix)


def _click(touch: Touchpoint) -> str:
    campaign = touch.campaign
    return " / ".join(filter(None, (campaign.source, campaign.medium, campaign.campaign))) or (
        campaign.click_id_kind or "direct"
    )


def _named(campaign: Campaign) -> dict[str, str]:
    """Return the marks of a campaign by names for people."""
    marks = {
        field.name.replace("_", " "): getattr(campaign, field.name) for field in fields(Campaign)
    }
    kind = marks.pop("click id kind")
    if kind:
        marks["click id"] = f"{kind} {marks['click id']}"
    return {name: value for name, value in marks.items() if value}


def _page_of(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]
