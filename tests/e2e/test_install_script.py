"""The tracking script, put into a store's pages by the deployed stack, policies enforced."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

import requests

from local.storefront import access

if TYPE_CHECKING:
    from tests.e2e.conftest import System


def set_options(system: System, **options: object) -> Any:  # noqa: ANN401
    answer = system.call("PUT", "/v1/sources/bigcommerce/options", json=options)
    assert answer.ok, answer.text
    return answer.json()["source"]


def test_the_script_is_in_the_pages_looked_after_reported_and_taken_out(connected: System) -> None:
    store = connected.shop.store
    # The store knows the token still; it may only read with it.
    told = set_options(connected, script=True)["script"]
    assert (told["is_on"], told["channels"]) == (True, [])
    assert "Content on modify" in told["note"]
    store.issue_token(access.READ_ONLY_SCOPES | access.SCRIPT_SCOPES, connected.shop.token)
    told = set_options(connected, script=True)["script"]
    assert (told["note"], told["hints"]) == ("", [])
    assert [(one["state"], one["pages"]) for one in told["channels"]] == [
        ("installed", "all_pages")
    ]

    collector = connected.stack.collector_url
    store.configure(script_gateway=collector)
    page = requests.get(connected.shop.url, timeout=30).text
    (source,) = re.findall(r'src="([^"]+/s/[^"]+)"', page)
    (integrity,) = re.findall(r'integrity="(sha256-[^"]+)"', page)
    assert f'data-key="{connected.public_key}"' in page
    script = requests.get(source, timeout=30)
    digest = base64.b64encode(hashlib.sha256(script.content).digest()).decode()
    assert integrity == f"sha256-{digest}"

    # Connected again, it is looked at by the pull.
    body = {"access_token": connected.shop.token, "pull_now": False}
    assert connected.post("/v1/sources/bigcommerce/reconnect", body)["script"]["looked_at"] is None
    connected.run()
    looked = connected.get("/v1/sources/bigcommerce")["source"]["script"]
    assert looked["looked_at"]
    assert len(store.scripts) == 1
    health = connected.get("/v1/reports/health", part="scripts")
    assert [(row["source"], row["state"]) for row in health["rows"]] == [
        ("bigcommerce", "installed")
    ]

    rows = connected.get("/v1/sources/bigcommerce/snippets")["rows"]
    assert rows[0]["text"] == store.scripts[0].html
    assert set_options(connected, script=False)["script"]["is_on"] is False
    assert store.scripts == []


def test_a_limit_of_its_own_holds_at_the_edge(connected: System) -> None:
    assert set_options(connected, hits_per_second=7)["hits_per_second"] == 7
    sites = connected.stack.client("s3").get_object(
        Bucket=connected.stack.outputs["LakeBucketName"], Key="edge/sites.json"
    )
    assert b'"hits_per_second":7' in sites["Body"].read()
    set_options(connected, hits_per_second=0)
