"""The size of the tracking script beside other clients'."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from benchmarks.lines import Line
from local.build_tracker import BUILT, build_tracker
from local.setup import SetupError

_SCRIPT_BUDGET, _LOADER_BUDGET = 5_000, 700


@dataclass(frozen=True, slots=True)
class Peer:
    """A client's own published build, or its npm package minified; bytes after ``gzip -9``.

    Measured in November 2026 at the version that is named.
    """

    name: str
    gzip: int
    remark: str = ""


PEERS = (
    Peer("Umami c0ea3ae", 2_216, "no queue, no id, no forms"),
    Peer("Plausible 0.4.6", 2_594, "no queue, no id"),
    Peer("Snowplow 4.10.1", 17_402, "without its plug-ins for forms and orders"),
    Peer("Open Web Analytics 2170d3d", 19_799),
    Peer("Matomo f09912c", 21_877, "no queue"),
    Peer("Jitsu 1.11.0", 29_719),
    Peer("Segment 1.84.3", 30_012),
    Peer("RudderStack 3.34.1", 34_449),
    Peer("PostHog slim 1.449.2", 53_987, "its queue ends with the page"),
)


def measure_sizes() -> list[Line]:
    """Return our sizes against their budgets, and the peers'; nothing where Node is missing."""
    try:
        build_tracker()
    except SetupError as error:
        print(f"the script is not measured: {error}", file=sys.stderr)
        return []
    manifest = json.loads((BUILT / "manifest.json").read_text())
    script, loader = manifest["script"]["gzip"], manifest["loader"]["gzip"]
    return [
        _ours("tracking script", script, _SCRIPT_BUDGET),
        _ours("its loader", loader, _LOADER_BUDGET),
        *(
            Line(
                f"  {peer.name}",
                peer.gzip,
                "B gz",
                against=f"{peer.gzip / script:.1f} x ours{peer.remark and f'; {peer.remark}'}",
            )
            for peer in PEERS
        ),
    ]


def _ours(measure: str, size: int, budget: int) -> Line:
    return Line(measure, size, "B gz", budget=f"{budget:,}", is_over=size > budget)
