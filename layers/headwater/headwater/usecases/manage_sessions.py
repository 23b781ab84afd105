"""Manage sessions: invite people by a link, list who is signed in, and shut them out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.domain.access import SignIn, checked_label
from headwater.errors import ConflictError, InvalidParameterError, UnknownResourceError
from headwater.usecases.authorize_request import KEY_BYTES, hash_of_key

if TYPE_CHECKING:
    from headwater.usecases.open_session import SessionPorts

MOST_DAYS, MOST_HOURS = 90, 72
_INVITED = "marketer"
_ATTEMPTS = 3


def invite(
    account: str, label: str, *, days: int, hours: int, created_by: str, ports: SessionPorts
) -> tuple[str, SignIn]:
    """Make a link that lets a marketer in once; return its token, and the sign-in.

    Args:
        account: the account.
        label: whom it is for; no email.
        days: how long his session lasts, 1 to 90.
        hours: how long the link can be used, 1 to 72.
        created_by: who invites him.
        ports: what sign-ins work with.

    Raises:
        InvalidParameterError: naming what is out of bounds.
    """
    for name, value, most in (("days", days, MOST_DAYS), ("hours", hours, MOST_HOURS)):
        if not 1 <= value <= most:
            message = f"{name}: from 1 to {most}"
            raise InvalidParameterError(message)
    token, now = ports.token_urlsafe(KEY_BYTES), ports.clock.now()
    digest = hash_of_key(token)
    sign_in = SignIn(
        session_id=digest[:12],
        role=_INVITED,
        label=checked_label(label),
        created_at=now,
        created_by=created_by,
        link_ends_at=now + timedelta(hours=hours),
        days=days,
        token_sha256=digest,
    )
    ports.sessions.invite(account, sign_in)
    return token, sign_in


def list_sessions(account: str, *, ports: SessionPorts) -> list[SignIn]:
    """Return the links that can be used and the sessions that are open, the latest first."""
    now = ports.clock.now()
    alive = (sign_in for sign_in in ports.sessions.all(account) if now < sign_in.ends_at)
    return sorted(alive, key=lambda each: (each.created_at, each.session_id), reverse=True)


def close_session(account: str, session_id: str, *, ports: SessionPorts) -> None:
    """Withdraw a link, or end a session; either stops at once.

    Raises:
        UnknownResourceError: there is no such sign-in.
        ConflictError: it keeps changing.
    """
    for _ in range(_ATTEMPTS):
        sign_in = ports.sessions.get(account, session_id)
        if sign_in is None:
            message = "the account has no such session"
            raise UnknownResourceError(message)
        if ports.sessions.close(account, sign_in):
            return
    message = f"session {session_id} keeps changing"
    raise ConflictError(message)
