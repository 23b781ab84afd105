from __future__ import annotations

import json
from typing import TYPE_CHECKING

from headwater.domain.nodes import email_node
from tests.lambda_side import OWNER, logged, sample

if TYPE_CHECKING:
    import pytest

    from tests.lambda_side import LambdaSide

ERASE = "DELETE /v1/contacts/{contact}"
ANN = email_node("ann@example.com")


def test_a_contact_is_erased_and_what_copies_remain_is_said(
    reported: LambdaSide, caplog: pytest.LogCaptureFixture
) -> None:
    answer = reported.call(ERASE, caller=OWNER, contact="ann@example.com")
    assert answer["statusCode"] == 200
    assert answer["json"]["orders_blanked"] > 0
    days = [answer["json"][f"{name}_until"] for name in ("earlier_runs", "raw_pages", "backups")]
    assert days == ["2026-11-30", "2026-12-21", "2026-12-26"]
    again = reported.call(ERASE, caller=OWNER, contact=ANN)["json"]
    assert again["orders_blanked"] == 0
    assert "@" not in answer["body"]
    assert "@example.com" not in logged(caplog)


def test_before_the_first_run_an_email_is_enough(side: LambdaSide) -> None:
    side.workshop.order(1, "2026-11-10 15:00")
    answer = side.call(ERASE, caller=OWNER, contact="ann@example.com")
    assert answer["json"]["orders_blanked"] == 1


def test_the_sample_event_is_answered(reported: LambdaSide) -> None:
    answer = reported.invoke("erase_contact", sample("erase_contact"))
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["detail"] == "contact: nothing is known of such a person"
