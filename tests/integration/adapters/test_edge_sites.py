"""The collector's list of sites, on mocked S3 and in memory."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.s3.edge_sites import SITES_KEY, S3EdgeSites
from headwater.domain.sites import Site
from headwater.errors import ConflictError
from tests.fakes import FakeEdgeSites

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.usecases.open_site import EdgeSites

ONE = Site("acme", "shop", frozenset({"https://shop.example"}))
TWO = Site("beta", "shop", frozenset({"https://beta.example", "https://www.beta.example"}))


@pytest.fixture
def bucket(aws: Callable[[str], Any]) -> str:
    name = f"lake-{uuid.uuid4().hex[:12]}"
    aws("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def on_aws(aws: Callable[[str], Any], bucket: str) -> S3EdgeSites:
    return S3EdgeSites(aws("s3"), bucket)


@pytest.fixture(params=["on_aws", "in_memory"])
def edge(request: pytest.FixtureRequest) -> EdgeSites:
    sites: EdgeSites = (
        request.getfixturevalue("on_aws") if request.param == "on_aws" else FakeEdgeSites()
    )
    return sites


def test_a_site_is_known_once_it_is_registered(edge: EdgeSites) -> None:
    seen: list[Site | None] = []

    def change(known: Site | None) -> Site:
        seen.append(known)
        return ONE

    assert edge.change("pk1", change) == ONE
    assert edge.change("pk1", change) == ONE
    assert seen == [None, ONE]


def test_sites_stand_beside_one_another(edge: EdgeSites) -> None:
    edge.change("pk1", lambda _: ONE)
    edge.change("pk2", lambda _: TWO)
    assert edge.change("pk1", lambda known: known or TWO) == ONE


def test_the_collector_reads_what_was_registered(on_aws: S3EdgeSites) -> None:
    assert on_aws.sites().find("pk1") is None
    on_aws.change("pk1", lambda _: ONE)
    assert on_aws.sites().find("pk1") == ONE
    assert on_aws.sites().knows_origin("https://shop.example")


def test_a_site_that_another_connects_meanwhile_is_not_lost(on_aws: S3EdgeSites) -> None:
    def change_while_another_does(_: Site | None) -> Site:
        if on_aws.sites().find("pk2") is None:
            on_aws.change("pk2", lambda _: TWO)
        return ONE

    on_aws.change("pk1", change_while_another_does)
    assert (on_aws.sites().find("pk1"), on_aws.sites().find("pk2")) == (ONE, TWO)


def test_a_list_that_never_holds_still_is_given_up(
    on_aws: S3EdgeSites, aws: Callable[[str], Any], bucket: str
) -> None:
    def change_after_another(_: Site | None) -> Site:
        body = f'{{"{uuid.uuid4().hex}":{{"account":"a","source":"s","origins":[]}}}}'
        aws("s3").put_object(Bucket=bucket, Key=SITES_KEY, Body=body.encode())
        return ONE

    with pytest.raises(ConflictError):
        on_aws.change("pk1", change_after_another)
    assert on_aws.sites().find("pk1") is None


def test_a_removed_site_is_unknown_and_others_stay(edge: EdgeSites) -> None:
    edge.change("pk1", lambda _: ONE)
    edge.change("pk2", lambda _: TWO)
    for _ in range(2):
        edge.remove("pk1")
    assert edge.change("pk1", lambda known: known or TWO) == TWO
    assert edge.change("pk2", lambda known: known or ONE) == TWO
