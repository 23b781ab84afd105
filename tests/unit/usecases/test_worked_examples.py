"""Every example of docs/attribution-models.md, run through the pipeline."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from headwater.domain.models import MODELS
from tests.workshop import Workshop

PAGE = Path("docs/attribution-models.md").read_text()
EXAMPLES = re.findall(r"```journey\n([^`]*)```\n+((?:\|.*\n)+)", PAGE)


def played(journey: str) -> Workshop:
    """Do what a journey says, line by line, and run."""
    shop = Workshop()
    for line in journey.splitlines():
        kind, day, hour, *rest = line.split()
        when = f"{day} {hour}"
        if kind == "order":
            shop.order(1, when, rest[0])
        elif kind == "opt-in":
            shop.opt_in(when)
        elif rest == ["(direct)"]:
            shop.click(when)
        else:
            source, _, medium, *campaign = rest
            shop.click(when, source=source, medium=medium, campaign=" ".join(campaign))
    shop.run(reported=False)
    return shop


def cells(table: str) -> dict[str, dict[str, str]]:
    """Return model → campaign → credit of the cells that are filled."""
    (_, *campaigns), _, *rows = (
        [cell.strip().strip("`") for cell in line.strip("|\n").split("|")]
        for line in table.splitlines()
    )
    return {
        model: {
            campaign: amount for campaign, amount in zip(campaigns, amounts, strict=True) if amount
        }
        for model, *amounts in rows
    }


@pytest.mark.parametrize(("journey", "table"), EXAMPLES)
def test_the_pages_examples_come_out_as_they_are_printed(journey: str, table: str) -> None:
    shop = played(journey)
    for model, printed in cells(table).items():
        found = {
            campaign or "(direct)": credit for campaign, credit in shop.credited(1, model).items()
        }
        assert found == printed, model
        if model != "full_impact":
            assert sum(map(Decimal, printed.values())) == Decimal("100.00")


def test_the_page_shows_every_model_that_needs_no_training() -> None:
    assert set(cells(EXAMPLES[0][1])) == set(MODELS) - {"markov"}
