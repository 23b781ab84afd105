from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING

from headwater.domain.sites import Site
from headwater.runtime import edge
from headwater.usecases.serve_script import Build
from tests.lambda_side import imported_by, sample

if TYPE_CHECKING:
    import pytest

    from tests.lambda_side import LambdaSide


class OneScript:
    def build(self) -> Build:
        return Build("0123456789ab.js", "sha256-x", 'load("{source}", "{integrity}")')

    def read(self, name: str) -> bytes | None:  # noqa: ARG002
        return None


def test_a_site_gets_its_loader(
    side: LambdaSide, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    event = sample("serve_script")
    key = event["pathParameters"]["name"].removesuffix(".js")
    side.edge_sites.sites[key] = Site("acme", "shop", frozenset({"https://shop.example"}))
    monkeypatch.setattr(edge, "scripts", OneScript)

    answer = side.invoke("serve_script", event)

    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
    text = gzip.decompress(base64.b64decode(answer["body"])).decode()
    assert text == f'load("/s/0123456789ab.js?key={key}&domains=shop.example", "sha256-x")'
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["status"] == 200


def test_it_starts_with_the_standard_library_and_boto3_alone() -> None:
    third_party = {"aws_lambda_powertools", "pydantic", "duckdb", "numpy", "requests"}
    assert imported_by("serve_script") & third_party == set()
