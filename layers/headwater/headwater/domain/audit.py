"""The audit log: who changed what of an account, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.domain.masking import masked_text
from headwater.domain.nodes import email_node

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# Thirteen months: a change can be looked up when its month is compared with that of a year ago.
KEPT = timedelta(days=400)
# BEGUN stays where we cannot tell whether the change was made: a function died on the way.
BEGUN, DONE, REFUSED, FAILED = "begun", "done", "refused", "failed"
_LONGEST_TEXT = 300
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a ``key`` or a ``session`` by its id, label and role, or a ``schedule`` by name."""

    kind: str
    actor_id: str
    label: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change, or an attempt at one.

    ``entry_id`` sorts by time; an entry that is written again replaces itself. ``action`` is a
    route (``PUT /v1/settings/refresh``) or what a schedule does (``deliver report``), ``subject``
    what it is done to (``source=shop``), ``note`` what it came to (``before=1a2b after=3c4d``).
    Neither a secret nor an email stands in any of them; ``subject_of`` and ``noted`` see to it.
    """

    entry_id: str
    at: datetime
    actor: Actor
    action: str
    subject: str
    outcome: str
    note: str = ""


def subject_of(named: Mapping[str, str]) -> str:
    """Return what a change is about; a contact that is named by an email appears by its node."""
    return noted({name: _node_of(value) for name, value in named.items()})


def noted(values: Mapping[str, object]) -> str:
    """Return values as one short text, every email in it masked."""
    text = " ".join(f"{name}={value}" for name, value in values.items() if value not in {"", None})
    return masked_text(text)[:_LONGEST_TEXT]


def _node_of(value: str) -> str:
    return email_node(value) if _EMAIL.fullmatch(value.strip()) else value
