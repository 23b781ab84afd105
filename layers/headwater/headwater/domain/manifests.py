"""Manifests: the list of immutable objects that one finished run consists of."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from headwater.domain.models import MODELS

if TYPE_CHECKING:
    from collections.abc import Mapping

# Fact table → partition (a day, a closed month, or ALL_DAYS) → object key.
type Objects = dict[str, dict[str, str]]

ALL_DAYS = "all"
# The version of the rules that turn facts into credits and reports: raise it when they change, so
# that a changed rule is a new data version even where the facts are the same.
RULES_VERSION = "7"
# The models of manifests that do not name theirs yet.
_FIRST_MODELS = (
    "first_click",
    "last_click",
    "linear",
    "full_impact",
    "new_lead",
    "reengaged_lead",
)


def partition_of(day: date, as_of: date) -> str:
    """Return the partition that holds a UTC day's rows: the day, or its month once that is closed.

    A month is closed when the as-of month is a later one: changes are fewer there, and a reader
    opens one object instead of thirty.
    """
    is_closed = (day.year, day.month) < (as_of.year, as_of.month)
    return f"{day:%Y-%m}" if is_closed else day.isoformat()


@dataclass(frozen=True, slots=True)
class History:
    """How much of the order history has been pulled: ``done`` of ``total`` orders."""

    done: int
    total: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """One finished run: what it saw, what it made, and under which rules.

    ``as_of`` is the reporting day on which the run happened; ``reports`` maps a report's name to
    its object; ``settings`` is the account's settings document of the run, ``models`` the names of
    its attribution models. ``scripts`` says how the tracking script was in the pages of the stores,
    ``gaps`` which ad platforms and CRMs could not be pulled, each with its status.
    """

    account: str
    as_of: date
    settings: Mapping[str, Any]
    tables: Objects = field(default_factory=dict)
    reports: dict[str, str] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    rules_version: str = RULES_VERSION
    models: tuple[str, ...] = MODELS
    scripts: tuple[Mapping[str, Any], ...] = ()
    gaps: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the manifest as plain JSON values; the same run always gives the same text."""
        scripts = {"scripts": [dict(row) for row in self.scripts]} if self.scripts else {}
        gaps = {"gaps": dict(self.gaps)} if self.gaps else {}
        return (
            scripts
            | gaps
            | {
                "account": self.account,
                "as_of": self.as_of.isoformat(),
                "histories": {
                    source: {"done": h.done, "total": h.total, "is_complete": h.is_complete}
                    for source, h in self.histories.items()
                },
                "models": list(self.models),
                "reports": self.reports,
                "rules_version": self.rules_version,
                "settings": dict(self.settings),
                "tables": self.tables,
            }
        )

    @property
    def keys(self) -> set[str]:
        """Return the keys of all objects that the run consists of."""
        facts = {key for partitions in self.tables.values() for key in partitions.values()}
        return facts | set(self.reports.values())

    @property
    def data_version(self) -> str:
        """Return the hash that names everything a reader of this manifest can see."""
        return _hash_of(self.document())

    @property
    def settings_version(self) -> str:
        """Return the hash that names the run's settings."""
        return _hash_of(dict(self.settings))

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Manifest:
        """Read a manifest back from its JSON values."""
        return cls(
            account=document["account"],
            as_of=date.fromisoformat(document["as_of"]),
            settings=document["settings"],
            tables=document["tables"],
            reports=document["reports"],
            histories={source: History(**h) for source, h in document["histories"].items()},
            rules_version=document["rules_version"],
            models=tuple(document.get("models", _FIRST_MODELS)),
            scripts=tuple(document.get("scripts", ())),
            gaps=document.get("gaps", {}),
        )


def _hash_of(document: Mapping[str, Any]) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def merge_objects(base: Objects, changes: Mapping[str, Mapping[str, str | None]]) -> Objects:
    """Return the base with some partitions replaced; None takes a partition away.

    A month that is written whole takes the place of its days. A table without any object is left
    out, as if it had never had one.
    """
    merged = {table: dict(partitions) for table, partitions in base.items()}
    for table, partitions in changes.items():
        present = merged.setdefault(table, {})
        for partition, key in partitions.items():
            for covered in [p for p in present if p.startswith(f"{partition}-")]:
                del present[covered]
            if key is None:
                present.pop(partition, None)
            else:
                present[partition] = key
    return {
        table: dict(sorted(present.items())) for table, present in sorted(merged.items()) if present
    }
