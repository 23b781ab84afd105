"""What is known of a person before an order: touchpoints, identifications, opt-ins, claims.

Raw values are kept as they arrived. Names are derived in each run, so that a changed rule reaches
the whole history.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# The beginning of a touchpoint's name where a CRM remembers the click. One that we have tracked
# ourselves within the hour is the same click, and counts alone.
RETOLD = "crm-"
# What stands in the id of an opt-in before the name of a list, and between an event and a form.
_LIST, _FORM = "list:", ":form:"
# Part of a key.
_LONGEST_FORM = 80
# Kind of opt-in → the pattern whose first group is the name in its id.
OPT_IN_NAMES_IN_IDS = {
    "list": rf"^{_LIST}(.*):\d{{4}}-\d\d-\d\dT[^T]*$",
    "form": rf"{_FORM}(.*)$",
}


@dataclass(frozen=True, slots=True)
class Campaign:
    """The campaign marks of a landing URL, verbatim; empty where the URL had none.

    ``campaign_id``, ``adset_id`` and ``ad_id`` are the ad platform's own ids, where the URL
    carries them under a name of their own.
    """

    source: str = ""
    medium: str = ""
    campaign: str = ""
    content: str = ""
    term: str = ""
    campaign_id: str = ""
    adset_id: str = ""
    ad_id: str = ""
    click_id_kind: str = ""
    click_id: str = ""

    def __bool__(self) -> bool:
        """Tell whether any mark is set."""
        return any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One marketing contact: the opening of a session, or an imported click.

    A tracked touchpoint belongs to a visitor and is named by its session; an imported one may
    belong to a node instead and is named by the hash of its row, behind ``RETOLD`` where a CRM has
    told of it. ``referrer`` is a host, ``landing_page`` a path.
    """

    touch_id: str
    at: datetime
    visitor: str = ""
    node: str = ""
    campaign: Campaign = Campaign()
    referrer: str = ""
    landing_page: str = ""
    device: str = ""
    is_bot: bool = False
    is_imported: bool = False


@dataclass(frozen=True, slots=True)
class Identification:
    """A visitor shows who he is: ``kind`` is form, login, claim or import."""

    event_id: str
    at: datetime
    visitor: str
    session: str
    node: str
    kind: str


@dataclass(frozen=True, slots=True)
class OptIn:
    """Somebody agrees to be written to.

    ``source`` says who reports it (``site``, ``import``, a CRM's or store's name) and ``kind``
    what happened: form, api, created, list, tag, subscriber, customer. The id of one that has a
    name, a form's or a list's, holds it: ``OPT_IN_NAMES_IN_IDS`` finds it.
    """

    opt_in_id: str
    at: datetime
    node: str
    source: str
    kind: str

    @property
    def event_id(self) -> str:
        """Return the event that a page has told it by."""
        return self.opt_in_id.partition(_FORM)[0]


def form_opt_in_id(event_id: str, form: str) -> str:
    """Return the id of the opt-in that an event has told, with the name of the form it was."""
    return f"{event_id}{_FORM}{form[:_LONGEST_FORM]}"


def list_opt_in_id(name: str, joined_at: datetime) -> str:
    """Return the id of the opt-in that joining a list is."""
    return f"{_LIST}{name}:{joined_at.isoformat()}"


@dataclass(frozen=True, slots=True)
class OrderClaim:
    """A browser says that it placed an order; the run decides whether to believe it."""

    event_id: str
    source: str
    order_id: str
    visitor: str
    session: str
    at: datetime
    received_at: datetime
    node: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """Two nodes are one person's, or are not.

    ``kind`` is record (a store's customer record: ``node`` is the customer id's, ``other`` the
    email's), or, said by a person of a sorted pair of nodes, link or unlink.
    """

    node: str
    other: str
    at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The person behind a node: the only place besides an order where the email stands."""

    node: str
    email: str
    created_at: datetime | None = None
    phone: str = ""


def earlier(stored: Touchpoint, seen: Touchpoint) -> Touchpoint:
    """Merge two hits of one session: the earlier one opened it.

    Ties in time break by the values themselves, so the result does not depend on which hit came
    first over the network. A session with one bot hit is a bot's.
    """
    first = min(stored, seen, key=lambda touch: (touch.at, repr(touch)))
    return replace(first, is_bot=stored.is_bot or seen.is_bot)


def imported_touch_id(values: dict[str, str]) -> str:
    """Name an imported touchpoint by what it says, so that the same row is the same touchpoint."""
    canonical = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
