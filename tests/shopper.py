"""A shopper in a real browser: ``tests/browser/shop.js``, run by Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

from local.stack import REPOSITORY

NODE = shutil.which("node")
# Many times what it takes on a quiet machine.
_SECONDS = 240


def shop_in_a_browser(url: str, chromium: str, landing: str = "") -> dict[str, Any]:
    """Land from an ad (another one by its address), sign up and buy; return what was seen of it."""
    done = subprocess.run(
        [str(NODE), "tests/browser/shop.js", url, landing],
        cwd=REPOSITORY,
        env={**os.environ, "CHROMIUM": chromium},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told
