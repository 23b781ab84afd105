"""Keys, sign-in links and sessions in dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.access import KeyRing
from headwater.usecases.ports.access import ApiKey, Invitation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headwater.domain.access import SignIn


class FakeAccess:
    """The ports ``Callers``, ``Keys`` and ``Sessions``."""

    def __init__(self) -> None:
        self.keys: dict[str, ApiKey] = {}
        self.cookies: dict[str, ApiKey] = {}
        self._links: dict[str, Invitation] = {}
        self._rings: dict[str, KeyRing] = {}
        self._sign_ins: dict[tuple[str, str], SignIn] = {}

    def find_key(self, key_sha256: str) -> ApiKey | None:
        return self.keys.get(key_sha256)

    def find_session(self, cookie_sha256: str) -> ApiKey | None:
        return self.cookies.get(cookie_sha256)

    def ring(self, account: str) -> KeyRing:
        return self._rings.get(account, KeyRing())

    def change(
        self, account: str, ring: KeyRing, let_in: Mapping[str, ApiKey], shut_out: Collection[str]
    ) -> bool:
        if ring.version != self.ring(account).version + 1:
            return False
        self._rings[account] = ring
        self.keys |= let_in
        for digest in shut_out:
            self.keys.pop(digest, None)
        return True

    def invite(self, account: str, sign_in: SignIn) -> None:
        self._sign_ins[account, sign_in.session_id] = sign_in
        self._links[sign_in.token_sha256] = Invitation(account, sign_in.session_id)

    def invitation(self, token_sha256: str) -> Invitation | None:
        return self._links.get(token_sha256)

    def get(self, account: str, session_id: str) -> SignIn | None:
        return self._sign_ins.get((account, session_id))

    def all(self, account: str) -> list[SignIn]:
        return [sign_in for (owner, _), sign_in in self._sign_ins.items() if owner == account]

    def open(self, account: str, link: SignIn, session: SignIn) -> bool:
        if self.get(account, link.session_id) != link:
            return False
        self._sign_ins[account, link.session_id] = session
        del self._links[link.token_sha256]
        self.cookies[session.cookie_sha256] = ApiKey(
            account, session.role, session.session_id, "session", session.label, session.ends_at
        )
        return True

    def close(self, account: str, sign_in: SignIn) -> bool:
        if self.get(account, sign_in.session_id) != sign_in:
            return False
        del self._sign_ins[account, sign_in.session_id]
        self._links.pop(sign_in.token_sha256, None)
        self.cookies.pop(sign_in.cookie_sha256, None)
        return True
