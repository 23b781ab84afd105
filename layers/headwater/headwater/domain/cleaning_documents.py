"""An account's cleaning as plain JSON values, read rule by rule so that each bad one is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.channels import Channel
from headwater.domain.cleaning import (
    ALIASED,
    CONDITIONS,
    MOST_ALIASES,
    MOST_CHANNEL_RULES,
    TESTS,
    Alias,
    ChannelRule,
    Cleaning,
    Pattern,
    cycles_of,
)
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

_FIELDS = ("aliases", "channel_rules", "paid_channels")


class InvalidCleaningError(InvalidParameterError):
    """Some aliases or rules cannot work.

    Attributes:
        faults: where (``channel_rules.<position>.<field>``) and why, one for each bad rule.
    """

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{where}: {reason}" for where, reason in faults))
        self.faults = tuple(faults)


def cleaning_from_document(document: Any) -> Cleaning:  # noqa: ANN401 - any JSON value
    """Read a cleaning from plain JSON values; what the document does not name is empty.

    Raises:
        InvalidCleaningError: naming each bad alias or rule by its position, the field, and the
            reason.
    """
    faults: list[tuple[str, str]] = []
    parts = _object("", document, _FIELDS, faults)
    aliases = _object("aliases", parts.get("aliases", {}), ALIASED, faults)
    read = {
        field: _read_list(
            f"aliases.{field}", aliases.get(field, []), MOST_ALIASES, _read_alias, faults
        )
        for field in ALIASED
    }
    rules = _read_list(
        "channel_rules", parts.get("channel_rules", []), MOST_CHANNEL_RULES, _read_rule, faults
    )
    paid = _read_paid(parts.get("paid_channels", []), {rule.channel for rule in rules}, faults)
    if not faults:
        for field in ALIASED:
            for position, names in cycles_of(read[field]):
                reason = f"leads back to itself: {' → '.join(names)}"
                faults.append((f"aliases.{field}.{position}.name", reason))
    if faults:
        raise InvalidCleaningError(faults)
    return Cleaning(**read, channel_rules=rules, paid_channels=paid)


def cleaning_document(cleaning: Cleaning) -> dict[str, Any]:
    """Return a cleaning as plain JSON values."""
    return {
        "aliases": {
            field: [
                {alias.pattern.test: alias.pattern.value, "name": alias.name}
                for alias in getattr(cleaning, field)
            ]
            for field in ALIASED
        },
        "channel_rules": [
            {
                "channel": rule.channel,
                **{field: {p.test: p.value} for field, p in rule.conditions},
            }
            for rule in cleaning.channel_rules
        ],
        "paid_channels": list(cleaning.paid_channels),
    }


def _object(
    where: str,
    value: Any,  # noqa: ANN401
    known: Sequence[str],
    faults: list[tuple[str, str]],
) -> dict[str, Any]:
    """Return a JSON object of known fields, or an empty one with the fault noted."""
    if not isinstance(value, dict):
        faults.append((where or "body", f"give an object of {', '.join(known)}"))
        return {}
    if unknown := [str(name)[:64] for name in value if name not in known]:
        place = f"{where}.{unknown[0]}" if where else unknown[0]
        faults.append((place, f"no such field; choose among {', '.join(known)}"))
    return value


def _read_list[Read](
    where: str,
    values: Any,  # noqa: ANN401
    most: int,
    read: Callable[[Any], Read],
    faults: list[tuple[str, str]],
) -> tuple[Read, ...]:
    if not isinstance(values, list) or len(values) > most:
        faults.append((where, f"give a list of at most {most}"))
        return ()
    good: list[Read] = []
    for position, value in enumerate(values):
        try:
            good.append(read(value))
        except InvalidParameterError as error:
            field, _, reason = str(error).partition(": ")
            faults.append((f"{where}.{position}.{field}".rstrip("."), reason))
    return tuple(good)


def _read_alias(value: Any) -> Alias:  # noqa: ANN401
    if not isinstance(value, dict):
        message = ": an alias is an object"
        raise InvalidParameterError(message)
    rest = {name: given for name, given in value.items() if name != "name"}
    return Alias(_read_pattern("", rest), _text("name", value.get("name")))


def _read_paid(
    values: Any,  # noqa: ANN401
    ruled: Collection[str],
    faults: list[tuple[str, str]],
) -> tuple[str, ...]:
    """Read which channels count as ads: of those that a rule gives, and of the built-in ones."""

    def read(value: Any) -> str:  # noqa: ANN401
        channel = _text("", value)
        if channel not in ruled and channel not in set(Channel) - {Channel.DIRECT}:
            message = f": no rule gives a channel {channel[:64]!r}, and none is built in"
            raise InvalidParameterError(message)
        return channel

    return tuple(
        dict.fromkeys(_read_list("paid_channels", values, MOST_CHANNEL_RULES, read, faults))
    )


def _read_rule(value: Any) -> ChannelRule:  # noqa: ANN401
    if not isinstance(value, dict):
        message = ": a rule is an object"
        raise InvalidParameterError(message)
    known = ("channel", *CONDITIONS)
    if unknown := [str(name)[:64] for name in value if name not in known]:
        message = f"{unknown[0]}: no such field; a rule has {', '.join(known)}"
        raise InvalidParameterError(message)
    conditions = tuple(
        (field, _read_pattern(field, value[field])) for field in CONDITIONS if field in value
    )
    return ChannelRule(_text("channel", value.get("channel")), conditions)


def _read_pattern(field: str, value: Any) -> Pattern:  # noqa: ANN401
    """Read ``{"contains": "…"}``: exactly one test."""
    tests = value if isinstance(value, dict) else {}
    prefix = f"{field}." if field else ""
    if len(tests) != 1 or next(iter(tests)) not in TESTS:
        message = f"{field or 'pattern'}: give one of {', '.join(TESTS)}"
        raise InvalidParameterError(message)
    ((test, text),) = tests.items()
    try:
        return Pattern(test, _text(test, text))
    except InvalidParameterError as error:
        message = f"{prefix}{error}"
        raise InvalidParameterError(message) from None


def _text(name: str, value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, str):
        message = f"{name}: give a text"
        raise InvalidParameterError(message)
    return value
