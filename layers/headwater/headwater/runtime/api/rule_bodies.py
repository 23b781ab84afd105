"""Rules in request bodies, and their faults in answers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from headwater.domain.attribution.documents import InvalidModelsError
from headwater.domain.cleaning_documents import InvalidCleaningError
from headwater.domain.subscription_rules import InvalidRulesError
from headwater.runtime.api.problems import invalid_fields

if TYPE_CHECKING:
    from collections.abc import Iterator


def rules_of(body: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the rules of a body, unread.

    Raises:
        ProblemError: the body is something else than ``{"rules": …}``.
    """
    if not isinstance(body, dict) or "rules" not in body:
        raise invalid_fields([{"loc": ("rules",), "msg": "give an object with rules"}])
    if unknown := sorted(set(body) - {"rules"}):
        raise invalid_fields([{"loc": (unknown[0][:64],), "msg": "no such field; give rules"}])
    return body["rules"]


def models_of(body: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the models of a body, unread.

    Raises:
        ProblemError: the body is something else than ``{"models": …}``.
    """
    if not isinstance(body, dict) or set(body) != {"models"}:
        raise invalid_fields([{"loc": ("models",), "msg": "give an object with models alone"}])
    return body["models"]


@contextmanager
def telling_faults() -> Iterator[None]:
    """Turn the faults of rules into a problem that lists them field by field."""
    try:
        yield
    except (InvalidCleaningError, InvalidModelsError, InvalidRulesError) as error:
        raise invalid_fields(
            [{"loc": (where,), "msg": reason} for where, reason in error.faults]
        ) from None
