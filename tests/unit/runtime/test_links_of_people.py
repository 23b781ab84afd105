"""The templates of reports about people lead to the people and orders behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from headwater.runtime.api.models_figures import FollowedFigure
from tests.following import expand
from tests.lambda_side import OWNER

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

_ASKED = {
    "leads": "range=last_30_days&by=source,opt_in_kind&model=linear&revenue=gross",
    "lags": "part=percentiles&by=source,ad&where=source != 'x y'",
    "lags of a bucket": "part=distribution&by=channel",
    "forecast": "model=linear_all&orders=all&horizon=7&revenue=gross&by=source,medium",
    "journeys": "range=last_30_days&orders=new",
    "subscriptions": "range=last_30_days&part=months&revenue=gross",
}


@pytest.mark.parametrize(
    ("asked", "of", "holds"),
    [
        ("leads", "leads", "leads"),
        ("leads", "gross", "orders"),
        ("leads", "epl", None),
        ("lags", "touch_to_purchase_customers", "contacts"),
        ("lags of a bucket", "share", None),
        ("forecast", "orders", "orders"),
        ("forecast", "running_days", "clicks"),
        ("journeys", "net", "orders"),
        ("subscriptions", "monthly_gross", "chains"),
        ("subscriptions", "monthly_per_active", None),
    ],
)
def test_a_link_is_answered_as_the_report_was(
    reported: LambdaSide, asked: str, of: str, holds: str | None
) -> None:
    report, _, _ = asked.partition(" ")
    told = reported.call(f"GET /v1/reports/{report}", caller=OWNER, query=_ASKED[asked])["json"]
    link = unquote(expand(told["follow"], {**told["rows"][0], "of": of}))
    path, _, query = link.partition("?")
    assert path == f"/v1/reports/{report}/rows"
    answer = reported.call(
        "GET /v1/reports/{report}/rows", caller=OWNER, query=query, report=report
    )
    assert answer["statusCode"] == 200
    followed = FollowedFigure.model_validate(answer["json"])
    assert followed.parameters == told["parameters"]
    assert followed.holds == holds
    assert bool(followed.parts) == (holds is None)
