"""The people around the purchases: buyers with their addresses and devices, and mere leads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from local.demo.chance import happens, identifier, pick, sample, stream

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

# Reserved by RFC 2606 and RFC 6761: no mail can ever reach anybody.
_MAIL_DOMAINS = ("example.com", "example.net", "example.org", "mail.example", "inbox.example")
_FIRST_NAMES = (
    "ada",
    "amos",
    "bea",
    "cleo",
    "dora",
    "ezra",
    "glen",
    "hana",
    "ines",
    "jude",
    "vera",
)
_LAST_NAMES = ("abel", "baker", "carver", "dale", "foster", "keller", "mercer", "rowe", "upton")
_FIRST_CUSTOMER_ID = 51
_SHARED_DEVICES = 24


class KnownBy(StrEnum):
    """What the old tracking data name a person by."""

    EMAIL = "email"
    EMAIL_SHA256 = "email_sha256"
    VISITOR = "visitor"
    NOTHING = "nothing"
    """A visitor id that nobody ever connects with an email."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who buys or only signs up.

    ``customer_id`` is 0 for who always buys as a guest; ``registered_from`` is the number of orders
    that a registered person placed as a guest before. ``second_email`` is used for some orders of
    a registered person. ``devices`` are visitor ids; two people may share one.
    """

    number: int
    first_name: str
    last_name: str
    email: str
    known_by: KnownBy
    devices: tuple[str, ...]
    second_email: str = ""
    customer_id: int = 0
    registered_from: int = 0
    is_buyer: bool = True

    @property
    def email_sha256(self) -> str:
        """The SHA-256 of the normalized email in hexadecimal, as a browser computes it."""
        return hashlib.sha256(self.email.strip().lower().encode()).hexdigest()


def make_buyers(numbers: Iterable[int], seed: int) -> dict[int, Person]:
    """Return a person for each customer number."""
    rng = stream(seed, "buyers")
    people: dict[int, Person] = {}
    customer_id = _FIRST_CUSTOMER_ID
    for number in sorted(numbers):
        person = _person(rng, number)
        if happens(rng, 0.55):
            customer_id += rng.choice((1, 1, 1, 2, 3))
            person = replace(
                person,
                customer_id=customer_id,
                registered_from=rng.choice((0, 0, 0, 1)),
                second_email=_email(rng, person, "work.example") if happens(rng, 0.08) else "",
            )
        people[number] = person
    return _share_devices(rng, people)


def make_leads(count: int, first_number: int, seed: int) -> list[Person]:
    """Return people who sign up and never buy."""
    rng = stream(seed, "leads")
    numbers = range(first_number, first_number + count)
    return [replace(_person(rng, number), is_buyer=False) for number in numbers]


def _person(rng: Random, number: int) -> Person:
    nameless = Person(
        number=number,
        first_name=rng.choice(_FIRST_NAMES),
        last_name=rng.choice(_LAST_NAMES),
        email="",
        known_by=pick(
            rng,
            {
                KnownBy.EMAIL: 46,
                KnownBy.EMAIL_SHA256: 18,
                KnownBy.VISITOR: 30,
                KnownBy.NOTHING: 6,
            },
        ),
        devices=tuple(identifier(rng) for _ in range(2 if happens(rng, 0.15) else 1)),
    )
    return replace(nameless, email=_email(rng, nameless, rng.choice(_MAIL_DOMAINS)))


def _email(rng: Random, person: Person, domain: str) -> str:
    """Return an address, now and then in the capitals that people type."""
    email = f"{person.first_name}.{person.last_name}{person.number}@{domain}"
    return email.title() if happens(rng, 0.03) else email


def _share_devices(rng: Random, people: dict[int, Person]) -> dict[int, Person]:
    """Let pairs of people use one tablet."""
    visitors = [person for person in people.values() if person.known_by is KnownBy.VISITOR]
    chosen = sample(rng, visitors, 2 * _SHARED_DEVICES)
    shared = dict(people)
    for owner, guest in zip(chosen[::2], chosen[1::2], strict=False):
        shared[guest.number] = replace(guest, devices=owner.devices[:1])
    return shared
