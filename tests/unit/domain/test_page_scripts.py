from __future__ import annotations

from time import process_time

import pytest

from headwater.domain.page_scripts import FoundScript, read_page

KEY = "5f0c9ae1b2d34477a1e09b6c"
URL = "https://shop.example/mugs/?a=1"
LOADER = f"https://hits.example/l/{KEY}.js"
NAME = "0123456789ab.js"
VERSION = f"https://hits.example/s/{NAME}?key={KEY}"


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        (f'<script async src="{LOADER}"></script>', FoundScript(LOADER, KEY)),
        (f"<SCRIPT SRC = ' {LOADER} '>", FoundScript(LOADER, KEY)),
        (f'<script src="//hits.example/l/{KEY}.js"></script>', FoundScript(LOADER, KEY)),
        (
            f'<script src="../x/l/{KEY}.js?v=1"></script>',
            FoundScript(f"https://shop.example/x/l/{KEY}.js?v=1", KEY),
        ),
        (
            f'<script src="{VERSION}&amp;domains=a"\n integrity="sha256-x" crossorigin></script>',
            FoundScript(f"{VERSION}&domains=a", KEY, NAME, "sha256-x"),
        ),
        (
            f'<script src="https://hits.example/s/{NAME}" data-key="{KEY}"></script>',
            FoundScript(f"https://hits.example/s/{NAME}", KEY, NAME),
        ),
        (
            f'<script type="text/plain" data-consent="wait" src="{LOADER}"></script>',
            FoundScript(LOADER, KEY, is_held=True, consent="wait"),
        ),
        (f'<script type="module" src="{LOADER}"></script>', FoundScript(LOADER, KEY)),
    ],
)
def test_the_script_is_found_however_its_tag_is_written(tag: str, found: FoundScript) -> None:
    page = read_page(f"<html><head>{tag}</head></html>", URL)
    assert page.scripts == (found,)
    assert page.own({KEY}) == found
    assert page.own({"another"}) is None


@pytest.mark.parametrize(
    "text",
    [
        f"<!-- <script src='{LOADER}'></script> -->",
        f"<p>{LOADER}</p>",
        f"<script>var a = '<script src=\"{LOADER}\">'</script>",
        f"<a href='{LOADER}'>script</a>",
        f"<textarea><script src='{LOADER}'></script></textarea>",
        f"<noscript><script src='{LOADER}'></script></noscript>",
        f"<style><script src='{LOADER}'></script>",
        f"<scripts src='{LOADER}'>",
        f"<script>//<script src='{LOADER}'>",
        f"<!-- <script src='{LOADER}'></script>",
        "<script src='https://hits.example/l/.js'></script>",
        "<script src='https://other.example/all.js'></script>",
        "<script src='http://[broken/l/abcdefgh.js'></script>",
        "<script></script><script src></script>",
        "",
        "\x00\xff<<<>>",
    ],
)
def test_what_a_browser_would_not_run_is_no_script(text: str) -> None:
    assert read_page(text, URL).scripts == ()


def test_of_a_repeated_attribute_the_first_counts_as_in_browsers() -> None:
    text = f"<script src='{LOADER}' src='https://other.example/' SRC=x></script>"
    assert read_page(text, URL).scripts == (FoundScript(LOADER, KEY),)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<!--",
            "<a ",
            "<",
            "<script",
            "<script ",
            "<script>",
            "</script",
            "<base a=",
            "<?",
            "<!",
        ),
        *("<script a='", '<script a="', "<script =", "<script a", "=", "&#", "\t", "<base href=x>"),
    ],
)
def test_no_text_of_a_megabyte_takes_longer_than_a_page_may(piece: str) -> None:
    began = process_time()
    read_page(piece * (1_000_000 // len(piece)), URL)
    read_page("<script " + piece * (1_000_000 // len(piece)), URL)
    assert process_time() - began < 5


def test_addresses_are_relative_to_the_pages_base() -> None:
    text = f"<base href='https://cdn.example/a/'><script src='l/{KEY}.js'></script>"
    assert read_page(text, URL).scripts[0].url == f"https://cdn.example/a/l/{KEY}.js"


def test_the_banner_and_a_tag_manager_announce_themselves() -> None:
    banner = (
        "<script>window.consentManagerStoreConfig = function () { return {}; };</script>",
        '<script src="https://cdn11.bigcommerce.com/shared/js/storefront/consent-manager-1f.js">',
    )
    assert all(read_page(text, URL).has_banner for text in banner)
    manager = (
        '<script src="https://www.googletagmanager.com/gtm.js?id=GTM-AB12CD"></script>',
        "<script>(function(w,d,s,l,i){})(window,document,'script','dataLayer','GTM-AB12');</script>",
    )
    assert all(read_page(text, URL).has_tag_manager for text in manager)
    plain = read_page("<html></html>", URL)
    assert (plain.has_banner, plain.has_tag_manager) == (False, False)
