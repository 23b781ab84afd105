"""The settings that all programs compute with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Days of the last-click window, of the opt-in window, and of the window of paths."""

    last_click_days: int = 30
    opt_in_days: int = 7
    path_days: int = 30
