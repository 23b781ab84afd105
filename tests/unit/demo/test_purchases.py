from __future__ import annotations

import hashlib
import zipfile
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.demo import purchases
from local.demo.purchases import Purchase, PurchasesUnavailableError, fetch, parse, shift

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = (
    b" 00004 0001 19970101  2   29.33\r\n"
    b" 00004 0001 19970118  2   29.73\r\n"
    b" 00021 0002 19980630  1    0.00\r\n"
)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for the whole of PyPI; empty at first."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def wheel(index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel of the package with a short sample, of which we know the hash."""
    path = index / "lifetimes-0.11.3-py3-none-any.whl"
    info = "lifetimes-0.11.3.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lifetimes/datasets/CDNOW_sample.txt", SAMPLE)
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: lifetimes\nVersion: 0.11.3\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    monkeypatch.setattr(purchases, "_SHA256", hashlib.sha256(SAMPLE).hexdigest())
    return path


def test_a_line_is_read_as_customer_day_discs_and_dollars() -> None:
    assert parse(SAMPLE.decode())[1] == Purchase(1, date(1997, 1, 18), 2, Decimal("29.73"))


def test_shifting_moves_the_last_purchase_to_the_given_day_and_keeps_all_distances() -> None:
    before = parse(SAMPLE.decode())
    after = shift(before, date(2026, 11, 21))
    assert max(purchase.day for purchase in after) == date(2026, 11, 21)
    assert {new.day - old.day for new, old in zip(after, before, strict=True)} == {
        date(2026, 11, 21) - date(1998, 6, 30)
    }


def test_the_sample_comes_out_of_the_wheel_and_stays_in_the_cache(
    wheel: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    path = fetch(cache)
    wheel.unlink()
    assert path.read_bytes() == SAMPLE
    assert fetch(cache) == path
    assert list(cache.iterdir()) == [path]


@pytest.mark.usefixtures("wheel")
def test_a_damaged_cache_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "cdnow_sample.txt").write_bytes(SAMPLE[:20])
    assert fetch(tmp_path).read_bytes() == SAMPLE


@pytest.mark.usefixtures("index")
def test_without_a_connection_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(purchases, "fetch", lambda: fetch(tmp_path))
    assert purchases.main(["--fetch"]) == 1
    said = capsys.readouterr().err
    assert "cannot download lifetimes==0.11.3" in said
    assert "python -m local.demo.purchases --fetch" in said


def test_a_wheel_with_another_sample_is_refused(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wheel.exists()
    monkeypatch.setattr(purchases, "_SHA256", "0" * 64)
    with pytest.raises(PurchasesUnavailableError, match="not the file"):
        fetch(tmp_path / "cache")
    assert not (tmp_path / "cache" / "cdnow_sample.txt").exists()
