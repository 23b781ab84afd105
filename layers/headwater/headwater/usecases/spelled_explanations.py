"""Explanations as plain JSON values, and where they differ from what a run has stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from headwater.domain.attribution.columns import LATER_THAN_ALL, NEVER
from headwater.domain.facts import AD_COLUMNS, DIMENSIONS
from headwater.domain.money import from_minor
from headwater.usecases.serve_reports import kind_of_rest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from headwater.domain.attribution.explanation import Explanation, Lead, Remainder, Verdict
    from headwater.domain.effects import Effects
    from headwater.domain.settings import AccountSettings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES = ("touch_id", *DIMENSIONS, *AD_COLUMNS)
_ORDERS = (
    "SELECT source, order_id, order_class, gross_minor IS NOT NULL "
    "FROM revenue_orders JOIN order_classes USING (n) ORDER BY n"
)


class ExplanationSpeller:
    """Spells explanations under the names that the run's working tables give.

    Attributes:
        keys: (source, order id) of the revenue orders, in the order of their columns.
    """

    def __init__(
        self, db: duckdb.DuckDBPyConnection, settings: AccountSettings, effects: Effects
    ) -> None:
        self._settings, self._effects = settings, effects
        orders = db.execute(_ORDERS).fetchall()
        self.keys = [(source, order_id) for source, order_id, _, _ in orders]
        self._states = [(order_class, is_converted) for _, _, order_class, is_converted in orders]
        placed = db.execute("SELECT epoch_us(placed_at) FROM revenue_orders ORDER BY n").fetchall()
        self._placed_at = [at for (at,) in placed]
        names = ", ".join(f'"{name}"' for name in _NAMES)
        self._touches: dict[int, Sequence[Any]] = {
            row[0]: row[1:]
            for row in db.execute(
                f"SELECT n, occurred_at, {names} FROM dimensioned_touches"
            ).fetchall()
        }

    def spell(self, found: Explanation, order: int) -> dict[str, Any]:
        """Return the explanation of the order of this index."""
        source, order_id = self.keys[found.root]
        path = self._spell_path(found)
        return {
            "path": path,
            "windows": {name: _spell_window(span) for name, span in found.windows.items()},
            "rest": {
                model: self._spell_rest(rest, model, order) for model, rest in found.rest.items()
            },
            "lead": _spell_lead(found.lead, found.tracking_start),
            "markov_weights": self._weights(found.root, {touch["channel"] for touch in path}),
            "inherited_from": None
            if found.root == order
            else {"source": source, "order_id": order_id},
        }

    def _spell_path(self, found: Explanation) -> list[dict[str, Any]]:
        return [
            {
                "at": self._touches[touch][0].replace(tzinfo=UTC).isoformat(),
                **dict(zip(_NAMES, self._touches[touch][1:], strict=True)),
                "roles": found.roles[place],
                "models": {
                    model: self._spell_verdict(verdicts[place])
                    for model, verdicts in found.verdicts.items()
                },
            }
            for place, touch in enumerate(found.touches)
        ]

    def _spell_verdict(self, verdict: Verdict) -> dict[str, Any]:
        window = {"window": verdict.place or None}
        if verdict.reason:
            return {**window, "excluded": verdict.reason}
        return {
            **window,
            "weight": verdict.weight,
            "of": verdict.total,
            **self._amounts(verdict.gross, verdict.net),
        }

    def _spell_rest(self, rest: Remainder, model: str, order: int) -> dict[str, str]:
        order_class, is_converted = self._states[order]
        state = {
            "is_converted": is_converted,
            "order_class": order_class,
            f"{model}_pre_tracking": rest.is_pre_tracking,
        }
        return {"kind": kind_of_rest(state, model), **self._amounts(rest.gross, rest.net)}

    def _amounts(self, gross: int, net: int) -> dict[str, str]:
        currency = self._settings.currency
        return {"gross": str(from_minor(gross, currency)), "net": str(from_minor(net, currency))}

    def _weights(self, root: int, channels: set[str]) -> dict[str, int]:
        """Return what ``markov`` weighs the channels of a path by."""
        (version,) = self._effects.version_at(np.array([self._placed_at[root]]))
        weights = self._effects.weights[version]
        return {
            channel: int(weights[self._effects.code_of(channel)]) for channel in sorted(channels)
        }


def differences(trail: Mapping[str, Any], explanation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each amount in which a stored credit trail and an explanation differ.

    Of what no touch gets the touch id is null, and the kind of its row is compared too.
    """
    stored = {
        (touch["at"], touch["touch_id"], model): credit
        for touch in trail["touches"]
        for model, credit in touch["credits"].items()
    }
    live = {
        (touch["at"], touch["touch_id"], model): {
            money: verdict[money] for money in ("gross", "net")
        }
        for touch in explanation["path"]
        for model, verdict in touch["models"].items()
        if "weight" in verdict
    }
    stored |= {("", None, model): rest for model, rest in trail["rest"].items()}
    live |= {("", None, model): rest for model, rest in explanation["rest"].items()}
    return [
        {"touch_id": key[1], "model": key[2], "stored": stored.get(key), "live": live.get(key)}
        for key in sorted(stored.keys() | live.keys(), key=str)
        if stored.get(key) != live.get(key)
    ]


def _spell_lead(lead: Lead, tracking_start: int) -> dict[str, Any]:
    return {
        "became_lead_at": _instant(lead.lead_at),
        "opted_in_at": _instant(lead.opted_in_at),
        "came_back_at": _instant(lead.again_at),
        "is_known_before": lead.is_known_before,
        "is_begun_before": lead.is_begun_before,
        "tracking_start": _instant(tracking_start),
    }


def _spell_window(span: tuple[int | None, int] | None) -> dict[str, str | None] | None:
    if span is None:
        return None
    first, last = span
    return {"from": None if first is None else _instant(first), "to": _instant(last)}


def _instant(microseconds: int) -> str | None:
    if microseconds in (NEVER, LATER_THAN_ALL):
        return None
    return (_EPOCH + timedelta(microseconds=microseconds)).isoformat()
