"""The hit queue, the secrets and the pipeline."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.awslambda.reconciliations import LambdaReconciliations
from headwater.adapters.secretsmanager.secrets import SecretsManagerSecrets
from headwater.adapters.sqs.hit_queue import SqsHitQueue
from headwater.adapters.stepfunctions.pipeline import StepFunctionsPipeline
from headwater.errors import ConflictError, RetriableError, UnknownResourceError
from tests.fakes import FakeHitQueue, FakePipeline, FakeSecrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headwater.usecases.ports import Secrets

type Client = Any
DEFINITION = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}


# --- the queue -----------------------------------------------------------------------------------


@pytest.fixture
def queue_url(aws: Callable[[str], Client], unique_name: str) -> str:
    url: str = aws("sqs").create_queue(QueueName=unique_name)["QueueUrl"]
    return url


def received(client: Client, queue_url: str) -> Iterator[str]:
    while messages := client.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get(
        "Messages"
    ):
        yield from (message["Body"] for message in messages)


def test_messages_beyond_one_batch_all_arrive(aws: Callable[[str], Client], queue_url: str) -> None:
    messages = [f"hit {n} é" for n in range(27)]
    SqsHitQueue(aws("sqs"), queue_url).send(messages)
    assert sorted(received(aws("sqs"), queue_url)) == sorted(messages)


def test_heavy_messages_are_sent_in_batches_that_the_queue_takes(
    aws: Callable[[str], Client], queue_url: str
) -> None:
    # Ten of these are 1 MB in UTF-8, four times what one call may carry.
    messages = [f"{n}" + "é" * 50_000 for n in range(10)]
    SqsHitQueue(aws("sqs"), queue_url).send(messages)
    assert sorted(received(aws("sqs"), queue_url)) == messages


def test_a_message_that_the_queue_refuses_is_a_reason_to_try_again() -> None:
    class Refusing:
        def send_message_batch(self, *, Entries: list[Any], **_: object) -> Any:  # noqa: ANN401, N803
            return {"Successful": Entries[1:], "Failed": Entries[:1]}

    client: Any = Refusing()
    with pytest.raises(RetriableError, match="1 of 3"):
        SqsHitQueue(client, "url").send(["a", "b", "c"])


def test_the_queue_in_memory_takes_messages_until_it_is_down() -> None:
    queue = FakeHitQueue()
    queue.send(["a", "b"])
    queue.is_down = True
    with pytest.raises(RetriableError):
        queue.send(["c"])
    assert queue.messages == ["a", "b"]


# --- secrets -------------------------------------------------------------------------------------


@pytest.fixture
def prefix(unique_name: str) -> str:
    return f"headwater-{unique_name}"


@pytest.fixture(params=["in_memory", "on_aws"])
def secrets(request: pytest.FixtureRequest, aws: Callable[[str], Client], prefix: str) -> Secrets:
    if request.param == "in_memory":
        return FakeSecrets()
    return SecretsManagerSecrets(aws("secretsmanager"), prefix)


def test_a_token_is_found_by_its_arn(secrets: Secrets) -> None:
    arn = secrets.put("acme", "store", "token-1")
    assert secrets.get(arn) == "token-1"


def test_a_new_token_replaces_the_old_one_under_the_same_arn(secrets: Secrets) -> None:
    arn = secrets.put("acme", "store", "token-1")
    assert secrets.put("acme", "store", "token-2") == arn
    assert secrets.get(arn) == "token-2"


def test_a_deleted_token_is_read_by_nobody_until_there_is_a_new_one(secrets: Secrets) -> None:
    arn = secrets.put("acme", "store", "token-1")
    for _ in range(2):
        secrets.delete(arn)
    with pytest.raises(UnknownResourceError):
        secrets.get(arn)
    assert secrets.get(secrets.put("acme", "store", "token-2")) == "token-2"


def test_of_two_that_replace_the_same_token_one_succeeds(secrets: Secrets) -> None:
    arn = secrets.put("acme", "store", "token-1")
    secrets.replace(arn, "token-2", was="token-1")
    with pytest.raises(ConflictError):
        secrets.replace(arn, "token-3", was="token-1")
    assert secrets.get(arn) == "token-2"
    secrets.replace(arn, "token-4", was="token-2")
    assert secrets.get(arn) == "token-4"


def test_a_token_that_never_was_is_deleted_in_silence(secrets: Secrets) -> None:
    arn = secrets.put("acme", "store", "token-1")
    secrets.delete(f"{arn[:-6]}zzzzzz")
    assert secrets.get(arn) == "token-1"


def test_each_source_of_each_account_has_its_own_secret(secrets: Secrets) -> None:
    arns = {
        secrets.put("acme", "store", "1"),
        secrets.put("acme", "west", "2"),
        secrets.put("other", "store", "3"),
    }
    assert [secrets.get(arn) for arn in sorted(arns)] == ["1", "2", "3"]


def test_an_unknown_secret_is_an_unknown_resource(secrets: Secrets) -> None:
    with pytest.raises(UnknownResourceError):
        secrets.get("arn:aws:secretsmanager:us-east-1:123456789012:secret:none-AbCdEf")


def test_a_secret_is_named_below_the_prefix_of_the_stack(
    aws: Callable[[str], Client], prefix: str
) -> None:
    client = aws("secretsmanager")
    arn = SecretsManagerSecrets(client, prefix).put("acme", "store", "token-1")
    assert client.describe_secret(SecretId=arn)["Name"] == f"{prefix}/acme/store"


def test_a_secret_that_is_scheduled_for_deletion_comes_back(
    aws: Callable[[str], Client], prefix: str
) -> None:
    client = aws("secretsmanager")
    secrets = SecretsManagerSecrets(client, prefix)
    arn = secrets.put("acme", "store", "token-1")
    client.delete_secret(SecretId=arn, RecoveryWindowInDays=7)
    with pytest.raises(UnknownResourceError):
        secrets.get(arn)
    assert secrets.put("acme", "store", "token-2") == arn
    assert secrets.get(arn) == "token-2"


# --- the pipeline --------------------------------------------------------------------------------


class RecordingFunctions:
    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def invoke(self, **call: object) -> dict[str, int]:
        self.calls.append(call)
        return {"StatusCode": 202}


@pytest.fixture
def functions() -> RecordingFunctions:
    return RecordingFunctions()


@pytest.fixture
def state_machine(aws: Callable[[str], Client], unique_name: str) -> str:
    arn: str = aws("stepfunctions").create_state_machine(
        name=unique_name,
        definition=json.dumps(DEFINITION),
        roleArn="arn:aws:iam::123456789012:role/pipeline",
    )["stateMachineArn"]
    return arn


@pytest.fixture
def pipeline(
    aws: Callable[[str], Client], functions: RecordingFunctions, state_machine: str
) -> StepFunctionsPipeline:
    invoked: Any = functions
    return StepFunctionsPipeline(
        aws("stepfunctions"), invoked, state_machine_arn=state_machine, pull_function="pull"
    )


def inputs(client: Client, state_machine: str) -> list[dict[str, Any]]:
    executions = client.list_executions(stateMachineArn=state_machine)["executions"]
    return [
        json.loads(client.describe_execution(executionArn=e["executionArn"])["input"])
        for e in executions
    ]


def test_a_run_starts_one_execution_however_often_it_is_started(
    aws: Callable[[str], Client], pipeline: StepFunctionsPipeline, state_machine: str
) -> None:
    pipeline.start("acme", "20261120T140000Z-ab12", more=True)
    pipeline.start("acme", "20261120T140000Z-ab12", more=False)
    assert inputs(aws("stepfunctions"), state_machine) == [
        {"account": "acme", "run": "20261120T140000Z-ab12", "more": True}
    ]


def test_runs_of_two_accounts_may_have_one_name(
    aws: Callable[[str], Client], pipeline: StepFunctionsPipeline, state_machine: str
) -> None:
    for account in ("acme", "other"):
        pipeline.start(account, "r1", more=False)
    started = inputs(aws("stepfunctions"), state_machine)
    assert sorted(run["account"] for run in started) == ["acme", "other"]


def test_a_pull_is_invoked_without_waiting_for_it(
    pipeline: StepFunctionsPipeline, functions: RecordingFunctions
) -> None:
    pipeline.pull("acme")
    (call,) = functions.calls
    assert (call["FunctionName"], call["InvocationType"]) == ("pull", "Event")
    assert json.loads(call["Payload"]) == {"account": "acme"}


def test_a_reconciliation_is_invoked_without_waiting_for_it(functions: RecordingFunctions) -> None:
    invoked: Any = functions
    reconciliations = LambdaReconciliations(invoked, "reconcile")
    reconciliations.start("acme", date(2026, 11, 14), date(2026, 11, 20))
    (call,) = functions.calls
    assert (call["FunctionName"], call["InvocationType"]) == ("reconcile", "Event")
    assert json.loads(call["Payload"]) == {
        "account": "acme",
        "from": "2026-11-14",
        "to": "2026-11-20",
    }


def test_the_pipeline_in_memory_remembers_what_was_started() -> None:
    pipeline = FakePipeline()
    pipeline.pull("acme")
    for more in (True, False):
        pipeline.start("acme", "r1", more=more)
    assert (pipeline.pulled, pipeline.started) == (["acme"], [("acme", "r1", True)])
