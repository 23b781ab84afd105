"""What the server of processes imports ahead: their program, and what boto3 reads from files."""

from tests.integration.pipeline.installation import Installation
from tests.integration.pipeline.office import SERVICES

_NOWHERE = Installation("http://127.0.0.1", {}, "")
for _service in SERVICES:
    _NOWHERE.client(_service).close()
