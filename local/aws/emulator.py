"""The emulator's process: ministack with the fixes of `local.aws.fixes`.

Started by `local.aws.launcher` as `python -m local.aws.emulator`, with the interpreter of the
emulator's environment and the repository's root as working directory. Everything that differs
between two emulators (port, folders, persistence) arrives as ministack's own environment
variables.
"""

import argparse
import importlib.metadata
import os
import signal
import sys
import threading

from local.aws import fixes

# The fixes reach into private functions of exactly this version.
MINISTACK_VERSION = "1.5.33"

# ministack listens on every interface unless told otherwise, and opens ports for MQTT and SFTP.
LOOPBACK_ONLY = {
    "BIND_HOST": "127.0.0.1",
    "MINISTACK_HOST": "127.0.0.1",
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
}


def main() -> None:
    """Serve local AWS until SIGTERM or, if asked to, until standard input closes."""
    options = _options()
    installed = importlib.metadata.version("ministack")
    if installed != MINISTACK_VERSION:
        sys.exit(f"The fixes are written for ministack {MINISTACK_VERSION}, not {installed}.")
    if options.stop_at_eof:
        threading.Thread(target=_stop_when_input_closes, daemon=True).start()
    os.environ.update(LOOPBACK_ONLY)
    fixes.apply_all(without=options.without)

    from ministack.app import main as serve  # noqa: PLC0415 - reads its settings when imported

    sys.argv = ["ministack"]
    serve()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local.aws.emulator")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=fixes.NAMES,
        metavar="FIX",
        help="leave a fix out, to see whether a newer ministack still needs it",
    )
    parser.add_argument(
        "--stop-at-eof",
        action="store_true",
        help="stop when standard input closes: whoever started us is gone, even if killed",
    )
    return parser.parse_args()


def _stop_when_input_closes() -> None:
    # Unbuffered: a lock held by this thread would make the interpreter's exit fail.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
