"""A state machine may be defined in YAML, as on AWS.

Symptom: CloudFormation stores the YAML text of `DefinitionUri: x.asl.yaml` as it is, and each
execution then fails with `InvalidDefinition`.

Remedy: turn a definition that is not JSON into JSON when CloudFormation reads it.
"""

import json

import yaml
from ministack.services.cloudformation import provisioners


def apply() -> None:
    """Convert YAML definitions of state machines."""
    original = provisioners._sfn_definition

    def definition(props):
        text = original(props)
        if text.lstrip().startswith("{"):
            return text
        # YAML reads a bare 2026-01-31 as a date; in a definition it is a string.
        return json.dumps(yaml.safe_load(text), default=str)

    provisioners._sfn_definition = definition
