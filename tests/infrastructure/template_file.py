"""The template as plain values: ``!Sub x`` reads as ``{"Fn::Sub": x}``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[2]

type Json = dict[str, Any]


class _TemplateLoader(yaml.SafeLoader):
    """SafeLoader with the short forms of CloudFormation's functions."""


def _function(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> Json:
    value: object
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
        case _:
            raise AssertionError(node)
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


_TemplateLoader.add_multi_constructor("!", _function)


@cache
def load_template() -> Json:
    """Read template.yaml, which takes a while, once; it is nobody's to change."""
    loader = _TemplateLoader((REPOSITORY / "template.yaml").read_text())
    try:
        return dict(loader.get_single_data())
    finally:
        loader.dispose()


def resources_of(template: Json, kind: str) -> dict[str, Json]:
    """Return the properties of all resources of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def functions_of(template: Json) -> dict[str, Json]:
    """Return the functions' own properties, without those of Globals."""
    return resources_of(template, "AWS::Serverless::Function")


def step_of(logical_id: str) -> str:
    """Return the step of a function: ``PullOrdersFunction`` is pull_orders."""
    words = logical_id.removesuffix("Function")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in words).lstrip("_")


def statements_of(template: Json) -> Iterator[tuple[str, Json]]:
    """Yield every policy statement that we wrote, with the logical id of who has it."""
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        documents = [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
        documents += [policy for policy in properties.get("Policies", []) if "Statement" in policy]
        for document in documents:
            for statement in document["Statement"]:
                yield name, statement


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    """Return a value that may stand alone where a list is meant."""
    return value if isinstance(value, list) else [value]


def variables_of(function: Json) -> Json:
    """Return a function's own environment variables."""
    return dict(function.get("Environment", {}).get("Variables", {}))


def alarms_on(template: Json, metric: str) -> list[Any]:
    """Return the first dimension's value of every alarm on a metric."""
    alarms = resources_of(template, "AWS::CloudWatch::Alarm").values()
    return [alarm["Dimensions"][0]["Value"] for alarm in alarms if alarm["MetricName"] == metric]
