"""The tracking script as a shop's page gets it: from the deployed stack."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

import requests

from tests.e2e.conftest import ORIGIN

if TYPE_CHECKING:
    from tests.e2e.conftest import System


def test_a_connected_store_has_a_loader_whose_script_is_what_its_integrity_says(
    connected: System,
) -> None:
    collector = connected.stack.collector_url
    loader = requests.get(f"{collector}/l/{connected.public_key}.js", timeout=30)
    assert loader.ok, loader.text
    (source,) = re.findall(r'"(/s/[^"]+)"', loader.text)
    (integrity,) = re.findall(r'"(sha256-[^"]+)"', loader.text)
    assert f"key={connected.public_key}" in source
    assert "domains=" in source

    script = requests.get(collector + source, headers={"Origin": ORIGIN}, timeout=30)

    assert script.headers["access-control-allow-origin"] == "*"
    assert "immutable" in script.headers["cache-control"]
    digest = base64.b64encode(hashlib.sha256(script.content).digest()).decode()
    assert f"sha256-{digest}" == integrity
    kept = connected.stack.client("s3").list_objects_v2(
        Bucket=connected.stack.outputs["LakeBucketName"], Prefix="edge/scripts/"
    )
    assert source.split("/")[2].split("?")[0] in str(kept["Contents"])


def test_a_store_that_is_not_connected_has_none(connected: System) -> None:
    answer = requests.get(f"{connected.stack.collector_url}/l/unknown.js", timeout=30)

    assert answer.status_code == 404
    assert answer.json()["detail"] == "key: unknown"
