"""Who may call: an account's keys, and the sign-ins of people without one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from headwater.errors import InvalidParameterError, UnknownResourceError

ROLES = ("owner", "marketer", "ingest")
# A ring is one item of at most 400 kB, and is read whole; nobody has use for more.
MOST_KEYS = 100
LONGEST_GRACE = timedelta(hours=24)
_LONGEST_LABEL = 64


def checked_label(label: str) -> str:
    """Return a label, trimmed.

    Raises:
        InvalidParameterError: it is empty, too long, or an email: it stands in logs.
    """
    text = label.strip()
    if not text or len(text) > _LONGEST_LABEL or not text.isprintable() or "@" in text:
        message = f"label: 1 to {_LONGEST_LABEL} printable characters, and no email"
        raise InvalidParameterError(message)
    return text


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as its owner sees it, and the hashes under which it is looked up.

    ``key_id`` stays when the secret is rotated. ``old_sha256`` is the secret before, as long as it
    is let in, until ``old_ends_at``.
    """

    key_id: str
    role: str
    label: str
    created_at: datetime
    created_by: str
    sha256: str
    rotated_at: datetime | None = None
    old_sha256: str = ""
    old_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of an account, in the order in which they were made.

    They change together, so that the last owner's key cannot be removed by two at once.
    """

    keys: tuple[KeyRecord, ...] = ()
    version: int = 0

    def key(self, key_id: str) -> KeyRecord:
        """Return a key; raises UnknownResourceError without one."""
        for record in self.keys:
            if record.key_id == key_id:
                return record
        message = "the account has no such key"
        raise UnknownResourceError(message)

    def with_key(self, record: KeyRecord) -> KeyRing:
        """Return the ring with one more key.

        Raises:
            InvalidParameterError: it has as many as it can.
        """
        if len(self.keys) >= MOST_KEYS:
            message = f"an account has at most {MOST_KEYS} keys; remove one first"
            raise InvalidParameterError(message)
        return self._next((*self.keys, record))

    def with_changed(self, record: KeyRecord) -> KeyRing:
        """Return the ring with a key changed."""
        return self._next(
            tuple(record if each.key_id == record.key_id else each for each in self.keys)
        )

    def without(self, key_id: str) -> KeyRing:
        """Return the ring without a key.

        Raises:
            UnknownResourceError: there is no such key.
            InvalidParameterError: it is the last of an owner: nobody could make another.
        """
        gone = self.key(key_id)
        left = tuple(record for record in self.keys if record.key_id != key_id)
        if gone.role == "owner" and not any(record.role == "owner" for record in left):
            message = "the last owner key stays: make another one first, or rotate this one"
            raise InvalidParameterError(message)
        return self._next(left)

    def _next(self, keys: tuple[KeyRecord, ...]) -> KeyRing:
        return replace(self, keys=keys, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A link that lets a person in once, and the session that it becomes.

    ``token_sha256`` is that of the link, empty once it was used; ``cookie_sha256`` that of the
    session. The link ends at ``link_ends_at``, the session ``days`` after ``opened_at``.
    """

    session_id: str
    role: str
    label: str
    created_at: datetime
    created_by: str
    link_ends_at: datetime
    days: int
    token_sha256: str
    cookie_sha256: str = ""
    opened_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """Return when nobody is let in by it any more."""
        if self.opened_at is None:
            return self.link_ends_at
        return self.opened_at + timedelta(days=self.days)

    def opened(self, cookie_sha256: str, now: datetime) -> SignIn:
        """Return the session that the link becomes."""
        return replace(self, token_sha256="", cookie_sha256=cookie_sha256, opened_at=now)
