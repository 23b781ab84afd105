"""`make demo` and `make up`: the whole system on this machine."""

from __future__ import annotations

import argparse
import signal
import sys

from local.demo.tour import DemoError, Tour
from local.stack import REPOSITORY


def main() -> None:
    """Run the demo once, or keep it running."""
    parser = argparse.ArgumentParser(
        prog="python -m local.demo",
        description="Deploys Headwater on local AWS, connects a store with real purchases, runs "
        "the daily pipeline and shows the report beside the store's own totals.",
    )
    parser.add_argument(
        "mode",
        nargs="?",
        choices=("once", "up"),
        default="once",
        help="once: show and stop (the default); up: stay until Ctrl-C",
    )
    mode = parser.parse_args().mode
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # A shell that starts us in the background has us ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Tour(REPOSITORY / ".local" / "demo") as tour:
            tour.show()
            if mode == "up":
                tour.follow_changes()
                print("\nRunning until Ctrl-C.", flush=True)
                signal.pause()
    except KeyboardInterrupt:
        print("\nStopped.")
    except DemoError as error:
        sys.exit(f"\nThe demo failed: {error}")


if __name__ == "__main__":
    main()
