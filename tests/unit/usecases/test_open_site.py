from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from headwater.domain.settings import AccountSettings
from headwater.domain.sites import Site
from headwater.errors import InvalidParameterError
from headwater.usecases.open_site import SitePorts, SiteRequest, check_site, open_site
from headwater.usecases.ports import Source
from tests.fakes import FakeAccounts, FakeClock, FakeEdgeSites, FakePipeline

PERMANENT = "https://store-abc123.mybigcommerce.com"
SHOP = Source("shop", "bigcommerce", "abc123", "arn", public_key="pk1")
SECOND = Source("second", "bigcommerce", "def456", "arn", public_key="pk2")


@dataclass
class Office:
    """An account with one connected store whose pages may send nothing yet."""

    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    edge: FakeEdgeSites = field(default_factory=FakeEdgeSites)
    pipeline: FakePipeline = field(default_factory=FakePipeline)

    def __post_init__(self) -> None:
        self.accounts.create("acme", AccountSettings(), FakeClock().now())
        self.accounts.save_source("acme", SHOP)

    def open(self, source: Source = SHOP, *, pull_now: bool = True, **asked: object) -> Site:
        ports = SitePorts(self.accounts, self.edge, self.pipeline, FakeClock())
        request = SiteRequest(**asked)  # type: ignore[arg-type]
        return open_site("acme", source, request, ports=ports, pull_now=pull_now)


@pytest.fixture
def office() -> Office:
    return Office()


def test_the_shops_pages_may_send_hits(office: Office) -> None:
    office.open(domains=("Shop.example ", "https://checkout.shop.example:8443/"))
    assert office.edge.sites["pk1"] == Site(
        "acme",
        "shop",
        frozenset(
            {
                PERMANENT,
                "https://shop.example",
                "https://www.shop.example",
                "https://checkout.shop.example:8443",
            }
        ),
    )


def test_its_domains_are_no_referrers_any_more(office: Office) -> None:
    office.open(domains=("www.shop.example", "https://shop.example"))
    own = office.accounts.settings("acme").own_domains
    assert own == ("shop.example", "store-abc123.mybigcommerce.com")


def test_without_domains_the_permanent_address_is_open(office: Office) -> None:
    assert office.open().origins == {PERMANENT}


def test_connecting_again_without_domains_keeps_them(office: Office) -> None:
    first = office.open(domains=("shop.example",))
    assert office.open() == first
    assert office.open(domains=("new.example",)).origins == {
        PERMANENT,
        "https://new.example",
        "https://www.new.example",
    }


def test_local_pages_may_come_by_http(office: Office) -> None:
    assert "http://127.0.0.1:9000" in office.open(domains=("http://127.0.0.1:9000",)).origins


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "shop",
        "*.shop.example",
        "http://shop.example",
        "https://shop.example/cart",
        "https://shop.example?x",
        "https://user@shop.example",
        "https://[::1",
        "https://shop.example:port",
        "javascript://shop.example",
        "shop.example/cart",
        "null",
        "https://" + "a" * 300 + ".example",
    ],
)
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(InvalidParameterError, match="domains"):
        SiteRequest(domains=(domain,))


def test_the_first_store_gives_the_account_its_currency_and_zone(office: Office) -> None:
    office.open(currency="EUR", time_zone="Europe/Berlin")
    settings = office.accounts.settings("acme")
    assert (settings.currency, settings.time_zone) == ("EUR", "Europe/Berlin")


@pytest.mark.parametrize(
    "asked", [{"currency": "EUR"}, {"time_zone": "Europe/Berlin"}], ids=["currency", "time_zone"]
)
def test_a_second_store_cannot_change_them(office: Office, asked: dict[str, str]) -> None:
    office.accounts.save_source("acme", SECOND)
    for source in ("shop", "second", "third"):
        with pytest.raises(InvalidParameterError, match="first store"):
            check_site("acme", source, SiteRequest(**asked), accounts=office.accounts)  # type: ignore[arg-type]


def test_posted_orders_come_from_no_store_and_leave_the_first_one_its_choice(
    office: Office,
) -> None:
    posted = Source("till", "api", store_hash="", secret_arn="")
    assert office.accounts.add_source("acme", posted)
    check_site("acme", "shop", SiteRequest(currency="EUR"), accounts=office.accounts)


def test_a_second_store_may_say_the_same(office: Office) -> None:
    office.accounts.save_source("acme", SECOND)
    same = SiteRequest(currency="USD", time_zone="America/New_York")
    check_site("acme", "second", same, accounts=office.accounts)
    office.open(SECOND, currency="USD", domains=("second.example",))
    assert set(office.edge.sites) == {"pk2"}
    assert "second.example" in office.accounts.settings("acme").own_domains


def test_a_zone_that_does_not_exist_is_refused(office: Office) -> None:
    with pytest.raises(InvalidParameterError, match="time_zone"):
        check_site("acme", "shop", SiteRequest(time_zone="Mars/Base"), accounts=office.accounts)


@pytest.mark.parametrize("currency", ["", "usd", "US", "DOLLAR"])
def test_a_currency_has_three_capitals(currency: str) -> None:
    with pytest.raises(InvalidParameterError, match="currency"):
        SiteRequest(currency=currency)


def test_the_first_pull_starts_at_once_unless_it_is_to_wait(office: Office) -> None:
    office.open(pull_now=False)
    assert office.pipeline.pulled == []
    office.open()
    assert office.pipeline.pulled == ["acme"]
