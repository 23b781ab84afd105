"""What one emulator keeps on disk: one user at a time, and one port for ever."""

import fcntl
import logging
import secrets
import shutil
import socket
import time
from pathlib import Path
from typing import IO

logger = logging.getLogger(__name__)

# Below the ranges that Linux (32768) and macOS (49152) take ports for outgoing connections from,
# so that the port is still free tomorrow.
_PORTS = range(20_000, 30_000)
_PORT_ATTEMPTS = 50

# A killed launcher's emulator needs up to five seconds to save 100,000 items and leave.
_LOCK_SECONDS = 10.0


class StateDirectoryInUseError(RuntimeError):
    """Another local AWS runs on this directory."""


class StateDirectory:
    """Paths, lock and port of one emulator.

    Attributes:
        root: The directory itself; made when it is locked.
        tables: Everything but the objects' bytes, saved when the emulator stops.
        objects: The bytes of S3 objects.
        layers: Lambda layers, unpacked once per content.
        temporary: The emulator's `TMPDIR`, emptied at each start.
        log: What the emulator prints, of the latest start.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.tables = self.root / "state"
        self.objects = self.root / "s3"
        self.layers = self.root / "layers"
        self.temporary = self.root / "tmp"
        self.log = self.root / "emulator.log"

    def lock(self, wait_seconds: float = _LOCK_SECONDS) -> IO[str]:
        """Claim the directory, waiting for an emulator that is just leaving it.

        Returns:
            The open lock file. The claim ends when its last descriptor closes, inherited ones
            included.

        Raises:
            StateDirectoryInUseError: The directory is still in use after `wait_seconds`.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        lock = (self.root / "lock").open("w")
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() < deadline:
                    time.sleep(0.1)
                    continue
                lock.close()
                message = f"Another local AWS is running in {self.root}; stop it first."
                raise StateDirectoryInUseError(message) from None
            return lock

    def prepare(self, *, keep_state: bool) -> int:
        """Make the folders ready for a start.

        The saved state holds URLs with the port in them (queues, APIs), so it is only good on the
        port that it was made with: if something else has taken that port, we start empty.

        Returns:
            The port to listen on.
        """
        shutil.rmtree(self.temporary, ignore_errors=True)
        kept = self._kept_port()
        port = kept
        if port is None or not _is_free(port):
            port = _free_port()
            (self.root / "port").write_text(f"{port}\n")
            if kept is not None:
                logger.warning(
                    "Port %d is taken by another program: local AWS starts empty on port %d.",
                    kept,
                    port,
                )
            keep_state = False
        if not keep_state:
            shutil.rmtree(self.tables, ignore_errors=True)
            shutil.rmtree(self.objects, ignore_errors=True)
        for folder in (self.tables, self.objects, self.layers, self.temporary):
            folder.mkdir(exist_ok=True)
        return port

    def log_tail(self, lines: int = 30) -> str:
        """Return the end of the emulator's log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _kept_port(self) -> int | None:
        try:
            return int((self.root / "port").read_text())
        except (FileNotFoundError, ValueError):
            return None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: connections of an earlier server that linger in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    for _ in range(_PORT_ATTEMPTS):
        port = secrets.choice(_PORTS)
        if _is_free(port):
            return port
    message = f"No free port found between {_PORTS.start} and {_PORTS.stop}."
    raise OSError(message)
