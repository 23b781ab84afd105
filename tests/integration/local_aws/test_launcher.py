"""`LocalAws` itself: its port, its state, its neighbors, and what it leaves behind."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from local.aws.launcher import LocalAws, LocalAwsError
from tests.integration.local_aws.deploying import Functions, Json, wait_for

type ClientOf = Callable[[LocalAws, str], Any]
type Launcher = Callable[..., LocalAws]

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def launcher(
    tmp_path: Path, emulator_python: Path, lambda_python: Path, without_fixes: list[str]
) -> Launcher:
    """Local AWS in a folder of this test, not yet started."""

    def make(folder: str = "aws", **options: Json) -> LocalAws:
        chosen = {"without_fixes": without_fixes, **options}
        return LocalAws(tmp_path / folder, emulator_python, lambda_python, **chosen)

    return make


def _queues(client_of: ClientOf, aws: LocalAws) -> list[str]:
    return [str(url) for url in client_of(aws, "sqs").list_queues().get("QueueUrls", [])]


def _processes_of_group(group: int) -> list[str]:
    listing = subprocess.run(
        ["/bin/ps", "-e", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=2) for line in listing.stdout.splitlines()]
    # A killed orphan stays a zombie until the machine's first process gets round to it.
    return [args for pgid, state, args in rows if int(pgid) == group and "Z" not in state]


def test_state_and_port_survive_a_restart(launcher: Launcher, client_of: ClientOf) -> None:
    with launcher() as first:
        client_of(first, "sqs").create_queue(QueueName="hits")
        made = _queues(client_of, first)
    with launcher() as second:
        kept = _queues(client_of, second)

    assert first.port == second.port
    assert kept == made == [f"{first.endpoint}/000000000000/hits"]


def test_two_run_side_by_side(launcher: Launcher, client_of: ClientOf) -> None:
    with launcher("one") as one, launcher("two") as two:
        client_of(one, "sqs").create_queue(QueueName="hits")

        assert _queues(client_of, one)
        assert not _queues(client_of, two)


def test_a_reset_deletes_everything(launcher: Launcher, client_of: ClientOf) -> None:
    with launcher() as aws:
        client_of(aws, "sqs").create_queue(QueueName="hits")

        aws.reset()

        assert not _queues(client_of, aws)


def test_stopping_leaves_no_process_and_no_temporary_folder(
    launcher: Launcher, client_of: ClientOf, tmp_path: Path
) -> None:
    with launcher(persist=False) as aws:
        functions = Functions(client_of(aws, "lambda"))
        functions.create("sleeper", "def handle(event, context): return 1")
        functions.invoke("sleeper")
        group = aws.pid
        assert len(_processes_of_group(group)) == 2
        assert list((tmp_path / "aws" / "tmp").glob("ministack-lambda-*"))

    assert not _processes_of_group(group)
    assert not list((tmp_path / "aws" / "tmp").glob("ministack-lambda-*"))


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whoever_is_ended_takes_the_emulator_along(
    tmp_path: Path, emulator_python: Path, lambda_python: Path, ending: signal.Signals
) -> None:
    # Who runs the tests in the background of a script hands an ignored Ctrl-C down.
    program = """
        import signal
        import sys
        from pathlib import Path
        from local.aws.launcher import LocalAws

        signal.signal(signal.SIGINT, signal.default_int_handler)
        with LocalAws(*map(Path, sys.argv[1:])) as aws:
            print(aws.pid, flush=True)
            sys.stdin.read()
    """
    arguments = [tmp_path / "aws", emulator_python, lambda_python]
    with subprocess.Popen(
        [sys.executable, "-c", dedent(program), *arguments],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as owner:
        assert owner.stdout is not None
        group = int(owner.stdout.readline())
        assert _processes_of_group(group)

        owner.send_signal(ending)
        owner.wait(timeout=30)

        wait_for(lambda: not _processes_of_group(group))


def test_an_emulator_that_does_not_start_is_reported_with_the_end_of_its_log(
    launcher: Launcher, tmp_path: Path
) -> None:
    aws = launcher(without_fixes=["no_such_fix"])

    with pytest.raises(LocalAwsError, match="no_such_fix"):
        aws.start()

    assert "invalid choice" in (tmp_path / "aws" / "emulator.log").read_text()


def test_an_environment_points_at_local_aws_only(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "packages.example")
    base = {"PATH": "/bin", "AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "real"}

    environment = launcher().environment(base)

    assert environment["PATH"] == "/bin"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & environment.keys()
    assert environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert environment["no_proxy"] == "packages.example,127.0.0.1,localhost"
