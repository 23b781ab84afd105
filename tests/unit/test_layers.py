"""What is compiled for a cold start is used there, whatever the dates of the files say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.layers import compile_layers

if TYPE_CHECKING:
    from collections.abc import Callable

    type Layer = Callable[[str], Path]


@pytest.fixture
def layer(tmp_path: Path) -> Layer:
    def write(source: str) -> Path:
        folder = tmp_path / "ProgramLayer" / "python"
        folder.mkdir(parents=True)
        (folder / "program.py").write_text(source)
        return folder

    return write


def test_an_unpacked_layer_needs_no_compiling(layer: Layer, tmp_path: Path) -> None:
    folder = layer("print('compiled')")
    compile_layers(tmp_path, Path(sys.executable))
    # What Python would have to compile first if it looked at the source.
    (folder / "program.py").write_text("print('compiled again')")
    os.utime(folder / "program.py", (0, 0))
    said = subprocess.check_output([sys.executable, "-c", "import program"], cwd=folder, text=True)
    assert said == "compiled\n"


def test_what_was_compiled_before_is_compiled_again(layer: Layer, tmp_path: Path) -> None:
    folder = layer("print('old')")
    compile_layers(tmp_path, Path(sys.executable))
    (folder / "program.py").write_text("print('new')")
    compile_layers(tmp_path, Path(sys.executable))
    said = subprocess.check_output([sys.executable, "-c", "import program"], cwd=folder, text=True)
    assert said == "new\n"


def test_a_module_that_cannot_be_compiled_stops_the_build(layer: Layer, tmp_path: Path) -> None:
    layer("def")
    with pytest.raises(subprocess.CalledProcessError):
        compile_layers(tmp_path, Path(sys.executable))
