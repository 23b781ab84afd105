from __future__ import annotations

from headwater.domain.settings import AccountSettings
from headwater.usecases.tag_links import list_templates, tag_link
from tests.fakes import FakeAccounts, FakeClock


def test_a_link_is_held_against_the_accounts_own_domains() -> None:
    accounts = FakeAccounts()
    settings = AccountSettings(own_domains=("shop.example",))
    accounts.create("acme", settings, FakeClock().now())
    marks = {"source": "newsletter", "medium": "email", "campaign": "spring"}
    assert not tag_link("acme", "https://shop.example/", marks, accounts=accounts).warnings
    assert tag_link("acme", "https://shop2.example/", marks, accounts=accounts).warnings


def test_there_is_a_template_for_each_platform_once() -> None:
    platforms = [template.platform for template in list_templates()]
    assert len(platforms) == len(set(platforms))
    assert {"google", "facebook", "microsoft", "tiktok", "klaviyo", "email"} <= set(platforms)
