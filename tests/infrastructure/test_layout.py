"""One name per step, spelled the same wherever the step appears."""

import ast
from typing import Any

import pytest

from tests.infrastructure.template_file import REPOSITORY, functions_of, step_of

type Json = dict[str, Any]

LONGEST_HANDLER = 40

FOLDERS = {path.parent.name for path in REPOSITORY.glob("functions/*/app.py")}
EVENTS = {path.stem for path in REPOSITORY.glob("events/*.json")}
USE_CASES = REPOSITORY / "layers" / "headwater" / "headwater" / "usecases"

# States that call a step's function for something else than the step itself.
OTHER_STATES = {
    "List marked days": "export_facts",
    "Record failure": "finish_run",
    "Merge buckets": "attribute_orders",
}


def template_steps(template: Json) -> dict[str, Json]:
    return {
        step_of(logical_id): function for logical_id, function in functions_of(template).items()
    }


def task_states(states: Json) -> dict[str, Json]:
    """All task states of a machine, those inside its maps included."""
    found: Json = {}
    for name, state in states.items():
        if state["Type"] == "Task":
            found[name] = state
        elif state["Type"] == "Map":
            found |= task_states(state["ItemProcessor"]["States"])
    return found


def test_there_are_functions() -> None:
    assert FOLDERS


def test_every_function_folder_is_in_the_template(template: Json) -> None:
    assert set(template_steps(template)) == FOLDERS


def test_every_function_has_a_sample_event_and_every_event_a_function() -> None:
    assert EVENTS == FOLDERS


def test_every_function_is_built_from_the_folder_of_its_name(template: Json) -> None:
    folders = {step: function["CodeUri"] for step, function in template_steps(template).items()}

    assert folders == {step: f"functions/{step}/" for step in folders}


def test_every_function_is_deployed_under_the_name_of_its_step(template: Json) -> None:
    names = {step: f["FunctionName"] for step, f in template_steps(template).items()}

    assert names == {
        step: {"Fn::Sub": f"${{AWS::StackName}}-{step.replace('_', '-')}"} for step in names
    }


@pytest.mark.parametrize("step", sorted(FOLDERS))
def test_a_function_calls_the_use_case_of_its_name(step: str) -> None:
    app = ast.parse((REPOSITORY / "functions" / step / "app.py").read_text())
    imported = {node.module for node in ast.walk(app) if isinstance(node, ast.ImportFrom)}

    assert (USE_CASES / f"{step}.py").exists()
    assert f"headwater.usecases.{step}" in imported


@pytest.mark.parametrize("step", sorted(FOLDERS))
def test_a_step_has_a_test_of_its_name(step: str) -> None:
    assert list(REPOSITORY.glob(f"tests/**/test_{step}.py"))


@pytest.mark.parametrize("step", sorted(FOLDERS))
def test_a_function_folder_holds_an_entry_point_and_nothing_else(step: str) -> None:
    folder = REPOSITORY / "functions" / step
    files = {path.name for path in folder.iterdir() if path.name != "__pycache__"}

    assert files == {"__init__.py", "app.py"}


@pytest.mark.parametrize("step", sorted(FOLDERS))
def test_a_handler_is_short(step: str) -> None:
    module = ast.parse((REPOSITORY / "functions" / step / "app.py").read_text())
    lengths = {
        node.name: (node.end_lineno or 0) - node.lineno + 1
        for node in module.body
        if isinstance(node, ast.FunctionDef)
    }

    assert lengths.get("lambda_handler"), "it has no lambda_handler"
    assert max(lengths.values()) <= LONGEST_HANDLER


def test_a_state_is_named_after_the_step_that_it_calls(machine: Json) -> None:
    calls = {
        name: state["Parameters"]["FunctionName"]
        for name, state in task_states(machine["States"]).items()
    }
    steps = {name: OTHER_STATES.get(name, name.lower().replace(" ", "_")) for name in calls}

    assert calls == {
        name: "${" + "".join(word.title() for word in step.split("_")) + "FunctionArn}"
        for name, step in steps.items()
    }
    assert set(steps.values()) <= FOLDERS


def test_each_decision_has_a_number_of_its_own_from_one_on() -> None:
    records = sorted(REPOSITORY.glob("docs/adr/*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))


def test_each_decision_is_headed_by_its_number() -> None:
    for record in REPOSITORY.glob("docs/adr/*.md"):
        heading = record.read_text("utf-8").partition("\n")[0]
        assert heading.startswith(f"# {int(record.name[:4])}. "), record.name
