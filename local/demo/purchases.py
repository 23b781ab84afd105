"""Real purchases: the CDNOW sample, moved to the present.

The sample holds every purchase of 2,357 customers of an online CD shop, a tenth of those who first
bought in the first quarter of 1997, until June 1998. It comes from the wheel of ``lifetimes`` on
PyPI (MIT license); nothing of that package is installed. ``python -m local.demo.purchases --fetch``
gets it ahead of time.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".local" / "cache"
_PACKAGE = "lifetimes==0.11.3"
_MEMBER = "lifetimes/datasets/CDNOW_sample.txt"
_SHA256 = "6fae10155c0b0ba363c2c386e30f77990d22328220efd862a5edd1443420d94a"
_PATIENCE = 120  # seconds


class PurchasesUnavailableError(Exception):
    """The sample is not cached and cannot be downloaded; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """What one customer bought on one day: ``cds`` compact discs for ``amount`` US dollars."""

    customer: int
    day: date
    cds: int
    amount: Decimal


def fetch(cache: Path = CACHE) -> Path:
    """Return the sample's file, downloading it into ``cache`` unless it is there.

    Raises:
        PurchasesUnavailableError: there is no connection to the package index, or what came is
            not the file that we know.
    """
    path = cache / "cdnow_sample.txt"
    if path.exists() and _is_genuine(path.read_bytes()):
        return path
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        content = _download(Path(folder))
        partial = Path(folder) / path.name
        partial.write_bytes(content)
        partial.replace(path)
    return path


def parse(text: str) -> list[Purchase]:
    """Read the sample: id in the full data set, customer, date, number of CDs, dollars."""
    rows = (line.split() for line in text.splitlines() if line.strip())
    return [
        Purchase(int(customer), date.fromisoformat(day), int(cds), Decimal(amount))
        for _, customer, day, cds, amount in rows
    ]


def shift(purchases: list[Purchase], last_day: date) -> list[Purchase]:
    """Move all purchases by the same number of days, so that the last happens on ``last_day``."""
    distance = last_day - max(purchase.day for purchase in purchases)
    return [replace(purchase, day=purchase.day + distance) for purchase in purchases]


def load(cache: Path = CACHE) -> list[Purchase]:
    """Return the sample's purchases on their own dates, fetching them first if need be."""
    return parse(fetch(cache).read_text(encoding="ascii"))


def _is_genuine(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == _SHA256


def _download(folder: Path) -> bytes:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download"]
    command += ["--no-deps", "--only-binary", ":all:", "--dest", str(folder), _PACKAGE]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PATIENCE)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise _unavailable(error.stderr) from error
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        content = wheel.read(_MEMBER)
    if not _is_genuine(content):
        message = f"{_MEMBER} of {_PACKAGE} is not the file that the demo was made for"
        raise PurchasesUnavailableError(message)
    return content


def _unavailable(output: str | bytes | None) -> PurchasesUnavailableError:
    said = output.decode() if isinstance(output, bytes) else output or ""
    reason = said.strip().splitlines()[-1] if said.strip() else "no answer in time"
    message = (
        f"cannot download {_PACKAGE} ({reason}). The demo's purchases are in that wheel: connect to"
        " the internet (or set PIP_INDEX_URL to a mirror) and run"
        " `python -m local.demo.purchases --fetch` once; after that no connection is needed."
    )
    return PurchasesUnavailableError(message)


def main(arguments: list[str] | None = None) -> int:
    """Fetch or describe the sample from the command line."""
    parser = argparse.ArgumentParser(prog="python -m local.demo.purchases", description=__doc__)
    parser.add_argument("--fetch", action="store_true", help="download unless cached, then stop")
    options = parser.parse_args(arguments)
    try:
        path = fetch()
    except PurchasesUnavailableError as error:
        print(error, file=sys.stderr)
        return 1
    if not options.fetch:
        purchases = parse(path.read_text(encoding="ascii"))
        customers = len({purchase.customer for purchase in purchases})
        print(f"{len(purchases):,} purchases of {customers:,} customers")
    print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
