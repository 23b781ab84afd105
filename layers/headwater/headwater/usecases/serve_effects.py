"""Serve effects: the versions that ``markov`` splits by, and what each of them rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.effects import EFFECT_SCALE, version_for
from headwater.errors import UnknownResourceError
from headwater.usecases.databases import open_database
from headwater.usecases.effect_tables import read_versions

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.domain.effects import EffectsVersion
    from headwater.usecases.ports import Facts
    from headwater.usecases.published_runs import PublishedRun

_DECIMALS = len(str(EFFECT_SCALE)) - 1


def list_effects(account: str, published: PublishedRun, *, facts: Facts) -> dict[str, Any]:
    """Return what each frozen version of a run is and rests on, the latest first."""
    versions = published_versions(published, facts)
    return {
        **_said_of(account, published),
        "rows": [describe_version(version) for version in reversed(versions)],
    }


def serve_effects(
    account: str, month: str, published: PublishedRun, *, facts: Facts
) -> dict[str, Any]:
    """Return one version with its removal effects, shares and transition counts.

    Raises:
        UnknownResourceError: the run has no version of this month.
    """
    for version in published_versions(published, facts):
        if version.month == month:
            return {
                **_said_of(account, published),
                **describe_version(version),
                "channels": [
                    {"channel": channel, "removal_effect": spell(effect), "share": spell(share)}
                    for channel, effect, share in zip(
                        version.channels, version.effects, version.shares, strict=True
                    )
                ],
                "transitions": [
                    {"from": source, "to": target, "count": count}
                    for (source, target), count in sorted(version.transitions.items())
                ],
            }
    message = f"there are no effects of {month[:16]}"
    raise UnknownResourceError(message)


def published_versions(published: PublishedRun, facts: Facts) -> list[EffectsVersion]:
    """Return the versions of a finished run, ascending."""
    with open_database() as db:
        facts.mount(db, published.manifest.tables, ["effects"])
        return read_versions(db)


def effects_used(
    published: PublishedRun, first: datetime, last: datetime, *, facts: Facts
) -> list[dict[str, Any]]:
    """Return what the versions are that orders placed between two instants use, ascending."""
    versions = published_versions(published, facts)
    earliest, latest = version_for(versions, first), version_for(versions, last)
    if earliest is None or latest is None:
        return []
    return [
        describe_version(version)
        for version in versions
        if earliest.month <= version.month <= latest.month
    ]


def describe_version(version: EffectsVersion) -> dict[str, Any]:
    """Return how far a version can be trusted: its method, why, and on how many paths it rests."""
    return {
        "month": version.month,
        "method": version.method,
        "reason": version.reason,
        "converting_paths": version.converting_paths,
        "null_paths": version.null_paths,
        "trained_from": version.trained_from and version.trained_from.isoformat(),
        "trained_until": version.trained_until.isoformat(),
    }


def spell(millionths: int) -> str:
    """Return millionths as a decimal text."""
    whole, part = divmod(millionths, EFFECT_SCALE)
    return f"{whole}.{part:0{_DECIMALS}}"


def _said_of(account: str, published: PublishedRun) -> dict[str, Any]:
    return {
        "account": account,
        "data_version": published.data_version,
        "generated_at": published.generated_at.isoformat(),
    }
