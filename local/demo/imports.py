"""What other systems know of the visits: the old tracker's touchpoints and the CRM's leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.demo.chance import happens, stream
from local.demo.landings import SHOP_ORIGIN
from local.demo.people import KnownBy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from random import Random

    from local.demo.journeys import Period, SignUp, Visit
    from local.demo.people import Person

type Row = dict[str, Any]
type VisitKey = tuple[int, datetime]

CRM = "klaviyo"
_WITH_EMAIL = frozenset({KnownBy.EMAIL, KnownBy.EMAIL_SHA256})
_LISTS = ("Newsletter", "Free sampler", "New releases")


@dataclass(frozen=True, slots=True)
class Imports:
    """Bodies' rows for ``POST /v1/touchpoints`` and ``POST /v1/leads``, by time."""

    touchpoints: list[Row]
    leads: list[Row]


def rows_to_import(
    visits: Sequence[Visit], sign_ups: Sequence[SignUp], period: Period, seed: int
) -> Imports:
    """Divide all that happened before the live days between the tracker's and the CRM's export.

    Most sign-ups stand in the CRM, some only on the tracker's row of the visit. Of some leads the
    CRM keeps the first visit's utm values, and the tracker has no row of that visit.
    """
    rng = stream(seed, "imports")
    in_crm, on_visit = _divide(rng, [each for each in sign_ups if not period.is_live(each.at)])
    first_visits = {
        own[0].visit.key
        for own in in_crm
        if own[0].visit.landing.marks.get("utm_campaign") and happens(rng, 0.15)
    }
    tracked = [v for v in visits if not period.is_live(v.at) and v.key not in first_visits]
    tracked.sort(key=lambda visit: (visit.at, visit.person.number))
    shown = _identifying(tracked)
    return Imports(
        touchpoints=[
            _touchpoint(rng, v, opts_in=v.key in on_visit, shows_email=v.key in shown)
            for v in tracked
        ],
        leads=[
            _lead(rng, own, has_first_utm=own[0].visit.key in first_visits)
            for own in sorted(in_crm, key=lambda own: (own[0].at, own[0].person.number))
        ],
    )


def _divide(rng: Random, sign_ups: Iterable[SignUp]) -> tuple[list[list[SignUp]], set[VisitKey]]:
    """Return the sign-ups that the CRM has, person by person, and the visits of the others."""
    in_crm: dict[int, list[SignUp]] = {}
    on_visit: set[VisitKey] = set()
    for each in sign_ups:
        has_email = each.person.known_by in _WITH_EMAIL
        if each.is_first and not (has_email and happens(rng, 0.4)):
            in_crm[each.person.number] = [each]
        elif each.person.number in in_crm:
            in_crm[each.person.number].append(each)
        else:
            on_visit.add(each.visit.key)
    return list(in_crm.values()), on_visit


def _identifying(visits: Iterable[Visit]) -> set[VisitKey]:
    """Return the visits at which a browser's owner is recognized: the last one on each device."""
    last: dict[tuple[int, str], Visit] = {}
    for visit in visits:
        if visit.person.known_by is KnownBy.VISITOR:
            last[visit.person.number, visit.device] = visit
    return {visit.key for visit in last.values()}


def _touchpoint(rng: Random, visit: Visit, *, opts_in: bool, shows_email: bool) -> Row:
    """Return a row whose marks stand in its URL or, as often, in fields of their own."""
    row = {**_who(visit, shows_email=shows_email), "at": visit.at.isoformat()}
    if happens(rng, 0.5):
        row["url"] = visit.landing.url
    else:
        row |= {"url": f"{SHOP_ORIGIN}{visit.landing.path}", **visit.landing.marks}
    if visit.landing.referrer:
        row["referrer"] = visit.landing.referrer
    if opts_in:
        row["opt_in"] = True
    return row


def _who(visit: Visit, *, shows_email: bool) -> Row:
    match visit.person.known_by:
        case KnownBy.EMAIL:
            return {"email": visit.person.email}
        case KnownBy.EMAIL_SHA256:
            return {"email_sha256": visit.person.email_sha256}
        case KnownBy.VISITOR if shows_email:
            return {"visitor": visit.device, "email_sha256": visit.person.email_sha256}
        case _:
            return {"visitor": visit.device}


def _lead(rng: Random, own: Sequence[SignUp], *, has_first_utm: bool) -> Row:
    first = own[0]
    row: Row = {
        "source": CRM,
        "external_id": _external_id(first.person),
        "email": first.person.email,
        "created_at": first.at.isoformat(),
        "lists": [
            {
                "name": "Win back" if number else rng.choice(_LISTS),
                "joined_at": each.at.isoformat(),
            }
            for number, each in enumerate(own)
        ],
    }
    if has_first_utm:
        marks = first.visit.landing.marks
        row["first_utm"] = {
            name.removeprefix("utm_"): value
            for name, value in marks.items()
            if name.startswith("utm_")
        }
        row["first_at"] = first.visit.at.isoformat()
    return row


def _external_id(person: Person) -> str:
    return f"01HDEMO{person.number:019d}"
