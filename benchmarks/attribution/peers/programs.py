"""The peers: made on demand in environments of their own, run, and read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.attribution.peers.paths import make_paths
from benchmarks.attribution.runs import Run, summarize
from benchmarks.timing import Spent

_REPOSITORY = Path(__file__).parents[3]
_SECONDS_TO_INSTALL, _SECONDS_TO_RUN = 1800, 1800


@dataclass(frozen=True, slots=True)
class Peer:
    """A package, the module that runs it, and those of its models that the engine has too."""

    title: str
    name: str
    models: tuple[str, ...]


PEERS = (
    Peer(
        "DP6 marketing-attribution-models",
        "dp6",
        ("first_click", "last_touch", "linear_all", "position_based", "time_decay", "markov"),
    ),
    Peer(
        "ChannelAttribution",
        "channel_attribution",
        ("first_click", "last_touch", "linear_all", "markov"),
    ),
)


class PeerError(Exception):
    """A peer cannot be installed or does not run here; the message says why."""


def make_environment(peer: Peer) -> Path:
    """Return the peer's interpreter, installing what its lock file names where that is not done.

    Raises:
        PeerError: it cannot be installed here.
    """
    folder = _REPOSITORY / ".local" / "venvs" / f"peer_{peer.name}"
    lock = _REPOSITORY / "requirements" / f"peer_{peer.name}.txt"
    stamp, wanted = folder / ".made-from", sha256(lock.read_bytes()).hexdigest()
    python = folder / "bin" / "python"
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"installing {peer.title} ...", file=sys.stderr, flush=True)
    _call([sys.executable, "-m", "venv", "--clear", str(folder)], _SECONDS_TO_INSTALL)
    install = "-m pip install --quiet --no-input --disable-pip-version-check --require-hashes -r"
    _call([str(python), *install.split(), str(lock)], _SECONDS_TO_INSTALL)
    stamp.write_text(wanted)
    return python


def run_peer(peer: Peer, orders: int, folder: Path, rounds: int) -> list[Run]:
    """Return what the peer's models took, its own preparation first, and all of it at last.

    Raises:
        PeerError: it cannot be installed, or does not run.
    """
    python = make_environment(peer)
    paths = make_paths(folder)
    script = ["-W", "ignore", "-m", f"benchmarks.attribution.peers.{peer.name}", str(paths)]
    said = [_last_line(_call([str(python), *script], _SECONDS_TO_RUN)) for _ in range(rounds)]
    peak = max(one["peak_memory"] for one in said)
    took = {step: [Spent(**one["took"][step]) for one in said] for step in said[0]["took"]}
    steps = [summarize(f"  {step}", orders, spent, peak) for step, spent in took.items()]
    whole = [
        Spent(sum(part.wall for part in parts), sum(part.cpu for part in parts))
        for parts in zip(*took.values(), strict=True)
    ]
    return [*steps, summarize(peer.title, orders, whole, peak)]


def _last_line(output: str) -> dict[str, Any]:
    """Return what a script told; what the package printed before it is of no use."""
    told: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return told


def _call(command: list[str], seconds: int) -> str:
    environment = {**os.environ, "PYTHONPATH": str(_REPOSITORY), "MPLBACKEND": "agg"}
    try:
        answer = subprocess.run(  # noqa: S603 - our own programs
            command,
            cwd=_REPOSITORY,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerError(str(error)) from error
    if answer.returncode:
        words = (answer.stderr or answer.stdout).strip().splitlines()
        raise PeerError(words[-1] if words else f"exit code {answer.returncode}")
    return answer.stdout
