"""Train effects: what ``markov`` splits revenue by, one version per month, frozen for good.

A version that the manifest of a finished run names is never trained again: this step writes the
months that are missing, and those that the owner has asked to restate since that run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution.columns import microseconds
from headwater.domain.attribution.definitions import MULTI_TOUCH_WINDOW
from headwater.domain.effect_months import a_year_before, month_of, months_between, start_of
from headwater.domain.effects import LINEAR_ALL, MARKOV, EffectsVersion
from headwater.domain.removal_effects import (
    global_shares,
    named_transitions,
    removal_effects,
    scaled,
)
from headwater.domain.settings import AccountSettings
from headwater.domain.transition_counts import Period, count_transitions
from headwater.usecases.databases import open_database
from headwater.usecases.effect_tables import save_version
from headwater.usecases.journey_columns import JOURNEY_TABLES, read_journeys
from headwater.usecases.run_files import open_frame, present_objects, save_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.domain.transition_counts import TransitionCounts
    from headwater.usecases.journey_columns import Journeys
    from headwater.usecases.ports import Facts
    from headwater.usecases.run_files import Desk, RunFrame

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """How many versions were trained, and how many of them rest on too few paths."""

    trained: int
    linear: int


def train_effects(account: str, run: str, *, desk: Desk, facts: Facts) -> TrainingResult:
    """Write the missing and the restated versions of table ``effects``.

    Raises:
        LeaseLostError: another run has taken the account over.
    """
    frame = open_frame(desk, account, run)
    months = months_to_train(frame)
    saved: dict[str, str | None] = {}
    versions: list[EffectsVersion] = []
    if months:
        with open_database() as db:
            facts.mount(db, present_objects(desk.lake, frame), JOURNEY_TABLES)
            first = min([*_frozen_months(frame), *months])
            for version in train_versions(db, months, first, frame.as_of, frame.settings):
                saved[version.month] = save_version(db, facts, account, version)
                versions.append(version)
    save_objects(desk.lake, frame, "train_effects", {"effects": saved})
    return TrainingResult(len(versions), sum(v.method == LINEAR_ALL for v in versions))


def train_versions(
    db: duckdb.DuckDBPyConnection,
    months: Sequence[str],
    first: str,
    as_of: datetime,
    settings: AccountSettings,
) -> Iterator[EffectsVersion]:
    """Train the versions of some months, each of the year before it.

    Args:
        db: holds ``JOURNEY_TABLES``.
        months: which.
        first: the account's first version, which is trained on all there is until ``as_of``.
        as_of: when the run looks at the world.
        settings: the account's.
    """
    journeys = read_journeys(db, settings)
    for month in months:
        began = None if month == first else a_year_before(month)
        ended = as_of if month == first else start_of(month)
        yield train_version(journeys, month, began, ended, settings)


def months_to_train(frame: RunFrame) -> list[str]:
    """Return the months that have no frozen version, and those that are to be restated."""
    frozen, now = _frozen_months(frame), month_of(frame.as_of)
    restated = _restated_from(frame)
    return [
        month
        for month in months_between(min(frozen, default=now), now)
        if month not in frozen or (restated is not None and month >= restated)
    ]


def train_version(
    journeys: Journeys,
    month: str,
    began: datetime | None,
    ended: datetime,
    settings: AccountSettings,
) -> EffectsVersion:
    """Train one month's version.

    Args:
        journeys: the paths of everybody.
        month: the version's name.
        began: the first instant that is trained on; None for everything there is.
        ended: where training ends, itself not included.
        settings: the account's window, and how many paths are enough.
    """
    window = microseconds(_window(settings))
    end = microseconds(ended - _EPOCH)
    earliest = journeys.earliest if began is None else microseconds(began - _EPOCH)
    period = Period(earliest, end, window)
    trail, purchases = journeys.before(earliest - window, end)
    counts = count_transitions(trail, purchases, len(journeys.channels), period)
    # A channel that the months before have seen and this year has not is none of this version's.
    seen = np.flatnonzero(counts.steps[1:].any(axis=1))
    kept = counts.steps[np.ix_([0, *(seen + 1)], [*seen, -2, -1])]
    channels = tuple(journeys.channels[index] for index in seen)
    effects = scaled(removal_effects(kept))
    reason = too_few(counts, settings.markov_min_paths)
    return EffectsVersion(
        month,
        LINEAR_ALL if reason else MARKOV,
        reason,
        counts.converting,
        counts.null,
        began,
        ended,
        channels,
        effects,
        global_shares(effects),
        named_transitions(kept, channels),
    )


def too_few(counts: TransitionCounts, least: int) -> str:
    """Return why these paths are too few to learn from; an empty text if they are enough."""
    short = [
        f"{count:,} {kind} paths"
        for kind, count in (("converting", counts.converting), ("null", counts.null))
        if count < least
    ]
    return f"{' and '.join(short)}, fewer than {least:,}" if short else ""


def _window(settings: AccountSettings) -> timedelta:
    """Return how far a path reaches back: as far as the model ``markov`` looks."""
    (window,) = (model.window for model in settings.model_definitions if model.name == MARKOV)
    return window or MULTI_TOUCH_WINDOW


def _frozen_months(frame: RunFrame) -> list[str]:
    return sorted(frame.base.tables.get("effects", {})) if frame.base else []


def _restated_from(frame: RunFrame) -> str | None:
    """Return the first month to be trained again: what was asked for since the base manifest."""
    asked = frame.settings.effects_restatement
    if asked is None or frame.base is None:
        return None
    done = AccountSettings.from_document(frame.base.settings).effects_restatement
    return None if asked == done else asked.month
