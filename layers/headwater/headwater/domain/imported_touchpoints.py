"""Touchpoints, opt-ins and identifications that are imported rather than tracked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from headwater.domain.journeys import (
    RETOLD,
    Campaign,
    Identification,
    OptIn,
    Profile,
    Touchpoint,
    imported_touch_id,
)
from headwater.domain.landings import CLICK_IDS, campaign_of, read_landing, referrer_host
from headwater.domain.rows import (
    as_row,
    email_of,
    flag,
    refuse_unknown,
    required_instant,
    text,
    token,
)
from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.domain.rows import Row

IMPORT_SOURCE = "import"
_MARKS = (
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("campaign_id", "adset_id", "ad_id"),
)
_CAMPAIGN = frozenset({*_MARKS, *CLICK_IDS})
_FIELDS = frozenset(
    {"email", "email_sha256", "visitor", "at", "url", "referrer", "opt_in", *_CAMPAIGN}
)


@dataclass(frozen=True, slots=True)
class ImportedTouchpoint:
    """What one row says: a click, perhaps whose, and perhaps that he signed up with it."""

    touchpoint: Touchpoint
    identification: Identification | None = None
    opt_in: OptIn | None = None
    profile: Profile | None = None


def read_touchpoint(value: object, now: datetime) -> ImportedTouchpoint:
    """Read a row of a touchpoint import.

    The row names its owner by ``email`` or ``email_sha256``, or by ``visitor``. With a visitor and
    an email, the click is the visitor's and the row identifies him at that instant. Fields of its
    own win over what its ``url`` carries.

    Raises:
        InvalidRowError: with the reason.
    """
    row = as_row(value)
    refuse_unknown(row, _FIELDS)
    at = required_instant(row, "at", now)
    visitor = token(row, "visitor")
    node, email = email_of(row)
    if not visitor and not node:
        message = "owner: give email, email_sha256 or visitor"
        raise InvalidRowError(message)
    campaign, landing_page = _click(row)
    touchpoint = imported_touch(
        at,
        campaign,
        visitor=visitor,
        node="" if visitor else node,
        referrer=referrer_host(text(row, "referrer")),
        landing_page=landing_page,
    )
    return ImportedTouchpoint(
        touchpoint,
        identification=_identification(touchpoint, node) if visitor and node else None,
        opt_in=_opt_in(touchpoint, node) if flag(row, "opt_in") else None,
        profile=Profile(node, email) if email else None,
    )


def imported_touch(
    at: datetime,
    campaign: Campaign,
    *,
    visitor: str = "",
    node: str = "",
    referrer: str = "",
    landing_page: str = "",
    is_retold: bool = False,
) -> Touchpoint:
    """Return a touchpoint named by what it says: the same row again is the same touchpoint.

    ``is_retold``: a CRM remembers it, and may have been told by the page that we track ourselves.
    """
    said = {
        "at": at.isoformat(),
        "visitor": visitor,
        "node": node,
        "referrer": referrer,
        "landing_page": landing_page,
        **asdict(campaign),
    }
    touch_id = imported_touch_id({name: value for name, value in said.items() if value})
    return Touchpoint(
        RETOLD + touch_id if is_retold else touch_id,
        at,
        visitor,
        node,
        campaign,
        referrer,
        landing_page,
        is_imported=True,
    )


def _click(row: Row) -> tuple[Campaign, str]:
    """Return a row's campaign marks and landing path."""
    stated = campaign_of({name: text(row, name) for name in row if name in _CAMPAIGN})
    url = row.get("url")
    if url is None or url == "":
        return stated, ""
    if not isinstance(url, str):
        message = "url: not a text"
        raise InvalidRowError(message)
    landing = read_landing(url)
    marks = {name: mark for name, mark in asdict(stated).items() if mark}
    return replace(landing.campaign, **marks), landing.path


def _identification(touchpoint: Touchpoint, node: str) -> Identification:
    return Identification(
        event_id=touchpoint.touch_id,
        at=touchpoint.at,
        visitor=touchpoint.visitor,
        session=touchpoint.touch_id,
        node=node,
        kind="import",
    )


def _opt_in(touchpoint: Touchpoint, node: str) -> OptIn:
    if not node:
        message = "opt_in: needs an email or email_sha256"
        raise InvalidRowError(message)
    return OptIn(touchpoint.touch_id, touchpoint.at, node, IMPORT_SOURCE, "api")
