"""What letting callers in needs of our own table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from headwater.domain.access import KeyRing, SignIn


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who calls: the account and role of a key, or of a session. Roles: owner, marketer, ingest.

    ``kind`` is ``key`` or ``session``, ``key_id`` and ``label`` are its; from ``ends_at`` on it
    lets nobody in.
    """

    account: str
    role: str
    key_id: str
    kind: str = "key"
    label: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whose sign-in a link is."""

    account: str
    session_id: str


class Callers(Protocol):
    """Finds callers by the hash of what they bring."""

    def find_key(self, key_sha256: str) -> ApiKey | None:
        """Return whose key this is; None for an unknown one."""
        ...

    def find_session(self, cookie_sha256: str) -> ApiKey | None:
        """Return whose session this is; None for an unknown one."""
        ...


class Keys(Protocol):
    """The keys of the accounts."""

    def ring(self, account: str) -> KeyRing:
        """Return an account's keys; an empty ring for one that has none."""
        ...

    def change(
        self, account: str, ring: KeyRing, let_in: Mapping[str, ApiKey], shut_out: Collection[str]
    ) -> bool:
        """Replace the ring that is one version older, and let keys in and out, all or nothing.

        Args:
            account: whose keys they are.
            ring: the account's keys from now on.
            let_in: hash → whom it lets in.
            shut_out: hashes that let nobody in any more, at once.

        Returns:
            False, with nothing changed, where somebody else has changed the ring.
        """
        ...


class Sessions(Protocol):
    """Sign-in links and what became of them."""

    def invite(self, account: str, sign_in: SignIn) -> None:
        """Keep a new link."""
        ...

    def invitation(self, token_sha256: str) -> Invitation | None:
        """Return whose link this is; None for one that is unknown or used."""
        ...

    def get(self, account: str, session_id: str) -> SignIn | None:
        """Return a sign-in; None for an unknown one."""
        ...

    def all(self, account: str) -> list[SignIn]:
        """Return an account's sign-ins, in no order; some may have ended."""
        ...

    def open(self, account: str, link: SignIn, session: SignIn) -> bool:
        """Let the session in, and the link no more; False if the link was used or closed."""
        ...

    def close(self, account: str, sign_in: SignIn) -> bool:
        """Forget a sign-in: neither its link nor its session lets anybody in.

        Returns:
            False, with nothing changed, where it is not as given any more: its link was used.
        """
        ...
