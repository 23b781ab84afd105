"""Who we are to a vendor: headers made of the credentials, renewed where they run out."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from string import Formatter
from typing import TYPE_CHECKING, Protocol

from headwater.adapters.connectors.classify import by_status, excerpt
from headwater.adapters.connectors.exchange import Ask, at
from headwater.errors import (
    ConflictError,
    CredentialsRejectedError,
    MalformedAnswerError,
    UnknownResourceError,
)
from headwater.usecases.connect_connector import to_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headwater.adapters.connectors.exchange import Answer
    from headwater.usecases.ports import Clock, Secrets

    type Send = Callable[[Ask], Answer]

type Credentials = dict[str, str]

ACCESS_TOKEN, REFRESH_TOKEN, EXPIRES_AT = "access_token", "refresh_token", "expires_at"
# A token is renewed so long before it runs out: a slow report is read with it.
_MARGIN = timedelta(minutes=5)
_DEFAULT_LIFE = 3600


class Vault(Protocol):
    """Where the credentials of one source are kept."""

    def read(self) -> Credentials:
        """Return the credentials as they are kept now."""
        ...

    def replace(self, was: Credentials, now: Credentials) -> Credentials:
        """Keep others in place of these; return what is kept, which another may have replaced."""
        ...


class TrialVault:
    """Credentials that are tried and kept nowhere yet."""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._credentials = dict(credentials)

    def read(self) -> Credentials:
        """Return the credentials."""
        return dict(self._credentials)

    def replace(self, was: Credentials, now: Credentials) -> Credentials:  # noqa: ARG002 - the port's form
        """Replace the credentials."""
        self._credentials = dict(now)
        return self.read()


class SecretVault:
    """Credentials of a connected source, a JSON object in one secret.

    What could not be kept is not forgotten: a vendor may honor nothing else any longer.
    """

    def __init__(self, secrets: Secrets, secret_arn: str) -> None:
        self._secrets = secrets
        self._secret_arn = secret_arn
        self._unkept: tuple[Credentials, Credentials] | None = None

    def read(self) -> Credentials:
        """Return the credentials; those that are not kept yet are kept first.

        Raises:
            CredentialsRejectedError: none are kept.
            RetriableError: they cannot be kept now.
        """
        if self._unkept:
            return self.replace(*self._unkept)
        try:
            kept = json.loads(self._secrets.get(self._secret_arn))
        except (UnknownResourceError, ValueError):
            message = "no credentials are kept: connect the source again"
            raise CredentialsRejectedError(message) from None
        return {name: str(value) for name, value in kept.items()}

    def replace(self, was: Credentials, now: Credentials) -> Credentials:
        """Keep others in place of these, unless somebody else has replaced these meanwhile."""
        self._unkept = was, now
        try:
            self._secrets.replace(self._secret_arn, to_secret(now), was=_fingerprint(was))
        except ConflictError:
            self._unkept = None
            return self.read()
        self._unkept = None
        return now


def _fingerprint(credentials: Mapping[str, str]) -> str:
    return hashlib.sha256(to_secret(credentials).encode()).hexdigest()


class Auth(Protocol):
    """A vendor's way to be told who asks."""

    def headers(self, kept: Credentials) -> Mapping[str, str]:
        """Return the headers of a call."""
        ...

    def is_stale(self, kept: Credentials, clock: Clock) -> bool:
        """Tell whether the credentials have to be renewed before a call."""
        ...

    def renew(self, vault: Vault, rejected: Credentials, send: Send, clock: Clock) -> Credentials:
        """Return others in place of credentials that are rejected or stale.

        Raises:
            CredentialsRejectedError: there are none; a person has to authorize again.
        """
        ...


@dataclass(frozen=True, slots=True)
class StaticHeaders:
    """Headers that name credentials in braces: ``{"Api-Token": "{api_key}"}``."""

    templates: Mapping[str, str]

    def headers(self, kept: Credentials) -> Mapping[str, str]:
        """Return the headers; one whose credential is not given is left out."""
        return _filled(self.templates, kept)

    def is_stale(self, kept: Credentials, clock: Clock) -> bool:  # noqa: ARG002
        """Tell that these never run out by themselves."""
        return False

    def renew(self, vault: Vault, rejected: Credentials, send: Send, clock: Clock) -> Credentials:  # noqa: ARG002
        """Return what a person has put in their place meanwhile."""
        kept = vault.read()
        if kept == rejected:
            message = "the credentials are rejected: they are wrong, or were revoked"
            raise CredentialsRejectedError(message)
        return kept


@dataclass(frozen=True, slots=True)
class Basic(StaticHeaders):
    """HTTP's basic authentication: user and password name credentials in braces."""

    templates: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    password: str = ""

    def headers(self, kept: Credentials) -> Mapping[str, str]:
        """Return the one header."""
        text = f"{self.user.format(**kept)}:{self.password.format(**kept)}"
        pair = base64.b64encode(text.encode()).decode()
        return {**_filled(self.templates, kept), "Authorization": f"Basic {pair}"}


@dataclass(frozen=True, slots=True)
class OAuthRefresh:
    """An access token that is got anew with a refresh token.

    ``path`` on host ``host`` takes the grant; ``fields`` name credentials in braces. ``basic``: the
    client's id and secret go into a header instead. A refresh token that comes back takes the place
    of the one before: the vendor honors that one no longer.
    """

    path: str
    fields: Mapping[str, str]
    templates: Mapping[str, str] = field(
        default_factory=lambda: {"Authorization": "Bearer {access_token}"}
    )
    host: str = "oauth"
    basic: bool = False

    def headers(self, kept: Credentials) -> Mapping[str, str]:
        """Return the headers of a call."""
        return _filled(self.templates, kept)

    def is_stale(self, kept: Credentials, clock: Clock) -> bool:
        """Tell whether the access token is missing, or runs out within minutes."""
        try:
            ends = datetime.fromisoformat(kept[EXPIRES_AT])
        except (KeyError, ValueError):
            return ACCESS_TOKEN not in kept
        return ACCESS_TOKEN not in kept or clock.now() + _MARGIN >= ends

    def renew(self, vault: Vault, rejected: Credentials, send: Send, clock: Clock) -> Credentials:
        """Get an access token, and keep it with whatever else is new before it is used."""
        kept = vault.read()
        if kept.get(ACCESS_TOKEN) != rejected.get(ACCESS_TOKEN) and not self.is_stale(kept, clock):
            return kept
        answer = send(self._grant(kept))
        if not answer.is_good:
            return self._other_than(kept, answer, vault)
        token = answer.content()
        if not isinstance(at(token, ACCESS_TOKEN), str):
            message = f"{answer.path}: no access token in it"
            raise MalformedAnswerError(message)
        life = int(token.get("expires_in") or _DEFAULT_LIFE)
        renewed = {
            **kept,
            ACCESS_TOKEN: token[ACCESS_TOKEN],
            REFRESH_TOKEN: token.get(REFRESH_TOKEN) or kept[REFRESH_TOKEN],
            EXPIRES_AT: (clock.now() + timedelta(seconds=life)).isoformat(),
        }
        return vault.replace(kept, renewed)

    def _grant(self, kept: Credentials) -> Ask:
        form = {
            "grant_type": "refresh_token",
            **_filled(self.fields, kept),
            REFRESH_TOKEN: kept.get(REFRESH_TOKEN, ""),
        }
        headers: dict[str, str] = {}
        if self.basic:
            pair = f"{kept.get('client_id', '')}:{kept.get('client_secret', '')}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        return Ask(self.path, method="POST", form=form, headers=headers, host=self.host)

    def _other_than(self, refused: Credentials, answer: Answer, vault: Vault) -> Credentials:
        """Return what somebody else got meanwhile with the same refresh token; or raise."""
        error = by_status(answer)
        if error and answer.status not in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
            raise error
        kept = vault.read()
        if kept != refused:
            return kept
        message = f"the refresh token is rejected: {excerpt(answer)}"
        raise CredentialsRejectedError(message)


@dataclass(frozen=True, slots=True)
class KeyOrApp:
    """A key of the merchant's own, or an app of his, which is known by its refresh token."""

    key: StaticHeaders
    app: OAuthRefresh

    def headers(self, kept: Credentials) -> Mapping[str, str]:
        """Return the headers of a call."""
        return self._way(kept).headers(kept)

    def is_stale(self, kept: Credentials, clock: Clock) -> bool:
        """Tell whether the credentials have to be renewed before a call."""
        return self._way(kept).is_stale(kept, clock)

    def renew(self, vault: Vault, rejected: Credentials, send: Send, clock: Clock) -> Credentials:
        """Return others in place of credentials that are rejected or stale."""
        return self._way(vault.read()).renew(vault, rejected, send, clock)

    def _way(self, kept: Credentials) -> Auth:
        return self.app if kept.get(REFRESH_TOKEN) else self.key


def _filled(templates: Mapping[str, str], kept: Credentials) -> dict[str, str]:
    """Return templates with their credentials; one whose credential is not given is left out."""
    return {
        name: template.format(**kept)
        for name, template in templates.items()
        if all(kept.get(field) for _, field, _, _ in Formatter().parse(template) if field)
    }
