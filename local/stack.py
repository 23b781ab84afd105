"""The deployed system on local AWS: the production commands, and where their outputs answer."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from local.aws.launcher import REGION, LocalAws
from local.build_tracker import build_tracker
from local.layers import compile_layers
from local.setup import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

REPOSITORY = Path(__file__).resolve().parents[1]
STACK = "headwater"

# What a build is made of, and with `samconfig.toml` a deployment.
_SOURCES = ("template.yaml", "samconfig.toml", "functions", "layers", "statemachines")
_BUILT = REPOSITORY / ".aws-sam"


class DeploymentError(RuntimeError):
    """The SAM CLI failed; the message holds what it printed last."""


@dataclass(frozen=True)
class Environments:
    """The Python environments that `make setup` makes."""

    emulator_python: Path
    lambda_python: Path
    sam: Path

    @classmethod
    def found(cls) -> Environments:
        """Return the environments that the variables name, or those below `.local`."""
        venvs = REPOSITORY / ".local" / "venvs"
        return cls(
            Path(os.environ.get("HEADWATER_EMULATOR_PYTHON", venvs / "emulator/bin/python")),
            Path(os.environ.get("HEADWATER_LAMBDA_PYTHON", venvs / "lambda/bin/python")),
            Path(os.environ.get("HEADWATER_SAM", venvs / "sam/bin/sam")),
        )

    def runtime(self) -> str:
        """Return the Lambda runtime that fits the environment of the functions."""
        spelled = 'import sys; print("python%d.%d" % sys.version_info[:2])'
        return subprocess.check_output([self.lambda_python, "-c", spelled], text=True).strip()


class DeployedStack:
    """A stack on local AWS: its outputs, and clients that talk to it."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        (described,) = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        self.outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes clients at run time
        """Return a client of a service of local AWS."""
        return local_client(self.aws, service)

    @property
    def collector_url(self) -> str:
        """The collector's base URL on this machine."""
        return self.aws.api_url(self.outputs["CollectorApiId"])

    @property
    def reports_url(self) -> str:
        """The reports API's base URL on this machine."""
        return self.aws.api_url(self.outputs["ReportsApiId"])

    def run_schedule(self, account: str = "") -> None:
        """Invoke what the schedule names, as it does at 9:00, and wait for the invocation.

        With an account, do as that invocation does for each of them, for this one alone.

        The emulator keeps the schedule but evaluates it in UTC, so the clock is not waited for.
        """
        schedule = self.client("scheduler").get_schedule(Name=self.outputs["ScheduleName"])
        target = schedule["Target"]
        said = json.dumps({"account": account}) if account else target.get("Input") or "{}"
        self.client("lambda").invoke(FunctionName=target["Arn"], Payload=said)

    def errors(self, most: int = 20) -> list[str]:
        """Return what the functions logged as errors, oldest first, the last ones only."""
        logs = self.client("logs")
        groups = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
        events = [
            (event["timestamp"], f"{group['logGroupName']}: {event['message'].strip()}")
            for group in groups
            for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
            if any(sign in event["message"] for sign in _ERROR_SIGNS)
        ]
        return [message for _, message in sorted(events)[-most:]]


# How Powertools, the edge's own logger and the runtime spell an error.
_ERROR_SIGNS = ('"level":"ERROR"', '"level": "ERROR"', "Traceback (most recent call last)")


def local_client(aws: LocalAws, service: str) -> Any:  # noqa: ANN401
    """Return a boto3 client of an emulator."""
    # boto3-stubs type a client by a literal name; here the name is a variable.
    make_client: Any = boto3.client
    return make_client(
        service,
        endpoint_url=aws.endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator takes any
        # A function may work for a quarter of an hour before it answers.
        config=Config(retries={"total_max_attempts": 1}, read_timeout=900),
    )


def deploy(
    aws: LocalAws,
    environments: Environments,
    parameters: Mapping[str, str],
    say: Callable[[str], None] = lambda _: None,
) -> DeployedStack:
    """Build the sources and deploy them, each only if it was not done for these sources already.

    Raises:
        DeploymentError: the SAM CLI failed.
    """
    runtime = environments.runtime()
    # Nothing is paid for here, and whoever plays with a shop wants to see his visit.
    chosen = {"LambdaRuntime": runtime, "HitBatchingSeconds": "2", **parameters}
    _build_tracker(say)
    build(aws, environments, runtime, say)
    version = f"{source_hash()} {sorted(chosen.items())}"
    if _deployed_version(aws) != version:
        say("deploying")
        # The SAM CLI takes what follows a blank for another parameter.
        overrides = [f'{name}="{value}"' for name, value in chosen.items()]
        _sam(aws, environments, "deploy", "--parameter-overrides", *overrides)
        local_client(aws, "ssm").put_parameter(
            Name=_VERSION_PARAMETER, Value=version, Type="String", Overwrite=True
        )
    return DeployedStack(aws)


def _build_tracker(say: Callable[[str], None]) -> None:
    """Build the tracking script, which is a source of the layer: before the sources are hashed."""
    if shutil.which("node") is None:
        say("without the tracking script: Node is not installed")
        return
    try:
        with _only_one(REPOSITORY / ".local" / "tracker.lock"):
            build_tracker()
    except SetupError as error:
        raise DeploymentError(str(error)) from None


# Kept beside the stack, so that it is lost with it.
_VERSION_PARAMETER = "/headwater-local/deployed-version"


def build(
    aws: LocalAws, environments: Environments, runtime: str, say: Callable[[str], None]
) -> None:
    """Build the sources; several processes that want the same build wait for one."""
    stamp = _BUILT / "headwater-sources"
    version = f"{source_hash()} {runtime}"
    with _only_one(REPOSITORY / ".local" / "build.lock"):
        if stamp.exists() and stamp.read_text() == version:
            return
        say("building")
        _sam(aws, environments, "build", "--parameter-overrides", f"LambdaRuntime={runtime}")
        compile_layers(_BUILT / "build", environments.lambda_python)
        _pack_dependencies()
        stamp.write_text(version)


def _pack_dependencies() -> None:
    """Pack the big layer once.

    A deployment would do so each time, and compress it well: most of what it takes. An archive it
    uploads as it is, and between two programs on one machine size costs nothing.
    """
    folder = _BUILT / "build" / "DependenciesLayer"
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, path.relative_to(folder))
    template = _BUILT / "build" / "template.yaml"
    text = template.read_text()
    template.write_text(
        text.replace(f"ContentUri: {folder.name}\n", f"ContentUri: {archive.name}\n")
    )


def source_hash() -> str:
    """Return the hash of everything that a deployment is made of."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        root = REPOSITORY / name
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(REPOSITORY)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _deployed_version(aws: LocalAws) -> str:
    parameters = local_client(aws, "ssm").get_parameters(Names=[_VERSION_PARAMETER])["Parameters"]
    return str(parameters[0]["Value"]) if parameters else ""


def _sam(aws: LocalAws, environments: Environments, *arguments: str) -> None:
    environment = aws.environment()
    # `sam build` insists on the runtime's own Python, first on PATH.
    environment["PATH"] = f"{environments.lambda_python.parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [environments.sam, *arguments],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-40:])
        message = f"sam {arguments[0]} failed:\n{tail}"
        raise DeploymentError(message)


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def kept_port(path: Path) -> int:
    """Return the port kept in a file, or 0 for a free one.

    A source remembers its store's URL, so the store stays where it was.
    """
    return int(path.read_text()) if path.exists() else 0
