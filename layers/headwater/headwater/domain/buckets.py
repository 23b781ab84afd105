"""Contact buckets: parts of an account that are attributed apart from one another.

Contacts whose orders belong to one chain share a bucket, for a rebill takes what its initial
order's clicks earned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# More parts than this would each read the same files for next to nothing.
MOST_BUCKETS = 32


@dataclass(frozen=True, slots=True)
class Bucket:
    """One of ``of`` parts, ``number`` counting from 0."""

    number: int = 0
    of: int = 1

    @property
    def is_whole(self) -> bool:
        """Tell whether it is the whole account."""
        return self.of == 1


WHOLE_ACCOUNT = Bucket()


def homes_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the contact in whose bucket each contact of some pairs is: the first of its group.

    Args:
        pairs: contacts that have to share a bucket. Groups are what pairs join.
    """
    parent: dict[str, str] = {}

    def find(contact: str) -> str:
        root = contact
        while (above := parent.setdefault(root, root)) != root:
            root = above
        while (above := parent[contact]) != root:
            parent[contact] = root
            contact = above
        return root

    for one, other in pairs:
        first, second = sorted((find(one), find(other)))
        parent[second] = first
    return {contact: find(contact) for contact in list(parent)}
