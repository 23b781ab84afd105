"""The shapes of keys, sign-in links and sessions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Instant, with_example

_KEY = {
    "id": "9f2c41d0",
    "role": "marketer",
    "label": "weekly sheet",
    "created_at": "2026-11-21T14:02:11+00:00",
    "created_by": "key 0a1b2c3d",
    "rotated_at": None,
    "old_secret_ends_at": None,
}
_SESSION = {
    "id": "5d41402abc4b",
    "state": "open",
    "role": "marketer",
    "label": "agency, Kim",
    "created_at": "2026-11-21T14:02:11+00:00",
    "created_by": "key 0a1b2c3d",
    "opened_at": "2026-11-21T15:20:40+00:00",
    "ends_at": "2026-12-21T15:20:40+00:00",
}


class KeyRow(ApiModel):
    """A key, without its secret, which nobody can read again."""

    model_config = with_example(_KEY)

    id: str = Field(description="Stays when the secret is rotated; logs name the key by it.")
    role: Literal["owner", "marketer", "ingest"]
    label: str
    created_at: Instant
    created_by: str = Field(description="The key that made it, or the command line.")
    rotated_at: Instant | None
    old_secret_ends_at: Instant | None = Field(
        description="Until when the secret before is let in, too; null where none is."
    )


class KeyList(ApiModel):
    """The keys of an account, in the order in which they were made."""

    model_config = with_example({"account": "harbor", "rows": [_KEY]})

    account: str
    rows: list[KeyRow]


class KeyRequest(ApiModel):
    """What a new key is."""

    model_config = with_example({"role": "marketer", "label": "weekly sheet"})

    role: Literal["owner", "marketer", "ingest"]
    label: str = Field(
        min_length=1, max_length=64, description="What it is called in lists and logs; no email."
    )


class RotationRequest(ApiModel):
    """How a secret is replaced."""

    model_config = with_example({"grace_hours": 0})

    grace_hours: int = Field(
        0, ge=0, le=24, description="How long the secret before is let in, too. 0: not at all."
    )


class NewKey(ApiModel):
    """A key with its secret, which is told this once."""

    model_config = with_example(
        {
            "account": "harbor",
            "key": _KEY,
            "secret": "hw_sHown-Th1s-Once-and-Stored-as-a-Hash-alone00",
        }
    )

    account: str
    key: KeyRow
    secret: str = Field(description="What goes behind Bearer in the Authorization header.")


class RemovedKey(ApiModel):
    """A key that lets nobody in any more."""

    model_config = with_example({"account": "harbor", "removed": "9f2c41d0"})

    account: str
    removed: str


class SessionRow(ApiModel):
    """A sign-in link that can be used, or the session that it has become."""

    model_config = with_example(_SESSION)

    id: str
    state: Literal["invited", "open"]
    role: Literal["marketer"]
    label: str
    created_at: Instant
    created_by: str
    opened_at: Instant | None
    ends_at: Instant = Field(description="Of a link, until when it can be used.")


class SessionList(ApiModel):
    """Who is signed in, and who was invited, the latest first."""

    model_config = with_example({"account": "harbor", "rows": [_SESSION]})

    account: str
    rows: list[SessionRow]


class LinkForm(ApiModel):
    """Whom a sign-in link is for, and how long it and its session last."""

    model_config = with_example({"label": "agency, Kim", "days": 30})

    label: str = Field(
        min_length=1, max_length=64, description="What it is called in lists and logs; no email."
    )
    days: int = Field(30, ge=1, le=90, description="How long the session lasts.")
    hours: int = Field(24, ge=1, le=72, description="How long the link can be used.")


class SignInLink(ApiModel):
    """A link that lets one person in once, told this once."""

    model_config = with_example(
        {
            "account": "harbor",
            "session": _SESSION
            | {"state": "invited", "opened_at": None, "ends_at": "2026-11-22T14:02:11+00:00"},
            "path": "/v1/sign-in/oNe-Time-Token-of-256-bits-Stored-as-a-Hash",
        }
    )

    account: str
    session: SessionRow
    path: str = Field(description="The link, behind the API's own address.")


class OpenedSession(ApiModel):
    """A session that was opened; its secret is in a cookie that no page can read."""

    model_config = with_example({"account": "harbor", "session": _SESSION})

    account: str
    session: SessionRow


class ClosedSession(ApiModel):
    """A session, or a link, that lets nobody in any more."""

    model_config = with_example({"account": "harbor", "closed": "5d41402abc4b"})

    account: str
    closed: str
