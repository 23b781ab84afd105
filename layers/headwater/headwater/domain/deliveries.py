"""What the collector's edge hands to its worker: hits as they came, or a text that was none.

The edge does not look into the hits, so the worker trusts nothing in ``events`` and ``visitor``.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from headwater.errors import InvalidRowError

# Whose rejected text is kept under this name could not be told.
UNIDENTIFIED = "_unidentified"
# A queue's message is at most 256 KiB; what is left is for its attributes.
LARGEST_MESSAGE = 250_000
# What is kept of a text that could not be read.
KEPT_CHARACTERS = 1024

_LONGEST_CONSENT = 16

# Ids that the tracking script mints: of visitors, sessions and events.
MINTED_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")

# Our own clock is never outside of these years.
_FIRST_YEAR, _LAST_YEAR = 2000, 2999

ORIGIN_OK = "origin-ok"
ORIGIN_MISSING = "origin-missing"
GRANTED = "granted"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Hits of one request.

    ``sent`` is the browser's clock when it sent them, in milliseconds since 1970; None if it did
    not say. ``ip_truncated`` is a /24 or /48 network. ``gpc``: the browser asks not to be followed
    (Global Privacy Control). ``consent`` is what the script knows of the shopper's: ``granted``,
    anything else is none; a script that asks nobody leaves it empty. ``trust`` is ``origin-ok`` or
    ``origin-missing``.
    """

    account: str
    source: str
    received_at: datetime
    events: tuple[Any, ...]
    sent: float | None = None
    visitor: Any = ""
    user_agent: str = ""
    ip_truncated: str = ""
    gpc: bool = False
    trust: str = ORIGIN_OK
    consent: str = ""

    @property
    def is_private(self) -> bool:
        """Tell whether these hits may say nothing of who sent them."""
        return self.gpc or self.consent not in {"", GRANTED}

    def messages(self) -> list[str]:
        """Return the messages that carry these hits, each small enough for the queue.

        Raises:
            ValueError: a number of the hits is not finite.
        """
        head = {
            "account": self.account,
            "source": self.source,
            "received_at": self.received_at.isoformat(),
            "sent": self.sent,
            "visitor": _cut(self.visitor, KEPT_CHARACTERS),
            "user_agent": self.user_agent,
            "ip_truncated": self.ip_truncated,
            "gpc": self.gpc,
            "trust": self.trust,
            "consent": self.consent[:_LONGEST_CONSENT],
        }
        room = LARGEST_MESSAGE - len(_compact(head)) - len(',"events":[]')
        return [_compact(head | {"events": events}) for events in _batches(self.events, room)]


@dataclass(frozen=True, slots=True)
class RejectedText:
    """The beginning of a request that could not be read, and why."""

    account: str
    received_at: datetime
    reason: str
    raw: str

    def message(self) -> str:
        """Return the message that carries it."""
        return _compact(
            {
                "account": self.account,
                "received_at": self.received_at.isoformat(),
                "rejected": {"reason": self.reason, "raw": self.raw[:KEPT_CHARACTERS]},
            }
        )


def read_message(body: str) -> Delivery | RejectedText:
    """Read a message back.

    Raises:
        InvalidRowError: the text is none of the edge's messages.
    """
    try:
        message = json.loads(body, parse_constant=_refuse_constant)
        if "rejected" in message:
            return _rejected_text(message)
        return _delivery(message)
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError):
        reason = "not a message of the collector"
        raise InvalidRowError(reason) from None


def _rejected_text(message: dict[str, Any]) -> RejectedText:
    rejected = message["rejected"]
    return RejectedText(
        account=str(message["account"]),
        received_at=_instant(message["received_at"]),
        reason=str(rejected["reason"]),
        raw=str(rejected["raw"]),
    )


def _delivery(message: dict[str, Any]) -> Delivery:
    return Delivery(
        account=str(message["account"]),
        source=str(message["source"]),
        received_at=_instant(message["received_at"]),
        events=tuple(message["events"]),
        sent=None if message["sent"] is None else _finite(message["sent"]),
        visitor=message["visitor"],
        user_agent=str(message["user_agent"]),
        ip_truncated=str(message["ip_truncated"]),
        gpc=bool(message["gpc"]),
        trust=str(message["trust"]),
        # Messages that were queued before there was a consent have none.
        consent=str(message.get("consent", "")),
    )


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text).astimezone(UTC)
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ValueError(text)
    return instant


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(number)
    return float(number)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _batches(events: tuple[Any, ...], room: int) -> list[list[Any]]:
    """Cut events into lists whose JSON fits the room; one that does not fit alone is cut to text.

    A request is at most 64 KiB, but escaped characters make its JSON up to six times as long.
    """
    batches: list[list[Any]] = [[]]
    used = 0
    for event in events:
        kept = _cut(event, room - 1)
        size = len(_compact(kept)) + 1
        if used + size > room:
            batches.append([])
            used = 0
        batches[-1].append(kept)
        used += size
    return batches


def _cut(value: Any, room: int) -> Any:  # noqa: ANN401 - whatever a browser sends
    """Return a value, or the beginning of its text where its JSON is longer than the room."""
    text = _compact(value)
    return value if len(text) <= room else text[:KEPT_CHARACTERS]


def _compact(value: object) -> str:
    """Return JSON in ASCII, so that every character of ours is one that a queue takes."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
