import subprocess
from pathlib import Path

import pytest

from local.aws import fixes
from local.stack import REPOSITORY, Environments


def test_every_fix_is_applied() -> None:
    modules = {path.stem for path in Path(fixes.__file__).parent.glob("*.py")}

    assert modules - {"__init__"} == set(fixes.NAMES)


_EVALUATE_OFTEN = """
from ministack.services import dynamodb

split = dynamodb._tokenize
seen = []
dynamodb._tokenize = lambda text: seen.append(text) or split(text)
{apply}
items = [{{"number": {{"N": str(n)}}}} for n in range(50)]
below = [
    dynamodb._evaluate_condition("#n < :most", item, {{":most": {{"N": "7"}}}}, {{"#n": "number"}})
    for item in items
]
print(len(seen), sum(below))
"""
_REMEMBER = "from local.aws.fixes import remembered_expressions; remembered_expressions.apply()"


@pytest.mark.parametrize(("apply", "looks"), [("", 50), (_REMEMBER, 1)])
def test_an_expression_is_parsed_once_for_all_items_that_it_is_tried_on(
    apply: str, looks: int
) -> None:
    python = Environments.found().emulator_python
    program = _EVALUATE_OFTEN.format(apply=apply)
    said = subprocess.check_output([python, "-c", program], cwd=REPOSITORY, text=True)

    assert said.split() == [str(looks), "7"]
