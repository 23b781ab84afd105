from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headwater.domain.deliveries import Delivery, read_message
from headwater.domain.sites import Site
from tests.lambda_side import imported_by, sample

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

ORIGIN = "https://shop.example"


@pytest.fixture
def edge(side: LambdaSide) -> LambdaSide:
    key = json.loads(sample("collect_hits")["body"])["key"]
    side.edge_sites.sites[key] = Site("acme", "bigcommerce", frozenset({ORIGIN}))
    return side


def test_a_browsers_hits_are_queued_for_its_account(edge: LambdaSide) -> None:
    answer = edge.invoke("collect_hits", sample("collect_hits"))
    assert answer["statusCode"] == 204
    assert answer["headers"]["access-control-allow-origin"] == ORIGIN
    [message] = edge.queue.messages
    delivery = read_message(message)
    assert isinstance(delivery, Delivery)
    assert (delivery.account, delivery.source) == ("acme", "bigcommerce")
    assert delivery.ip_truncated == "203.0.113.0/24"
    assert delivery.user_agent.startswith("Mozilla/5.0")


def test_each_request_leaves_one_line_without_its_sender(
    edge: LambdaSide, capsys: pytest.CaptureFixture[str]
) -> None:
    edge.invoke("collect_hits", sample("collect_hits"))
    [line] = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert (told["status"], told["hits"], told["path"]) == (204, 1, "/e")
    assert "203.0.113" not in line
    assert "v-01JD3T8Q" not in line


def test_a_page_of_another_shop_is_refused(edge: LambdaSide) -> None:
    event = sample("collect_hits")
    event["headers"]["origin"] = "https://evil.example"
    answer = edge.invoke("collect_hits", event)
    assert answer["statusCode"] == 403
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert edge.queue.messages == []


def test_a_refused_queue_is_told_to_the_browser(edge: LambdaSide) -> None:
    edge.queue.is_down = True
    answer = edge.invoke("collect_hits", sample("collect_hits"))
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "5")


def test_health_is_told_without_any_site(side: LambdaSide) -> None:
    event = sample("collect_hits")
    event["requestContext"]["http"]["method"] = "GET"
    answer = side.invoke("collect_hits", {**event, "rawPath": "/healthz", "body": None})
    assert (answer["statusCode"], answer["body"]) == (200, '{"ok":true}')


def test_the_edge_starts_with_the_standard_library_and_boto3_alone() -> None:
    third_party = {"aws_lambda_powertools", "pydantic", "duckdb", "numpy", "requests"}
    assert imported_by("collect_hits") & third_party == set()
