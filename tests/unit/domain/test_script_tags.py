"""The tag by which a shop's pages include the tracking script."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater.domain.script_tags import ScriptTag, is_tag_of, steps_between

KEY = "5f0c9ae1b2d34477a1e09b6c"
OLD = ScriptTag(
    "https://t.shop.example/s/000000000000.js",
    ("sha256-old",),
    KEY,
    ("shop.example", "store-abc123.mybigcommerce.com"),
)
NEW = replace(OLD, address="https://t.shop.example/s/111111111111.js", hashes=("sha256-new",))


def test_a_tag_names_the_version_its_integrity_and_what_the_script_is_told() -> None:
    assert OLD.html() == (
        '<script async src="https://t.shop.example/s/000000000000.js" integrity="sha256-old"'
        f' crossorigin="anonymous" data-key="{KEY}"'
        ' data-domains="shop.example,store-abc123.mybigcommerce.com"></script>'
    )


def test_a_theme_fills_in_the_type_of_the_page_and_the_order() -> None:
    html = replace(OLD, is_stencil=True, purpose="analytics").html()
    assert 'data-purpose="analytics"' in html
    assert 'data-type="{{page_type}}" data-order="{{checkout.order.id}}"' in html


def test_nothing_ends_an_attribute_early() -> None:
    html = replace(OLD, domains=('"><script>alert(1)</script>',)).html()
    assert html.count("<script") == 1


def test_a_tag_is_known_by_its_public_key_whatever_its_version_and_address() -> None:
    assert is_tag_of(OLD.html(), KEY)
    assert is_tag_of(replace(NEW, address="https://elsewhere.example/s/2.js").html(), KEY)
    assert not is_tag_of(replace(OLD, public_key="another").html(), KEY)


def test_a_tag_that_is_as_it_should_be_stays() -> None:
    assert list(steps_between(OLD.html(), OLD)) == []


def test_a_new_version_has_its_hash_beside_the_old_one_before_the_address_changes() -> None:
    both = ("sha256-old", "sha256-new")
    first, second = steps_between(OLD.html(), NEW)
    assert first == replace(OLD, hashes=both).html()
    assert second == replace(NEW, hashes=both).html()
    assert list(steps_between(first, NEW)) == [second]


def test_the_old_hash_goes_with_the_next_look() -> None:
    *_, last = steps_between(OLD.html(), NEW)
    assert list(steps_between(last, NEW)) == [NEW.html()]


def test_what_the_script_is_told_changes_in_one_step() -> None:
    wanted = replace(OLD, domains=("shop.example", "outlet.example"))
    assert list(steps_between(OLD.html(), wanted)) == [wanted.html()]


def test_a_store_takes_five_hashes_and_the_new_one_is_among_them() -> None:
    many = replace(OLD, hashes=tuple(f"sha256-{number}" for number in range(5)))
    first, second = steps_between(many.html(), NEW)
    for html in (first, second):
        assert html.count("sha256-") == 5
        assert "sha256-new" in html


@pytest.mark.parametrize("present", ["", "<script>1</script>", f'<script data-key="{KEY}">'])
def test_a_tag_that_somebody_has_mangled_is_replaced(present: str) -> None:
    *_, last = steps_between(present, NEW)
    assert last == NEW.html()
