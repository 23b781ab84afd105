"""The webhooks that a store calls us by (``ports.hooks.StoreHooks``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.adapters.bigcommerce.answers import Resource
from headwater.adapters.bigcommerce.session import PageSize
from headwater.errors import MalformedAnswerError, StoreNotFoundError
from headwater.usecases.ports.hooks import Hook
from headwater.usecases.receive_webhook import SECRET_HEADER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.adapters.bigcommerce.session import Session

_HOOKS = Resource("/v3/hooks", ())


class BigCommerceHooks:
    """The webhooks of one connected store that its token has made."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def hooks(self) -> Sequence[Hook]:
        """Return all of them."""
        pages = self._session.pages(_HOOKS, {}, PageSize())
        return [_read(row) for page in pages for row in page.rows]

    def create(self, scope: str, destination: str, secret: str) -> None:
        """Make one, active, whose calls carry a secret."""
        content = {"scope": scope, "destination": destination, "is_active": True}
        self._session.send("POST", _HOOKS, content | {"headers": {SECRET_HEADER: secret}})

    def activate(self, hook_id: int, secret: str = "") -> None:
        """Switch one on; with a secret, have its calls carry that one from now on."""
        content: dict[str, Any] = {"is_active": True}
        if secret:
            content["headers"] = {SECRET_HEADER: secret}
        self._session.send("PUT", _one(hook_id), content)

    def delete(self, hook_id: int) -> None:
        """Delete one; one that is gone already stays so."""
        try:
            self._session.send("DELETE", _one(hook_id))
        except StoreNotFoundError:
            return


def _one(hook_id: int) -> Resource:
    return Resource(f"/v3/hooks/{hook_id}", ())


def _read(row: Any) -> Hook:  # noqa: ANN401 - any JSON value
    try:
        return Hook(
            int(row["id"]), str(row["scope"]), str(row["destination"]), bool(row["is_active"])
        )
    except (KeyError, TypeError, ValueError):
        message = "the store lists a webhook that cannot be read"
        raise MalformedAnswerError(message) from None
