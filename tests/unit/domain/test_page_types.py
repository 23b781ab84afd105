from __future__ import annotations

import pytest

from headwater.domain.page_types import page_type


@pytest.mark.parametrize(
    ("stated", "path", "kind"),
    [
        ("product", "/blue-mug/", "product"),
        (None, "/", "home"),
        (None, "/cart.php", "cart"),
        (None, "/checkout", "checkout"),
        (None, "/checkout/order-confirmation/1001", "order_confirmation"),
        (None, "/search.php", "search"),
        (None, "/login.php", "login"),
        (None, "/Account.php", "account"),
        (None, "/brands/acme", "brand"),
        (None, "/blog/mugs/", "blog"),
        (None, "/cartoons/", "other"),
        (None, "/blue-mug/", "other"),
        ("something new", "/blue-mug/", "other"),
        (["product"], "/cart.php", "cart"),
        ("default", "/?utm_source=x", "home"),
        ("orderconfirmation", "/checkout/order-confirmation", "order_confirmation"),
        ("account_orderstatus", "/account.php", "account"),
        ("createaccount", "/login.php", "login"),
        ("blog_post", "/our-story/", "blog"),
        ("brands", "/makers/", "brand"),
        ("404", "/cart.php/gone", "other"),
        ("page", "/about-us/", "other"),
        ("{{page_type}}", "/cart.php", "cart"),
    ],
)
def test_a_page_is_what_it_says_or_what_its_path_tells(
    stated: object, path: str, kind: str
) -> None:
    assert page_type(stated, path) == kind


# All that Stencil's reference lists for ``page_type``.
STENCIL = """
account_orderstatus account_order account_addressbook shippingaddressform account_new_return
add-wishlist account_recentitems account_downloaditem editaccount account_inbox
account_saved_return account_returns account_paymentmethods account_addpaymentmethod
account_editpaymentmethod login createaccount_thanks createaccount getnewpassword forgotpassword
blog blog_post brand brands cart checkout category compare page_contact_form error 404
giftcertificates giftcertificates_balance giftcertificates_redeem default orderconfirmation page
product amp_product_options search sitemap newsletter_subscribe wishlist wishlists
"""


@pytest.mark.parametrize("stated", STENCIL.split())
def test_every_page_of_a_theme_is_known_whatever_its_path(stated: str) -> None:
    assert page_type(stated, "/cart.php") == page_type(stated, "/a-path-of-the-merchants-own/")
