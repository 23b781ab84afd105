"""What ``make bench-attribution`` says, and when it fails."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.attribution import __main__ as command
from benchmarks.attribution import checks
from benchmarks.attribution.cells import COLUMNS, CellSums, differences, once_per_campaign
from benchmarks.attribution.peers.programs import PEERS, PeerError
from benchmarks.attribution.ready_paths import channel_totals, read_paths
from benchmarks.attribution.runs import Run, render_runs, summarize
from benchmarks.database import connect
from benchmarks.timing import Spent

FLOOR = Run("floor", 1_000_000, Spent(0.5, 1.0), 0.6, 400)
JOB = Run("engine", 1_000_000, Spent(2.0, 4.0), 2.1, 700)


def is_met(*found: checks.Check) -> list[bool]:
    return [check.is_met for check in found]


@pytest.mark.parametrize(
    ("wall", "megabytes", "met"),
    [(2.65, 1024, [True, True]), (2.66, 1024, [False, True]), (2.65, 1025, [True, False])],
)
def test_a_million_orders_may_take_the_floor_and_two_seconds_and_a_gigabyte(
    wall: float, megabytes: float, met: list[bool]
) -> None:
    job = replace(JOB, best=Spent(wall, 4.0), peak_megabytes=megabytes)

    assert is_met(*checks.check_size(job, FLOOR)) == met


@pytest.mark.parametrize(("wall", "met"), [(0.3, True), (0.31, False)])
def test_ten_thousand_orders_may_take_a_third_of_a_second(wall: float, met: bool) -> None:
    job = replace(JOB, orders=10_000, best=Spent(wall, 0.1))

    assert is_met(*checks.check_size(job, FLOOR)) == [met]


def test_other_sizes_have_no_promise_of_their_own() -> None:
    assert checks.check_size(replace(JOB, orders=100_000), FLOOR) == []


@pytest.mark.parametrize(("cpu", "met"), [(60.0, True), (60.1, False)])
def test_ten_times_the_orders_may_take_fifteen_times_the_cpu(cpu: float, met: bool) -> None:
    larger = replace(JOB, orders=10_000_000, best=Spent(1.0, cpu))

    assert is_met(*checks.check_growth([JOB, larger])) == [met]


@pytest.mark.parametrize(("theirs", "met"), [(20.0, True), (19.9, False)])
def test_a_peer_has_to_take_ten_times_as_long(theirs: float, met: bool) -> None:
    peer = replace(JOB, program="peer", best=Spent(theirs, 1.0))

    assert is_met(checks.check_peer(peer, ("markov",), JOB)) == [met]


def test_one_cent_in_one_cell_is_a_missed_target() -> None:
    sums = []
    for cents in (100, 101):
        cells = CellSums()
        cells.add("linear", np.array([5, COLUMNS]), np.array([cents, 7]), np.array([cents, 3]))
        sums.append(cells.cells())

    assert differences(sums[0], sums[0]) == []
    found = differences(*sums)
    assert found == [f"linear: 2 of {sums[0]['linear'].size} cells, 2 cents in all"]
    assert not checks.check_equality(10, found).is_met


def test_cells_hold_gross_and_net_by_day_and_campaign() -> None:
    cells = CellSums()
    for _ in range(3):
        cells.add("linear", np.array([5, COLUMNS + 2]), np.array([100, 7]), np.array([100, -3]))
    linear = cells.cells()["linear"]

    assert linear[:, 0, 5].tolist() == [300, 300]
    assert linear[:, 1, 2].tolist() == [21, -9]
    assert np.abs(linear).sum() == 630


def test_an_order_counts_once_for_each_of_its_campaigns() -> None:
    order, campaign = np.array([1, 1, 1, 1, 2, 2]), np.array([7, 8, 7, 8, 8, 8])

    assert once_per_campaign(order, campaign).tolist() == [True, True, False, False, True, False]


def test_of_repeated_runs_the_best_counts_and_the_most_memory() -> None:
    run = summarize("job", 10, [Spent(3, 1), Spent(1, 2), Spent(2, 3)], 2**20)

    assert run == Run("job", 10, Spent(1, 1), 2, 1.0)
    assert "4.00" in render_runs([JOB], {JOB.orders: FLOOR})


def test_a_peer_that_does_not_run_here_is_said_and_not_a_failure(tmp_path: Path) -> None:
    def refuse(*_: object) -> list[Run]:
        message = "no compiler"
        raise PeerError(message)

    report = command.Report()
    command.compare_with_peer(report, PEERS[0], 10, tmp_path, 1, run=refuse)

    assert report.notes == ["DP6 marketing-attribution-models does not run here: no compiler"]
    assert report.checks == []


def test_on_ready_paths_every_order_is_shared_among_its_channels_and_null_paths_train(
    tmp_path: Path,
) -> None:
    write_paths(tmp_path, "(1, true, 1.00, '2', '5'), (-7, false, 0.0, '1', '0'),"
                "(2, true, 0.10, '1 > 2 > 1', '336 > 168 > 0')")  # fmt: skip

    totals = channel_totals(read_paths(tmp_path), PEERS[0].models)

    # The effects are 3/4 and 2/3.
    assert {model: total[1:3].tolist() for model, total in totals.items()} == {
        "first_click": [10, 100],
        "last_touch": [10, 100],
        "linear_all": [7, 103],
        "position_based": [8, 102],
        "time_decay": [7, 103],
        "markov": [7, 103],
    }
    assert all(total.sum() == 110 for total in totals.values())


def write_paths(folder: Path, rows: str) -> None:
    with connect() as db:
        db.execute(
            "COPY (SELECT journey_id, is_converted, revenue, regexp_replace(path, '(\\d+)', "
            f"'channel \\1', 'g') AS path, hours_left FROM (VALUES {rows}) AS paths "
            "(journey_id, is_converted, revenue, path, hours_left)) "
            f"TO '{folder / 'paths.parquet'}'"
        )
    (folder / "paths.csv").touch()


def test_the_command_compares_engine_and_sql_on_a_small_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--orders", "300", "--rounds", "1", "--without-peers", "--scratch", str(tmp_path)]

    assert command.main(arguments) == 0
    said = capsys.readouterr().out
    assert "met     300 orders, every cell as the SQL has it: no cent differs" in said
    assert "engine: raw tables to wide rows in Parquet" in said
