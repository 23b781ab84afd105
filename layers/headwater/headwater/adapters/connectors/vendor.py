"""A vendor's row: all that the engine has to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.adapters.connectors.classify import by_status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headwater.adapters.connectors.auth import Auth
    from headwater.adapters.connectors.caller import Caller
    from headwater.adapters.connectors.classify import Classifier
    from headwater.adapters.connectors.exchange import Answer


def no_pause(answer: Answer) -> float:  # noqa: ARG001 - the row's form
    """Return that nothing in a good answer asks us to slow down."""
    return 0.0


def nothing_more(kept: Mapping[str, str]) -> Mapping[str, str]:  # noqa: ARG001 - the row's form
    """Return that addresses name nothing but the credentials themselves."""
    return {}


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor.

    Attributes:
        kind: as sources and ``usecases.connectors`` call it.
        title: as people call it.
        hosts: name → address; an address may name credentials in braces.
        auth: how the vendor is told who asks.
        client: makes the vendor's client of a caller (``ports.connectors``).
        secrets: the credentials that must never be seen.
        classify: answer → what it means, None for a good one.
        pause_after: answer → seconds to wait before the next call.
        shortest_gap: seconds between any two calls.
        derive: credentials → what else addresses name, such as the data center within a key; raises
            CredentialsRejectedError where they do not lead to the vendor.
        throttle_gap: seconds to wait where the vendor is too busy and does not say how long.
    """

    kind: str
    title: str
    hosts: Mapping[str, str]
    auth: Auth
    client: Callable[[Caller], Any]
    secrets: frozenset[str]
    classify: Classifier = by_status
    pause_after: Callable[[Answer], float] = no_pause
    shortest_gap: float = 0.0
    throttle_gap: float = 10.0
    derive: Callable[[Mapping[str, str]], Mapping[str, str]] = nothing_more
