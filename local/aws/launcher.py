"""`LocalAws`: an emulator for as long as a `with` block lasts."""

import contextlib
import http.client
import logging
import os
import signal
import subprocess
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from local.aws.state_directory import StateDirectory

logger = logging.getLogger(__name__)

REGION = "us-east-1"

_REPOSITORY = Path(__file__).resolve().parents[2]

# Measured: 0.5 s to start, 1.5 s with 100,000 saved items; 5 s to stop and save them. The rest is
# room for a loaded machine.
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0

# What the emulator gets of the developer's environment.
_INHERITED = ("HOME", "LANG", "LC_ALL", "PATH")


class LocalAwsError(RuntimeError):
    """The emulator did not start or did not answer; the message holds the end of its log."""


class LocalAws:
    """Starts an emulator, waits until it answers, and leaves nothing behind when it is stopped.

    Several may run side by side, each in a directory of its own.

    Args:
        state_dir: Where the emulator keeps its port, saved state, unpacked layers and log.
        emulator_python: Interpreter of the environment that holds ministack.
        lambda_python: Interpreter that functions run on.
        enforce_iam: Check policies, as AWS does; without it every caller may do everything.
        persist: Keep the state from one start to the next. It is saved when the emulator is
            stopped, not when it is killed.
        without_fixes: Names of fixes to leave out, see `local.aws.fixes`.
    """

    def __init__(
        self,
        state_dir: Path,
        emulator_python: Path,
        lambda_python: Path,
        *,
        enforce_iam: bool = False,
        persist: bool = True,
        without_fixes: Collection[str] = (),
    ) -> None:
        self._directory = StateDirectory(state_dir)
        # Not resolved: an environment's interpreter is a link, and what it links to is not in it.
        self._emulator_python = emulator_python.absolute()
        self._lambda_python = lambda_python.absolute()
        self._enforce_iam = enforce_iam
        self._persist = persist
        self._without_fixes = without_fixes
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, also after an error or Ctrl-C."""
        self.stop()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1: the same at every start of one directory."""
        return self._port

    @property
    def endpoint(self) -> str:
        """The URL that stands for every AWS service."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The process, and process group, of the running emulator and its functions' workers."""
        if self._process is None:
            message = "Local AWS is not running."
            raise LocalAwsError(message)
        return self._process.pid

    def api_url(self, api_id: str) -> str:
        """Return the base URL of a deployed HTTP API."""
        return f"{self.endpoint}/_aws/execute-api/{api_id}/$default"

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that point an AWS client or the SAM CLI here."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            # The developer's profiles point at real accounts.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            # boto3 would put `sync-` before 127.0.0.1 to start an express execution.
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "SAM_CLI_TELEMETRY": "0",
            # Seconds between two looks at a deployment; the default of 5 more than doubles it.
            "SAM_CLI_POLL_DELAY": "0.3",
            **dict.fromkeys(("NO_PROXY", "no_proxy"), _direct_hosts()),
        }

    def environment(self, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Return a whole environment for a program that shall use local AWS and no other."""
        foreign = {name: value for name, value in base.items() if not name.startswith("AWS_")}
        return {**foreign, **self.variables}

    def start(self) -> None:
        """Start the emulator and wait until it answers.

        Raises:
            LocalAwsError: It ended, or did not answer within a minute.
            StateDirectoryInUseError: Another one runs in the same directory.
        """
        # The emulator inherits the lock, so that the directory stays claimed while it lives.
        with self._directory.lock() as lock, contextlib.ExitStack() as on_failure:
            self._port = self._directory.prepare(keep_state=self._persist)
            self._process = self._spawn(lock.fileno())
            on_failure.callback(self.stop)
            self._wait_until_healthy(self._process)
            on_failure.pop_all()
        logger.info("Local AWS answers at %s.", self.endpoint)

    def reset(self) -> None:
        """Delete every resource in every service and end all workers.

        Raises:
            LocalAwsError: The emulator refused or did not answer.
        """
        status = self._request("POST", "/_ministack/reset")
        if status != http.client.OK:
            message = f"Local AWS could not be reset (status {status}).\n{self._log_tail()}"
            raise LocalAwsError(message)

    def stop(self) -> None:
        """Stop the emulator, letting it save its state, and end whatever it started."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.terminate()
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("Local AWS did not stop in %.0f s and is killed.", _STOP_SECONDS)
        finally:
            # Also when we are interrupted here. Its workers are in its group, and only they.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdin is not None:
                process.stdin.close()

    def _spawn(self, lock: int) -> subprocess.Popen[bytes]:
        command = [str(self._emulator_python), "-m", "local.aws.emulator", "--stop-at-eof"]
        for name in self._without_fixes:
            command += ["--without", name]
        with self._directory.log.open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=_REPOSITORY,
                env=self._emulator_environment(),
                # Held open by us alone: when we die, however we die, the emulator reads its end.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock,),
                start_new_session=True,
            )

    def _emulator_environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        persistent = str(int(self._persist))
        return {
            **inherited,
            "GATEWAY_PORT": str(self._port),
            "TMPDIR": str(self._directory.temporary),
            "STATE_DIR": str(self._directory.tables),
            "PERSIST_STATE": persistent,
            "S3_DATA_DIR": str(self._directory.objects),
            "S3_PERSIST": persistent,
            "LAYER_CACHE_DIR": str(self._directory.layers),
            "LAMBDA_PYTHON": str(self._lambda_python),
            "AUTH": str(self._enforce_iam).lower(),
            "PYTHONUNBUFFERED": "1",
        }

    def _wait_until_healthy(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self._request("GET", "/_ministack/health") == http.client.OK:
                    return
            if time.monotonic() > deadline:
                message = f"Local AWS did not answer in {_START_SECONDS:.0f} s.\n{self._log_tail()}"
                raise LocalAwsError(message)
            time.sleep(0.05)
        message = f"Local AWS ended with status {process.returncode}.\n{self._log_tail()}"
        raise LocalAwsError(message)

    def _request(self, method: str, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request(method, path)
            return connection.getresponse().status
        finally:
            connection.close()

    def _log_tail(self) -> str:
        return f"The end of {self._directory.log}:\n{self._directory.log_tail()}"


def _direct_hosts() -> str:
    """The hosts that are reached without the developer's proxy: his own exceptions and we."""
    exceptions = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    return ",".join(filter(None, [exceptions, "127.0.0.1", "localhost"]))
