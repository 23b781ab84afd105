"""What to paste where the tracking script is put in by hand."""

from __future__ import annotations

from headwater.domain.script_snippets import list_snippets
from headwater.domain.script_tags import ScriptTag
from tests.infrastructure.template_file import REPOSITORY

COLLECTOR = "COLLECTOR"
TAG = ScriptTag("COLLECTOR/s/NAME.js", ("sha256-HASH",), "PUBLIC_KEY", ("shop.example",))
LOADER = "COLLECTOR/l/PUBLIC_KEY.js"
TEXTS = {one.kind: one for one in list_snippets(TAG, LOADER)}


def test_there_is_a_text_for_each_kind_of_shop() -> None:
    assert list(TEXTS) == ["theme", "theme_newest", "google_tag_manager", "catalyst", "order_page"]


def test_pinned_texts_name_a_version_by_its_integrity() -> None:
    pinned = [one for one in TEXTS.values() if one.is_pinned]
    assert len(pinned) == 3
    for one in pinned:
        assert TAG.address in one.text
        assert "sha256-HASH" in one.text
        assert "anonymous" in one.text
        assert "PUBLIC_KEY" in one.text


def test_a_themes_text_is_what_is_installed() -> None:
    assert TEXTS["theme"].text == (
        '<script async src="COLLECTOR/s/NAME.js" integrity="sha256-HASH" crossorigin="anonymous"'
        ' data-key="PUBLIC_KEY" data-domains="shop.example" data-type="{{page_type}}"'
        ' data-order="{{checkout.order.id}}"></script>'
    )


def test_an_order_is_told_by_its_number() -> None:
    assert "hw('order', { order_id: '{{checkout.order.id}}' })" in TEXTS["order_page"].text


def test_nothing_ends_a_script_early() -> None:
    tag = ScriptTag("COLLECTOR/s/NAME.js", ("h",), "</script><b>", ())
    for one in list_snippets(tag, LOADER):
        assert "</script><b>" not in one.text


def test_the_documentation_shows_the_same_texts() -> None:
    said = "".join((REPOSITORY / "docs" / "tracking.md").read_text("utf-8").split())
    for kind in ("theme", "theme_newest", "google_tag_manager", "catalyst"):
        assert "".join(TEXTS[kind].text.split()) in said, kind
