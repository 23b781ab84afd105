"""The template of a report with parts leads from each part's rows to what stands behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from headwater.domain.row_views import flat_row
from headwater.runtime.api.models_figures import FollowedFigure
from tests.following import expand
from tests.lambda_side import OWNER

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide


@pytest.mark.parametrize(
    ("report", "part", "of", "holds"),
    [
        ("coverage", "revenue", "net", "orders"),
        ("coverage", "cost", "cost", "cost"),
        ("coverage", "causes", "orders", "orders"),
        ("coverage", "revenue", "health_touches", "visits"),
        ("health", "windows", "orders", "orders"),
        ("health", "landings", "sessions", "visits"),
    ],
)
def test_a_link_of_a_part_is_answered(
    reported: LambdaSide, report: str, part: str, of: str, holds: str
) -> None:
    query = f"range=last_30_days&part={part}"
    told = reported.call(f"GET /v1/reports/{report}", caller=OWNER, query=query)["json"]
    [row] = [row for row in told["rows"][:1] if of in row] or [{}]
    path, _, query = unquote(expand(told["follow"], {**row, "of": of})).partition("?")
    assert path == f"/v1/reports/{report}/rows"
    answer = reported.call(
        "GET /v1/reports/{report}/rows", caller=OWNER, query=query, report=report
    )
    assert answer["statusCode"] == 200
    followed = FollowedFigure.model_validate(answer["json"])
    assert followed.holds == holds
    whole = flat_row({**told["totals"], "health": told.get("health", {})})
    assert followed.value == (row or whole)[of]
