"""Every report beside another range: rows of the same names, and how figures have changed."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.figure_kinds import AMOUNTS, COUNTS, grows, nothing
from headwater.domain.figures import key_columns, naming_columns
from headwater.domain.range_comparison import (
    compare_answers,
    figures_of_whole,
    key_before,
    months_apart,
)
from headwater.domain.row_views import RowView, flat_row
from headwater.usecases.published_runs import open_published_run
from tests.every_report import ONE_OF_EACH, QUESTIONS, Question
from tests.following import Reader, check, open_busy_shop
from tests.workshop import ACCOUNT, span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

NOW, BEFORE = span("2026-09-20", "2026-10-20"), span("2026-08-20", "2026-09-19")
# Numbers that are neither: of nobody there is none of them, and they do not change by a share.
AGES = {
    *("median", "p75", "p90", "days_50", "days_80", "days_90", "evaluation_days", "running_days"),
    *("break_even_month", "break_even_day"),
}
PER_HEAD = {
    *("cpl", "epl", "cac", "ncac", "aov", "ltv", "monthly_per_active", "value"),
    *(f"value_{days}" for days in (0, 30, 60, 90, 180, 365)),
}
# How rows of ages are cut: those that a cohort has not reached are in no list of it.
OF_AGES = ("cohort", 1)
every_question = pytest.mark.parametrize("question", QUESTIONS, ids=str)
every_report = pytest.mark.parametrize("question", ONE_OF_EACH, ids=str)
# Of each report that is followed, what has not many figures.
FOLLOWED = {"leads", "lags part=percentiles", "forecast horizon=7", "coverage part=unmatched"}
FOLLOWED |= {"subscriptions part=months"}


@cache
def compared(question: Question) -> dict[str, Any]:
    """Return the busy shop's answer beside the range before."""
    return open_busy_shop().report(question.report, question.ask(NOW), "previous_period")


def key_of(row: dict[str, Any], answer: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in key_columns(answer["report"], answer["parameters"]))


@every_question
def test_each_row_stands_beside_the_one_of_its_names(question: Question) -> None:
    answer = compared(question)
    question.shape.model_validate(answer)
    parameters = answer["parameters"]
    assert parameters["compare"] == "previous_period"
    alone = open_busy_shop().report(question.report, question.ask(NOW))
    other = open_busy_shop().report(question.report, question.ask(BEFORE))
    assert answer["totals"] == alone["totals"]
    assert answer["previous"]["totals"] == other["totals"]
    named = {key_of(row, other): row for row in other["rows"]}
    assert len(named) == len(other["rows"]), "the columns that name a row tell rows apart"
    assert [key_of(row, answer) for row in alone["rows"]] == [
        key_of(row, answer) for row in answer["rows"][: len(alone["rows"])]
    ]
    for row in answer["rows"]:
        names = {name: row[name] for name in key_columns(question.report.name, parameters)}
        then = named.pop(tuple(key_before(answer, names).values()), None)
        if then is not None:
            assert row["previous"].items() <= then.items()
        else:
            assert row["previous"] == nothing(row["previous"], "USD")
    cut = question.report.cut.get(parameters.get("part", ""))
    assert not named or cut == OF_AGES, "no row of the other range is lost"


@every_question
def test_counts_and_amounts_have_a_change_and_nothing_else_has(question: Question) -> None:
    answer = compared(question)
    for now in (figures_of_whole(answer), *answer["rows"]):
        then, change = now["previous"], now["change"]
        flat_now, flat_then = flat_row(now), flat_row(then)
        for name, value in flat_row(change).items():
            before, today = flat_then[name], flat_now[name]
            if value is None:
                assert before is None or today is None or Decimal(before) == 0
            else:
                grown = (Decimal(today) - Decimal(before)) / Decimal(before)
                assert Decimal(value) == round(grown, 4)
        assert {name for name in now if grows(name) and not isinstance(now[name], dict)} <= {
            *change,
            *naming_columns(answer["report"], answer["parameters"].get("part", "")),
        }


@every_report
def test_nothing_of_a_figure_is_what_a_range_without_anything_has(question: Question) -> None:
    long_ago = span("1999-01-01", "1999-01-31")
    answer = open_busy_shop().report(question.report, question.ask(long_ago))
    totals = flat_row(nothing(compared(question)["totals"], "USD"))
    for name, value in flat_row(answer["totals"]).items():
        if name not in {"verdict", "days_to_purchase"}:
            assert totals.get(name) == value, name


@every_question
def test_rows_are_chosen_and_sorted_by_every_column(question: Question) -> None:
    rows = compared(question)["rows"]
    for name, value in flat_row(rows[0]).items() if rows else ():
        text = str(value).lower() if isinstance(value, bool) else value
        told = "null" if value is None else f"'{text}'"
        nested = f"{name} = {told} and ({name} != {told} or not ({name} != {told}))"
        view = RowView.of(nested, f"-{name}", None, None)
        chosen, _ = view.apply(rows, "v")
        assert rows[0] in chosen, name
        assert {flat_row(row)[name] for row in chosen} == {value}


@pytest.mark.parametrize("question", [each for each in QUESTIONS if str(each) in FOLLOWED], ids=str)
def test_what_it_was_and_how_it_has_changed_is_followed_like_any_figure(
    question: Question,
) -> None:
    reader = Reader(open_busy_shop(), question.report, question.ask(NOW), "previous_period")
    found = Counter(
        (followed.of.partition("_")[0], check(followed).partition(":")[0])
        for followed in reader.follow_all()
    )
    of_before = {kind for word, kind in found if word == "previous"}
    assert of_before & {"orders", "contacts", "cost", "leads", "clicks", "chains"}
    assert {kind for word, kind in found if word == "change"} == {"formula"}


def fields_of(shape: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """Yield the figures of a shape and of what stands in it: name and schema."""
    schema = shape.model_json_schema()
    yield from schema["properties"].items()
    for name, definition in schema["$defs"].items():
        if name not in {"EffectsSummary", "ForecastParameters"}:
            yield from definition["properties"].items()


def test_every_number_of_the_contract_is_of_a_known_kind() -> None:
    counts, amounts = set(), set()
    for shape in {question.shape for question in QUESTIONS}:
        for name, schema in fields_of(shape):
            told = json.dumps(schema)
            if '"integer"' in told:
                counts.add(name)
            if "129.95" in told:
                amounts.add(name)
    names, decimals = {"days", "age", "cycle"}, {"claimed_conversions"}
    assert counts - AGES - names == COUNTS - decimals
    assert amounts - PER_HEAD == AMOUNTS | decimals


def test_all_time_beside_the_time_before_is_beside_nothing() -> None:
    published = open_published_run(ACCOUNT, runs=open_busy_shop().runs, lake=open_busy_shop().lake)
    whole = span("2026-08-01", str(published.manifest.as_of))
    for question in ONE_OF_EACH:
        answer = open_busy_shop().report(question.report, question.ask(whole), "previous_period")
        change = flat_row(answer["previous"]["change"])
        of_no_range = {"scripts_missing", "checks_failed"}
        assert {value for name, value in change.items() if name not in of_no_range} <= {None}


@pytest.mark.parametrize(
    ("now", "then", "months"),
    [
        (("2026-11-01", "2026-11-30"), ("2026-10-02", "2026-10-31"), 1),
        (("2026-07-01", "2026-09-30"), ("2026-03-31", "2026-06-30"), 3),
        (("2026-03-01", "2026-03-31"), ("2026-01-29", "2026-02-28"), 1),
        (("2026-10-15", "2026-11-20"), ("2026-09-08", "2026-10-14"), 1),
        (("2026-11-01", "2026-11-12"), ("2026-10-20", "2026-10-31"), 1),
        (("2026-11-14", "2026-11-20"), ("2026-11-07", "2026-11-13"), 0),
        (("2026-07-10", "2026-09-30"), ("2026-04-18", "2026-07-09"), 3),
        (("2024-02-29", "2024-02-29"), ("2023-02-28", "2023-02-28"), 12),
    ],
)
def test_months_stand_beside_those_that_the_ranges_lie_apart(
    now: tuple[str, str], then: tuple[str, str], months: int
) -> None:
    bounds = ("from", "to")
    ranges = (dict(zip(bounds, each, strict=True)) for each in (now, then))
    assert months_apart(*ranges) == months


def answer_of(first: str, last: str, *rows: dict[str, Any], **parameters: str) -> dict[str, Any]:
    return {
        "report": "cohorts",
        "parameters": {"from": first, "to": last, "by": "first_purchase", **parameters},
        "totals": {"customers": sum(row["customers"] for row in rows)},
        "rows": list(rows),
    }


def click(cohort: str, channel: str, customers: int) -> dict[str, Any]:
    names = {"cohort": cohort, "channel": channel, "source": "", "campaign": ""}
    return {**names, "customers": customers}


def test_a_cohort_stands_beside_that_of_the_year_before() -> None:
    now = answer_of("2026-11-01", "2026-11-30", click("2026-11", "email", 3), part="last_clicks")
    then = answer_of("2025-11-01", "2025-11-30", click("2025-11", "email", 2), part="last_clicks")
    [row] = compare_answers(now, then, "USD")["rows"]
    assert row["cohort"] == "2026-11"
    assert (row["previous"], row["change"]) == ({"customers": 2}, {"customers": "0.5000"})


def test_what_a_cut_list_does_not_show_is_unknown_and_not_nothing() -> None:
    now = answer_of(
        *("2026-11-01", "2026-11-30"),
        *(click("2026-11", "email", 3), click("2026-11", "direct", 2)),
        part="last_clicks",
    )
    then = answer_of(
        *("2025-11-01", "2025-11-30"),
        *(click("2025-11", "email", 2), click("2025-11", "social", 1)),
        part="last_clicks",
    )
    whole = compare_answers(now, then, "USD", ("cohort", 3))["rows"]
    assert [row["previous"]["customers"] for row in whole] == [2, 0, 1]
    assert [row["customers"] for row in whole] == [3, 2, 0]
    cut = compare_answers(now, then, "USD", ("cohort", 2))["rows"]
    assert [row["previous"]["customers"] for row in cut] == [2, None]
    assert [row["change"]["customers"] for row in cut] == ["0.5000", None]
