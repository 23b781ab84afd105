from __future__ import annotations

import base64
import gzip
from dataclasses import dataclass, field

import pytest

from headwater.domain.sites import Site, Sites
from headwater.errors import StoreUnavailableError
from headwater.usecases.browser_answers import Answer, Request
from headwater.usecases.serve_script import Build, serve_script

KEY = "5f0c9ae1b2d34477a1e09b6c"
NAME = "0123456789ab.js"
SITE = Site(
    "acme",
    "shop",
    frozenset(
        {
            "https://shop.example",
            "https://www.shop.example",
            "https://pay.example",
            "http://127.0.0.1:8000",
        }
    ),
)


@dataclass
class FakeScripts:
    files: dict[str, bytes] = field(default_factory=lambda: {NAME: b"follow()"})
    is_down: bool = False

    def build(self) -> Build:
        return Build(NAME, 'sha256-a+b/c="', 'load("{source}", "{integrity}")')

    def read(self, name: str) -> bytes | None:
        if self.is_down:
            message = "S3 does not answer"
            raise StoreUnavailableError(message)
        return self.files.get(name)


def ask(path: str, scripts: FakeScripts | None = None) -> Answer:
    return serve_script(
        Request("GET", path), sites=lambda: Sites({KEY: SITE}), scripts=scripts or FakeScripts()
    )


def test_the_loader_of_a_site_that_is_new_is_served() -> None:
    answer = serve_script(
        Request("GET", f"/l/{KEY}.js"),
        sites=lambda: Sites({}),
        scripts=FakeScripts(),
        newer_sites=lambda: Sites({KEY: SITE}),
    )
    assert answer.status == 200


def text_of(answer: Answer) -> str:
    assert answer.is_base64
    assert answer.headers["content-encoding"] == "gzip"
    return gzip.decompress(base64.b64decode(answer.body)).decode()


def test_a_script_is_the_same_for_ever_and_for_every_page() -> None:
    answer = ask(f"/s/{NAME}")

    assert (answer.status, text_of(answer)) == (200, "follow()")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_the_loader_names_the_present_script_its_integrity_and_the_sites_domains() -> None:
    answer = ask(f"/l/{KEY}.js")

    source = f"/s/{NAME}?key={KEY}&domains=127.0.0.1,pay.example,shop.example"
    assert text_of(answer) == f'load("{source}", "sha256-a+b/c=\\"")'
    assert answer.headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize(
    "path",
    [
        "/s/ffffffffffff.js",
        "/s/manifest.json",
        "/s/..%2fsecrets",
        "/s/0123456789ab.js/more",
        "/s/",
        "/l/unknown.js",
        "/l/",
        "/",
        "/x/y",
    ],
)
def test_what_is_not_there_is_told_as_a_problem(path: str) -> None:
    answer = ask(path)

    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_only_names_of_scripts_are_looked_up() -> None:
    scripts = FakeScripts({"manifest.json": b"{}", "../sites.json": b"{}"})

    assert ask("/s/manifest.json", scripts).status == 404
    assert ask("/s/../sites.json", scripts).status == 404


def test_an_outage_is_told_with_the_time_to_try_again() -> None:
    answer = ask(f"/s/{NAME}", FakeScripts(is_down=True))

    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
