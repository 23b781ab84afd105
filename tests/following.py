"""Follows the figures of a report as a reader would: by the template in its answer, to the rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from headwater.domain.figures import Figure
from headwater.domain.row_views import flat_row
from headwater.errors import InvalidParameterError
from headwater.usecases.follow_figures import FollowedReport, FollowRequest
from headwater.usecases.following.registry import FOLLOWERS
from headwater.usecases.published_runs import open_published_run
from tests.workshop import ACCOUNT, Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headwater.usecases.reports.report import Report

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CENT, _RATIO = Decimal("0.01"), Decimal("0.0001")


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

    def __init__(self, shop: Workshop, report: Report[Any, Any], request: Any) -> None:  # noqa: ANN401
        self.answer = shop.report(report, request)
        published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
        follower = FOLLOWERS[report.name]
        self.followed = FollowedReport(follower, request, self.answer, published, shop.facts)

    def follow(self, of: str, key: Mapping[str, Any] | None = None, **page: int) -> dict[str, Any]:
        """Return what is behind a figure."""
        figure = Figure(of, None if key is None else {name: str(key[name]) for name in key})
        return self.followed.follow(FollowRequest(figure, **page))

    def follow_all(self) -> Iterator[Followed]:
        """Yield every figure of every row and of the totals, and what is behind it."""
        answer = self.answer
        totals = flat_row(answer["totals"])
        previous = answer.get("previous") or {}
        totals |= flat_row({name: previous.get(of, {}) for name, of in _COMPARED.items()})
        names = answer["follow"].partition("{&of,")[2].rstrip("}").split(",")
        with self.followed:
            for row in (None, *answer["rows"]):
                key = None if row is None else {name: row[name] for name in names}
                for of, value in (totals if row is None else flat_row(row)).items():
                    if key is None or of not in key:
                        yield Followed(of, value, row, self._refused_or_followed(of, key))

    def _refused_or_followed(self, of: str, key: Mapping[str, Any] | None) -> dict[str, Any]:
        try:
            return self.follow(of, key)
        except InvalidParameterError as error:
            return {"refused": str(error)}


_COMPARED = {"previous": "totals", "change": "change"}


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
    assert answer["totals"]["sum"] == found.value, (where, answer)
    assert answer["next"] is None
    assert len(answer["rows"]) == answer["totals"]["rows"]
    assert sum(Decimal(row["amount"]) for row in answer["rows"]) == Decimal(found.value), where
    return str(answer["holds"])


def computed(formula: str, parts: list[dict[str, Any]], value: Any) -> bool:  # noqa: ANN401
    """Tell whether a formula over its parts is the value; over zero it is null."""
    values = {part["figure"]: part["value"] for part in parts}
    if any(each is None for each in values.values()):
        return value is None
    sums = {name: Decimal(each) for name, each in values.items()}
    try:
        exact = eval(formula, {"__builtins__": {}}, sums)  # noqa: S307 - our own formula
    except ArithmeticError:
        return value is None
    return value is not None and exact.quantize(Decimal(value)) == Decimal(value)
