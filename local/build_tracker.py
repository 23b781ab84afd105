"""Builds the tracking script into the program's layer: `make build-tracker`.

What it makes is not in the repository: it is built from `web/tracker` wherever it is wanted, in a
tenth of a second, and not again while the sources are the same.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from local.setup import REPOSITORY, SetupError, install_node_tools

BUILT = REPOSITORY / "layers" / "headwater" / "headwater" / "adapters" / "built_scripts"
_SOURCES = REPOSITORY / "web" / "tracker"


def build_tracker() -> str:
    """Build the script if its sources have changed; return what the build said, or nothing.

    Raises:
        SetupError: it cannot be built, or is larger than its budget.
    """
    stamp = _stamp()
    stamp_file = BUILT / ".made-from"
    if stamp_file.is_file() and stamp_file.read_text() == stamp:
        return ""
    node = shutil.which("node")
    if not install_node_tools() or node is None:
        message = "Node 20.16 or newer builds the tracking script. Install it, then try again."
        raise SetupError(message)
    # Into a folder of its own first, so that nobody sees half of it.
    with tempfile.TemporaryDirectory(dir=REPOSITORY / ".local") as folder:
        made = Path(folder) / "made"
        done = subprocess.run(
            [node, _SOURCES / "build.mjs", made],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SetupError(done.stderr or done.stdout)
        (made / ".made-from").write_text(stamp)
        if BUILT.exists():
            BUILT.replace(Path(folder) / "old")
        made.replace(BUILT)
    return done.stdout.strip()


def _stamp() -> str:
    digest = hashlib.sha256((REPOSITORY / "package-lock.json").read_bytes())
    for path in sorted(path for path in _SOURCES.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(_SOURCES)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        print(build_tracker() or "the tracking script is up to date")
    except SetupError as error:
        sys.exit(f"\n{error}")
