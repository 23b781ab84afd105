"""Which shop pages may send hits: what the collector's edge knows of an account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII
)
# Where http is no risk: the traffic does not leave the machine.
LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True)
class Site:
    """A store's pages: whose they are, and the origins (``https://shop.example``) they load from.

    Origins are in lower case and without a trailing slash, as browsers write them.
    ``hits_per_second`` is the store's own limit; None is that of the deployment.
    """

    account: str
    source: str
    origins: frozenset[str]
    hits_per_second: float | None = None


class Sites:
    """All registered sites by the public key that their tracking script sends."""

    def __init__(self, sites: Mapping[str, Site]) -> None:
        self._by_key = dict(sites)
        self._origins = frozenset().union(*(site.origins for site in sites.values()))

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Sites:
        """Read the edge's document: public key → {account, source, origins, hits_per_second?}."""
        return cls(
            {
                key: Site(
                    account=site["account"],
                    source=site["source"],
                    origins=frozenset(normalize_origin(origin) for origin in site["origins"]),
                    hits_per_second=site.get("hits_per_second"),
                )
                for key, site in document.items()
            }
        )

    def find(self, public_key: str) -> Site | None:
        """Return the site of a public key; None for an unknown one."""
        return self._by_key.get(public_key)

    def knows_origin(self, origin: str) -> bool:
        """Tell whether any site loads from this origin."""
        return normalize_origin(origin) in self._origins


def normalize_origin(origin: str) -> str:
    """Return an origin as browsers write it: lower case, no trailing slash."""
    return origin.strip().lower().rstrip("/")
