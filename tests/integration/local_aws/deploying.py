"""Small things to deploy in a test: a function from its source, a stack, a state machine."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from textwrap import dedent
from typing import Any

# What boto3 makes at run time, and what JSON may be.
type Client = Any
type Json = Any

ROLE = "arn:aws:iam::000000000000:role/any"

_DEADLINE_SECONDS = 20.0


def archive(files: Mapping[str, str]) -> bytes:
    """Zip source texts by their paths."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        for path, text in files.items():
            target.writestr(path, dedent(text))
    return content.getvalue()


def wait_for[Answer](question: Callable[[], Answer | None]) -> Answer:
    """Ask again and again until there is an answer, and return it."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not (answer := question()):
        assert time.monotonic() < deadline, "what we are waiting for did not happen"
        time.sleep(0.02)
    return answer


class Functions:
    """Makes and invokes functions through a Lambda client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def create(self, name: str, source: str, **configuration: Json) -> str:
        """Deploy a module whose `handle` is the handler; return the function's ARN."""
        settings = {"Role": ROLE, "Runtime": "python3.13", "Timeout": 20, **configuration}
        created = self._client.create_function(
            FunctionName=name,
            Handler="app.handle",
            Code={"ZipFile": archive({"app.py": source})},
            **settings,
        )
        return str(created["FunctionArn"])

    def invoke(self, name: str, event: Json = None) -> Json:
        answer = self._client.invoke(FunctionName=name, Payload=json.dumps(event or {}))
        return json.loads(answer["Payload"].read())


class Stack:
    """A CloudFormation stack that is created by its first deployment and updated by later ones."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name
        self._exists = False

    def deploy(self, resources: Mapping[str, Any]) -> None:
        """Deploy these resources and no others; `AWS::Serverless` ones may be among them."""
        template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}
        change, event = ("update_stack", "update") if self._exists else ("create_stack", "create")
        getattr(self._client, change)(
            StackName=self._name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        done = self._client.get_waiter(f"stack_{event}_complete")
        done.wait(StackName=self._name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 200})
        self._exists = True

    def physical_id(self, logical_id: str) -> str:
        resource = self._client.describe_stack_resource(
            StackName=self._name, LogicalResourceId=logical_id
        )
        return str(resource["StackResourceDetail"]["PhysicalResourceId"])


class StateMachines:
    """Runs state machines to their end through a Step Functions client."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name

    def run(self, definition: Mapping[str, Any], payload: Json = None) -> dict[str, Any]:
        """Create a state machine and execute it once."""
        machine = self._client.create_state_machine(
            name=self._name, definition=json.dumps(definition), roleArn=ROLE
        )
        return self.execute(machine["stateMachineArn"], payload)

    def execute(self, arn: str, payload: Json = None) -> dict[str, Any]:
        started = self._client.start_execution(stateMachineArn=arn, input=json.dumps(payload or {}))

        def ended() -> dict[str, Any] | None:
            now: dict[str, Any] = self._client.describe_execution(
                executionArn=started["executionArn"]
            )
            return None if now["status"] == "RUNNING" else now

        return wait_for(ended)
