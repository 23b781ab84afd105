"""The port that is kept, the state that goes with it, and the lock."""

import socket
from pathlib import Path

import pytest

from local.aws.state_directory import StateDirectory, StateDirectoryInUseError


@pytest.fixture
def directory(tmp_path: Path) -> StateDirectory:
    return StateDirectory(tmp_path)


def _saved_table(directory: StateDirectory) -> Path:
    table = directory.tables / "dynamodb.json"
    table.write_text("{}")
    return table


def test_the_port_is_chosen_once(directory: StateDirectory) -> None:
    assert directory.prepare(keep_state=True) == directory.prepare(keep_state=True)


def test_state_is_kept_with_its_port(directory: StateDirectory) -> None:
    directory.prepare(keep_state=True)
    table = _saved_table(directory)

    directory.prepare(keep_state=True)

    assert table.exists()


def test_a_taken_port_means_another_port_and_empty_state_and_a_word_about_it(
    directory: StateDirectory, caplog: pytest.LogCaptureFixture
) -> None:
    port = directory.prepare(keep_state=True)
    table = _saved_table(directory)
    with socket.create_server(("127.0.0.1", port)):
        other = directory.prepare(keep_state=True)

    assert other != port
    assert not table.exists()
    assert f"Port {port} is taken" in caplog.text
    assert directory.prepare(keep_state=True) == other


def test_state_is_dropped_if_it_shall_not_be_kept(directory: StateDirectory) -> None:
    directory.prepare(keep_state=True)
    table = _saved_table(directory)

    directory.prepare(keep_state=False)

    assert not table.exists()


def test_temporary_files_go_and_unpacked_layers_stay(directory: StateDirectory) -> None:
    directory.prepare(keep_state=False)
    leftover, layer = directory.temporary / "worker", directory.layers / "0a1b"
    leftover.mkdir()
    layer.mkdir()

    directory.prepare(keep_state=False)

    assert (leftover.exists(), layer.exists()) == (False, True)


def test_a_directory_has_one_user_at_a_time(directory: StateDirectory) -> None:
    with (
        directory.lock(),
        pytest.raises(StateDirectoryInUseError, match="Another local AWS is running"),
    ):
        directory.lock(wait_seconds=0)

    directory.lock(wait_seconds=0).close()
