"""What the template tells the functions is what the functions ask for."""

from dataclasses import fields
from typing import Any

from headwater.runtime.settings import Settings
from tests.infrastructure.template_file import functions_of, variables_of

# Read by Powertools and the logging of the edge, not by our settings.
OF_THE_LOGS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "LOG_LEVEL"}


def test_the_settings_are_the_variables_of_the_template(template: dict[str, Any]) -> None:
    told = {name for function in functions_of(template).values() for name in variables_of(function)}

    assert told == {field.name.upper() for field in fields(Settings)} - OF_THE_LOGS
