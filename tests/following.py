"""Follows the figures of a report as a reader would: by the template in its answer, to the rows."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pydantic import TypeAdapter

from headwater.domain.figures import Figure
from headwater.domain.range_comparison import figures_of_whole
from headwater.domain.row_views import flat_row
from headwater.errors import InvalidParameterError
from headwater.runtime.api.models_figures import FollowedFigure
from headwater.usecases.follow_figures import FollowedReport, FollowRequest
from headwater.usecases.following.registry import FOLLOWERS
from headwater.usecases.published_runs import open_published_run
from tests.random_shop import KINDS, Click, Events, Sale, happen, open_shop
from tests.workshop import ACCOUNT, Workshop, compared_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headwater.usecases.reports.report import Report

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def expand(template: str, values: Mapping[str, Any]) -> str:
    """Return the URL of a template with a form-style continuation (RFC 6570, 3.2.9)."""
    address, names = re.fullmatch(r"(.*)\{&(.*)\}", template).groups()  # type: ignore[union-attr]
    given = (name for name in names.split(",") if values.get(name) is not None)
    return address + "".join(f"&{name}={quote(str(values[name]), safe='')}" for name in given)


@dataclass(frozen=True)
class Followed:
    """A figure of an answer, and what stands behind it."""

    of: str
    value: Any
    row: Mapping[str, Any] | None
    answer: dict[str, Any]


class Reader:
    """Who follows the figures of one answer of a report."""

    def __init__(
        self,
        shop: Workshop,
        report: Report[Any, Any],
        request: Any,  # noqa: ANN401 - the report's own
        compare: str = "",
    ) -> None:
        self.answer = shop.report(report, request, compare)
        published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
        follower = FOLLOWERS[report.name]
        comparison = compared_with(request, compare)
        other = comparison and comparison.request
        self.followed = FollowedReport(follower, request, self.answer, published, shop.facts, other)

    def follow(
        self, of: str, key: Mapping[str, Any] | None = None, limit: int = 1_000, start: int = 0
    ) -> dict[str, Any]:
        """Return what is behind a figure."""
        figure = Figure(of, None if key is None else {name: str(key[name]) for name in key})
        return self.followed.follow(FollowRequest(figure, limit, start))

    def follow_all(self) -> Iterator[Followed]:
        """Yield every figure of every row and of the totals, and what is behind it."""
        answer = self.answer
        totals = flat_row(figures_of_whole(answer))
        names = answer["follow"].partition("{&of,")[2].rstrip("}").split(",")
        with self.followed:
            for row in (None, *answer["rows"]):
                key = None if row is None else {name: row[name] for name in names}
                for of, value in (totals if row is None else flat_row(row)).items():
                    if key is None or not (of in key or _is_asked(answer, of, value)):
                        yield Followed(of, value, row, self._refused_or_followed(of, key))

    def _refused_or_followed(self, of: str, key: Mapping[str, Any] | None) -> dict[str, Any]:
        try:
            return self.follow(of, key)
        except InvalidParameterError as error:
            return {"refused": str(error)}


# The rows as the API states them.
_ROWS: Any = FollowedFigure.model_fields["rows"].annotation
_SHAPES = TypeAdapter(_ROWS)


def _is_asked(answer: Mapping[str, Any], of: str, value: object) -> bool:
    """Tell whether a column says no more than the question, such as a model."""
    return value is not None and answer["parameters"].get(of) == value


def check(found: Followed) -> str:
    """Hold a figure against what is behind it; return what that is: rows, a formula, or nothing."""
    answer = found.answer
    where = found.of, found.row
    if "refused" in answer:
        return str(answer["refused"])
    assert answer["value"] == found.value, where
    if answer["formula"] is not None:
        assert computed(answer["formula"], answer["parts"], found.value), (where, answer)
        return "formula"
    if found.value is None:
        assert answer["rows"] == []
        return "untold"
    assert answer["totals"]["figure"] == found.value, (where, answer)
    assert answer["next"] is None
    assert len(answer["rows"]) == answer["totals"]["rows"]
    _SHAPES.validate_python(answer["rows"])
    assert made(answer["totals"]["rule"], answer["rows"]) == Decimal(found.value), where
    return str(answer["holds"])


def made(rule: str, rows: list[dict[str, Any]]) -> Decimal:
    """Return what the amounts of rows make: their sum, the greatest or least, or a percentile."""
    amounts = sorted(Decimal(row["amount"]) for row in rows)
    if rule == "sum":
        return sum(amounts, Decimal())
    if rule == "greatest":
        return amounts[-1]
    if rule == "least":
        return amounts[0]
    if rule in _SHARES:
        weighed = [(row["amount"], Decimal(row["weight"])) for row in rows]
        wanted = _SHARES[rule] * sum(weight for _, weight in weighed)
        reached = (age for age, _ in weighed if _weight_up_to(age, weighed) >= wanted)
        return Decimal(min(reached))
    return amounts[math.ceil(_RANKS[rule] * len(amounts)) - 1]


def _weight_up_to(amount: int, weighed: list[tuple[int, Decimal]]) -> Decimal:
    return sum((weight for other, weight in weighed if other <= amount), Decimal())


_SHARES = {f"share_{percent}": Decimal(percent) / 100 for percent in (50, 80, 90)}
_RANKS = {"median": Decimal("0.5"), "p75": Decimal("0.75"), "p90": Decimal("0.9")}


def computed(formula: str, parts: list[dict[str, Any]], value: Any) -> bool:  # noqa: ANN401
    """Tell whether a formula over its parts is the value; over zero it is null."""
    values = {part["figure"]: part["value"] for part in parts}
    if any(each is None for each in values.values()):
        return value is None
    sums = {name: Decimal(each) for name, each in values.items()}
    try:
        exact = eval(formula, {"__builtins__": {"min": min, "max": max}}, sums)  # noqa: S307 - our own formula
    except ArithmeticError:
        return value is None
    return value is not None and exact.quantize(Decimal(value)) == Decimal(value)


@cache
def open_busy_shop() -> Workshop:
    """Return an account of all kinds of orders: refunds, rebills, other classes and currencies.

    One for all tests of a process, which only read it.
    """
    shop, rng = open_shop(), Random(3)
    happen(shop, _events(rng))
    shop.order(900, "2026-10-02 10:00", "55.55", email="a@example.com", source="retail")
    shop.order(901, "2026-10-02 10:05", "55.55", email="a@example.com")
    for day, platform in (("2026-09-08", "google"), ("2026-09-22", "google"), ("2026-10-05", "x")):
        shop.spend(
            day,
            "12.34",
            platform=platform,
            campaign="google",
            utm_source="google",
            utm_medium="cpc",
            utm_campaign="google",
            clicks=7,
            impressions=990,
            conversions=Decimal("1.25"),
            value=Decimal("40.07"),
        )
    shop.spend("2026-10-06", "9.99", platform="facebook", currency="EUR", campaign="social")
    shop.run(reported=False)
    return shop


def _events(rng: Random) -> Events:
    def moment() -> datetime:
        return datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=7 * rng.randrange(200))

    def person() -> str:
        return rng.choice("abcdef")

    sources = ["google", "klaviyo", ""]
    return Events(
        [Click(moment(), person(), rng.choice(sources), rng.random() < 0.5) for _ in range(40)],
        [
            Sale(moment(), person(), rng.choice(KINDS), *(rng.randrange(20_001),) * 2, n % 3)
            for n in range(45)
        ],
        [(moment(), person()) for _ in range(5)],
    )
