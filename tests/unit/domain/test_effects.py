"""Versions of effects: which one an order uses, and what the engine reads of it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from headwater.domain.effect_months import (
    Restatement,
    a_year_before,
    is_month,
    month_of,
    months_between,
    start_of,
)
from headwater.domain.effects import LINEAR_ALL, MARKOV, EffectsVersion, effects_of, version_for


def version(month: str, effects: dict[str, int], method: str = MARKOV) -> EffectsVersion:
    return EffectsVersion(
        month,
        method,
        "",
        2_000,
        2_000,
        a_year_before(month),
        start_of(month),
        tuple(sorted(effects)),
        tuple(effects[channel] for channel in sorted(effects)),
        (),
        {},
    )


def microseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("placed_at", "month"),
    [
        ("2020-01-01", "2026-09"),
        ("2026-09-30 23:59:59", "2026-09"),
        ("2026-10-01", "2026-09"),
        ("2026-11-01", "2026-11"),
        ("2027-05-01", "2026-11"),
    ],
)
def test_an_order_uses_its_months_version_or_the_latest_before_and_older_ones_the_first(
    placed_at: str, month: str
) -> None:
    versions = [version("2026-09", {"email": 1}), version("2026-11", {"email": 2})]
    effects = effects_of(versions)
    (index,) = effects.version_at(np.array([microseconds(placed_at)]))
    assert effects.months[index] == month
    used = version_for(versions, datetime.fromisoformat(placed_at).replace(tzinfo=UTC))
    assert used
    assert used.month == month


def test_months_are_those_of_utc() -> None:
    assert month_of(datetime.fromisoformat("2026-10-31T23:00:00-05:00")) == "2026-11"


def test_the_engine_reads_a_weight_per_version_and_channel() -> None:
    versions = [version("2026-10", {"sms": 4, "email": 1}), version("2026-11", {"email": 7})]
    effects = effects_of(reversed(versions))  # type: ignore[arg-type]  # any order will do
    assert effects.channels == ("email", "sms")
    assert effects.weights.tolist() == [[1, 4, 2], [7, 7, 7]]
    assert effects.weights[1, effects.code_of("push")] == 7


def test_where_paths_are_too_few_all_channels_weigh_the_same() -> None:
    effects = effects_of([version("2026-10", {"sms": 4, "email": 1}, LINEAR_ALL)])
    assert effects.methods == (LINEAR_ALL,)
    assert effects.weights.tolist() == [[1, 1, 1]]


def test_before_any_training_all_channels_weigh_the_same() -> None:
    effects = effects_of([])
    assert effects.version_at(np.array([0, microseconds("2026-01-01")])).tolist() == [0, 0]
    assert effects.weights.tolist() == [[1]]
    assert version_for([], datetime.now(UTC)) is None


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "26-01", "2026-1", "2026-01-01", "٢٠٢٦-01"])
def test_what_is_no_month_is_none(text: str) -> None:
    assert is_month("2026-12")
    assert not is_month(text)


def test_a_request_to_restate_comes_back_as_it_was_kept() -> None:
    asked = Restatement("2026-09", datetime(2026, 11, 21, 14, tzinfo=UTC))
    assert Restatement.from_document(asked.document()) == asked
    assert Restatement.from_document(None) is None


def test_months_are_listed_over_the_turn_of_a_year() -> None:
    assert months_between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert months_between("2026-02", "2026-01") == []
    assert a_year_before("2026-02") == start_of("2025-02")
