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
    ],
)
def test_a_page_is_what_it_says_or_what_its_path_tells(
    stated: object, path: str, kind: str
) -> None:
    assert page_type(stated, path) == kind
