"""Open session: a link lets a person in once; the session lasts as long as the owner said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.domain.audit import DONE, REFUSED, Actor
from headwater.errors import UnknownResourceError
from headwater.usecases.authorize_request import KEY_BYTES, hash_of_key, is_secret
from headwater.usecases.keep_audit import Change, begin_entry, end_entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from headwater.domain.access import SignIn
    from headwater.usecases.ports import Clock
    from headwater.usecases.ports.access import Sessions
    from headwater.usecases.ports.audit import AuditLog

SIGNED_IN = "sign in"


@dataclass(frozen=True, slots=True)
class SessionPorts:
    """What sign-ins work with; ``token_urlsafe`` makes n random bytes as URL-safe text."""

    sessions: Sessions
    log: AuditLog
    clock: Clock
    token_urlsafe: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that was just opened, and the secret that its cookie holds."""

    account: str
    secret: str
    sign_in: SignIn


def open_session(token: str, request_id: str, *, ports: SessionPorts) -> OpenSession:
    """Use a sign-in link, which nobody can do again.

    Args:
        token: what the link ends with.
        request_id: names the request in the audit log.
        ports: what a sign-in works with.

    Raises:
        UnknownResourceError: the link is unknown, used, withdrawn or too old; which, is not told.
    """
    now = ports.clock.now()
    account, link = _link_of(token, now, ports.sessions)
    secret = ports.token_urlsafe(KEY_BYTES)
    session = link.opened(hash_of_key(secret), now)
    actor = Actor("session", link.session_id, link.label, link.role)
    change = Change(request_id, now, actor, SIGNED_IN, {"session": link.session_id})
    entry = begin_entry(account, change, log=ports.log)
    if not ports.sessions.open(account, link, session):
        end_entry(account, entry, REFUSED, {}, log=ports.log)
        raise _no_link()
    end_entry(account, entry, DONE, {"days": link.days}, log=ports.log)
    return OpenSession(account, secret, session)


def _link_of(token: str, now: datetime, sessions: Sessions) -> tuple[str, SignIn]:
    """Return whose link this is; raises UnknownResourceError for one that lets nobody in."""
    invitation = sessions.invitation(hash_of_key(token)) if is_secret(token) else None
    if invitation is not None:
        link = sessions.get(invitation.account, invitation.session_id)
        if link and link.opened_at is None and now < link.link_ends_at:
            return invitation.account, link
    raise _no_link()


def _no_link() -> UnknownResourceError:
    return UnknownResourceError("The link was used already, or has ended. Ask for a new one.")
