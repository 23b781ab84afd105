from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headwater.errors import LeaseLostError
from tests.lambda_side import RUN, sample

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide


@pytest.fixture
def marked(side: LambdaSide) -> LambdaSide:
    """A run of an account with one order and one click."""
    side.workshop.order(7, "2026-11-20 15:00")
    side.workshop.click("2026-11-19 09:00", source="google", medium="cpc")
    side.workshop.begin(RUN)
    return side


def test_the_list_hands_the_machine_what_it_reads(marked: LambdaSide) -> None:
    answer = marked.invoke("export_facts", sample("export_facts"))
    assert answer == {
        "account": "acme",
        "run": RUN,
        "exports": f"runs/account=acme/run={RUN}/exports.json",
        "months": 2,
        "buckets": [{"account": "acme", "run": RUN, "bucket": 0, "of": 1}],
        "bucket_count": 1,
    }


def test_each_item_of_the_list_is_exported(marked: LambdaSide) -> None:
    listed = marked.invoke("export_facts", sample("export_facts"))
    items = marked.workshop.lake.get_json(listed["exports"])
    answers = [marked.invoke("export_facts", item) for item in items]
    # A click; and an order with its line and the line for the rest.
    assert sorted((each["rows"], each["objects"]) for each in answers) == [(1, 1), (3, 2)]
    assert len(marked.workshop.facts.objects) == 3


def test_a_lost_lease_leaves_the_handler_under_its_own_name(side: LambdaSide) -> None:
    with pytest.raises(LeaseLostError):
        side.invoke("export_facts", sample("export_facts"))
