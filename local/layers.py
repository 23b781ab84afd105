"""Compiles the Python of the built layers, so that no cold start has to: `make build`.

Lambda cannot keep what it compiles, for a layer is read-only there: each start would compile
every module that it imports, which takes longer than all the rest of it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Nothing that a function imports, and half of all modules.
_UNUSED = r"/tests/|/numpy/(f2py|testing|distutils)/|/pydantic/v1/"


def compile_layers(build: Path, python: Path) -> None:
    """Compile all modules below ``build/*Layer/python`` with the interpreter of the functions.

    Unpacking an archive gives its files new dates, by which Python would find what is compiled
    out of date; so it is told not to look. The folder is built anew from its sources each time.

    Raises:
        subprocess.CalledProcessError: a module cannot be compiled.
    """
    layers = sorted(str(path) for path in build.glob("*Layer/python"))
    options = ["-q", "-f", "-j", "0", "--invalidation-mode", "unchecked-hash", "-x", _UNUSED]
    subprocess.run([python, "-m", "compileall", *options, *layers], check=True)


if __name__ == "__main__":
    compile_layers(Path(".aws-sam/build"), Path(sys.argv[1]))
