"""Makes the environments that everything else on this machine runs in: `make setup`.

Run by whatever `python3` the machine has (3.11 or newer), so it uses the standard library only.
The environments themselves are of the Python that the functions run on.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
ENVIRONMENTS = REPOSITORY / ".local" / "venvs"
LOCKS = REPOSITORY / "requirements"
NODE_MODULES = REPOSITORY / "node_modules"

# The Lambda runtimes that template.yaml allows, the preferred one first.
VERSIONS = ("3.13", "3.12")

# Each from the lock file of its name:
#   dev       what the tests and checks need
#   emulator  local AWS, which pins botocore
#   lambda    what the Lambda runtime brings along, and nothing else
#   sam       the SAM CLI, which pins most of what it uses
NAMES = ("dev", "emulator", "lambda", "sam")


class SetupError(Exception):
    """The machine lacks something; the message says what to do."""


def main() -> None:
    """Make what is missing or out of date, side by side, and say so."""
    started = time.monotonic()
    try:
        stale = [name for name in NAMES if not _is_current(name)]
        if stale:
            _make_environments(stale)
        install_node_tools()
    except SetupError as error:
        sys.exit(f"\n{error}")
    if stale:
        _say(f"ready after {time.monotonic() - started:.0f} s")


def find_python() -> tuple[Path, str]:
    """Return an interpreter that runs, and its version (as in `VERSIONS`).

    Raises:
        SetupError: There is none; the message holds the line that installs one.
    """
    for version in VERSIONS:
        for candidate in _candidates(version):
            if _runs(candidate, version):
                return candidate, version
    message = (
        f"Headwater runs on Python {VERSIONS[0]} (or {VERSIONS[1]}), like its Lambda functions, "
        f"and this machine has neither on PATH nor in pyenv. Install it, then try again:\n\n"
        f"    {_installing_line()}\n"
    )
    raise SetupError(message)


def _candidates(version: str) -> Iterator[Path]:
    """Yield where an interpreter of a version may be; pyenv's shims are on PATH but may refuse."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    yield from (Path(folder) / f"python{version}" for folder in folders if folder)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)
    yield from sorted(
        Path.home().glob(f".local/share/uv/python/cpython-{version}.*/bin/python{version}"),
        reverse=True,
    )


def _runs(candidate: Path, version: str) -> bool:
    """Tell whether an interpreter is what its name says and can make environments."""
    if not candidate.is_file():
        return False
    question = "import ensurepip, venv, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [candidate, "-c", question], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.strip() == version


def _installing_line() -> str:
    if shutil.which("pyenv"):
        return f"pyenv install {VERSIONS[0]}"
    if shutil.which("brew"):
        return f"brew install python@{VERSIONS[0]}"
    install = f"uv python install {VERSIONS[0]}"
    if shutil.which("uv"):
        return install
    return f"curl -LsSf https://astral.sh/uv/install.sh | sh && ~/.local/bin/{install}"


def _make_environments(names: list[str]) -> None:
    python, version = find_python()
    _say(f"Python {version} is {python}")
    with ThreadPoolExecutor(len(names)) as workers:
        failures = [answer for answer in workers.map(lambda n: _make(n, python), names) if answer]
    if failures:
        raise SetupError("\n\n".join(failures))


def _make(name: str, python: Path) -> str:
    """Make one environment; return what went wrong, or nothing."""
    started = time.monotonic()
    folder = ENVIRONMENTS / name
    packages = sum("==" in line for line in _lock(name).read_text().splitlines())
    _say(f"{name}: installing {packages} packages")
    failure = _run([python, "-m", "venv", "--clear", folder]) or _run(
        [
            *(_interpreter(name), "-m", "pip", "install", "--quiet", "--no-input"),
            *("--disable-pip-version-check", "--require-hashes", "--requirement", _lock(name)),
        ]
    )
    if failure:
        return f"{name}: {failure}"
    _write_stamp(folder, _stamp(name))
    _say(f"{name}: ready after {time.monotonic() - started:.0f} s")
    return ""


def install_node_tools() -> bool:
    """Install what package-lock.json names, if it is not there; tell whether it is now.

    Raises:
        SetupError: npm failed.
    """
    if _is_stamped(NODE_MODULES, _node_stamp()):
        return True
    npm = shutil.which("npm")
    if npm is None:
        _say("npm is not installed: the tracking script cannot be built, the templates not checked")
        return False
    _say("node_modules: installing")
    if failure := _run([npm, "ci", "--ignore-scripts", "--loglevel=error"]):
        raise SetupError(failure)
    _write_stamp(NODE_MODULES, _node_stamp())
    return True


def _run(command: list[str | Path]) -> str:
    """Run a command; return its last words if it failed, or nothing."""
    answer = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        return ""
    said = "\n".join((answer.stdout + answer.stderr).strip().splitlines()[-20:])
    return f"`{' '.join(map(str, command))}` failed:\n{said}"


def _is_current(name: str) -> bool:
    # The interpreter is a link: it breaks when the Python that it was made from is removed.
    return _interpreter(name).exists() and _is_stamped(ENVIRONMENTS / name, _stamp(name))


def _interpreter(name: str) -> Path:
    return ENVIRONMENTS / name / "bin" / "python"


def _lock(name: str) -> Path:
    return LOCKS / f"{name}.txt"


def _stamp(name: str) -> str:
    return hashlib.sha256(_lock(name).read_bytes()).hexdigest()


def _node_stamp() -> str:
    return hashlib.sha256((REPOSITORY / "package-lock.json").read_bytes()).hexdigest()


def _is_stamped(folder: Path, stamp: str) -> bool:
    """Tell whether a folder was finished from exactly this content."""
    file = folder / ".made-from"
    return file.is_file() and file.read_text() == stamp


def _write_stamp(folder: Path, stamp: str) -> None:
    (folder / ".made-from").write_text(stamp)


def _say(line: str) -> None:
    print(f"setup: {line}", flush=True)


if __name__ == "__main__":
    main()
