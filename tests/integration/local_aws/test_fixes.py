import json
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


_LOG_OFTEN = """
import io, json, time, types, zipfile
from ministack.core import lambda_runtime

waits = []
lambda_runtime.time = types.SimpleNamespace(
    time=time.time, monotonic=time.monotonic, sleep=lambda s: waits.append(s) or time.sleep(s)
)
{apply}
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("app.py", "def handle(event, context): print(*event, sep=chr(10), end='')")
arn = "arn:aws:lambda:us-east-1:000000000000:function:speaker"
config = {{"FunctionArn": arn, "Handler": "app.handle", "Runtime": "python3.13", "Timeout": 60}}
worker = lambda_runtime.Worker("speaker", config, code.getvalue())
said = [worker.invoke(lines, "id")["log"] for lines in ([], ["one", "two"], ["three", ""], [])]
lambda_runtime.kill_workers([worker])
print(json.dumps([said, bool(waits)]))
"""
_MARK_ENDS = "from local.aws.fixes import ends_of_logs; ends_of_logs.apply()"


def test_a_log_is_read_to_its_end_without_waiting_for_silence() -> None:
    python = Environments.found().emulator_python
    program = _LOG_OFTEN.format(apply=_MARK_ENDS)
    answer = subprocess.check_output([python, "-c", program], cwd=REPOSITORY, text=True)

    assert json.loads(answer) == [["", "one\ntwo", "three", ""], False]


def test_without_the_fix_an_answer_waits_for_silence() -> None:
    python = Environments.found().emulator_python
    program = _LOG_OFTEN.format(apply="")
    answer = subprocess.check_output([python, "-c", program], cwd=REPOSITORY, text=True)

    assert json.loads(answer)[1] is True
