"""Pages are fetched from public addresses of registered domains, within bounds, and no others."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.web.pages import LARGEST_BODY, MOST_REDIRECTS, WebPages
from headwater.domain.fetching import Allowance, Failure, Hop
from tests.integration.web.web_server import Page, certificate, redirect, web_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.integration.web.web_server import WebServer

PUBLIC = "93.184.215.14"
SHOP = Allowance(frozenset({"www.shop.example", "landing.example"}))


@dataclass
class Network:
    """What names mean, and one server behind every address; it remembers who was connected to."""

    server: WebServer
    names: dict[str, list[str]] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    dead: tuple[str, ...] = ()

    def resolve(self, host: str) -> list[str]:
        self.looked_up.append(host)
        return self.names.get(host, [PUBLIC])

    def connect(self, address: tuple[str, int], seconds: float) -> socket.socket:
        self.connected.append(address)
        if address[0] in self.dead:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self.server.port), seconds)

    def pages(self, **more: Any) -> WebPages:  # noqa: ANN401
        return WebPages(**{"resolve": self.resolve, "connect": self.connect, **more})


@pytest.fixture
def network() -> Iterator[Network]:
    with web_server({"/": Page(b"<p>welcome</p>")}) as server:
        yield Network(server)


def test_a_page_comes_with_its_type_and_its_text(network: Network) -> None:
    fetched = network.pages().fetch("http://shop.example/?a=1", SHOP)
    assert fetched.hops == (Hop("http://shop.example/?a=1", 200),)
    assert (fetched.failure, fetched.content_type) == (None, "text/html")
    assert (fetched.body, fetched.is_cut) == (b"<p>welcome</p>", False)
    assert network.server.asked == [("shop.example", "/?a=1")]
    assert network.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("ftp://shop.example/", Failure.NOT_A_URL),
        ("file:///etc/passwd", Failure.NOT_A_URL),
        ("javascript:alert(1)", Failure.NOT_A_URL),
        ("//shop.example/", Failure.NOT_A_URL),
        ("http:///", Failure.NOT_A_URL),
        ("http://[::1", Failure.NOT_A_URL),
        ("http://shop.example:none/", Failure.NOT_A_URL),
        ("http://shop.example/\r\nHost: other.example", Failure.NOT_A_URL),
        ("http://other.example\\.shop.example/", Failure.NOT_A_URL),
        ("http://shop.example/" + "a" * 9000, Failure.NOT_A_URL),
        ("http://" + "a" * 64 + ".shop.example/", Failure.NOT_A_URL),
        ("http://ann:secret@shop.example/", Failure.CREDENTIALS),
        ("http://shop.example@other.example/", Failure.CREDENTIALS),
        ("http://shop.example:22/", Failure.PORT),
        ("https://shop.example:80/", Failure.PORT),
        ("http://shop.example:0/", Failure.PORT),
        ("http://other.example/", Failure.FOREIGN_HOST),
        ("http://notshop.example/", Failure.FOREIGN_HOST),
        ("http://shop.example.other.example/", Failure.FOREIGN_HOST),
        ("http://example/", Failure.FOREIGN_HOST),
        ("http://127.0.0.1/", Failure.FOREIGN_HOST),
        ("http://[::1]/", Failure.FOREIGN_HOST),
        ("http://2130706433/", Failure.FOREIGN_HOST),
        ("http://0x7f.1/", Failure.FOREIGN_HOST),
        ("http://169.254.169.254/latest/meta-data/", Failure.FOREIGN_HOST),
    ],
)
def test_an_address_that_is_no_page_of_a_registered_domain_is_not_even_looked_up(
    network: Network, url: str, failure: Failure
) -> None:
    fetched = network.pages().fetch(url, SHOP)
    assert (fetched.failure, fetched.hops) == (failure, (Hop(url),))
    assert (network.looked_up, network.connected) == ([], [])


@pytest.mark.parametrize(
    "host", ["shop.example", "www.shop.example", "SHOP.example.", "go.shop.example"]
)
def test_the_bare_domain_its_www_and_what_lies_below_are_the_shops(
    network: Network, host: str
) -> None:
    assert network.pages().fetch(f"http://{host}/", SHOP).failure is None


PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.170.2",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "198.18.0.1",
    "224.0.0.251",
    "233.252.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:a9fe:a9fe::1",
    "2002:7f00:1::",
    "2001:0:a9fe:a9fe::1",
    "not an address",
]


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("others", [[], [PUBLIC]], ids=["alone", "beside-a-public-one"])
def test_a_name_that_means_a_private_address_is_not_connected_to(
    network: Network, address: str, others: list[str]
) -> None:
    network.names["shop.example"] = [*others, address]
    fetched = network.pages().fetch("http://shop.example/", SHOP)
    assert fetched.failure is Failure.PRIVATE_ADDRESS
    assert network.connected == []


@pytest.mark.parametrize(
    "address", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"]
)
def test_a_public_address_of_either_family_is_connected_to(network: Network, address: str) -> None:
    network.names["shop.example"] = [address]
    assert network.pages().fetch("http://shop.example/", SHOP).failure is None
    assert network.connected == [(address, 80)]


def test_the_next_address_is_tried_where_one_does_not_take_us(network: Network) -> None:
    network.names["shop.example"] = ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", PUBLIC]
    network.dead = ("2606:2800:21f:cb07:6820:80da:af6b:8b2c",)
    assert network.pages().fetch("http://shop.example/", SHOP).failure is None
    assert network.connected[-1] == (PUBLIC, 80)


def iter_of(*answers: list[str]) -> Callable[[str], list[str]]:
    left = iter(answers)
    return lambda _: next(left)


def test_a_name_that_means_another_address_a_moment_later_changes_nothing(
    network: Network,
) -> None:
    pages = network.pages(resolve=iter_of([PUBLIC], ["169.254.169.254"]))
    assert pages.fetch("http://shop.example/", SHOP).failure is None
    assert network.connected == [(PUBLIC, 80)]
    # Each hop of a redirect is looked up anew, and so refused.
    pages = network.pages(resolve=iter_of([PUBLIC], ["169.254.169.254"]))
    network.server.pages["/"] = redirect("/again")
    fetched = pages.fetch("http://shop.example/", SHOP)
    assert fetched.failure is Failure.PRIVATE_ADDRESS
    assert fetched.hops == (Hop("http://shop.example/", 302), Hop("http://shop.example/again"))
    assert network.connected == [(PUBLIC, 80)] * 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_among_the_registered_domains(network: Network, status: int) -> None:
    network.server.pages |= {
        "/ad": redirect("http://landing.example/b?c=2", status),
        "/b": redirect("../", status),
    }
    fetched = network.pages().fetch("http://shop.example/ad#top", SHOP)
    assert fetched.failure is None
    assert [hop.url for hop in fetched.hops] == [
        "http://shop.example/ad#top",
        "http://landing.example/b?c=2#top",
        "http://landing.example/#top",
    ]
    assert network.server.asked[-1] == ("landing.example", "/")


@pytest.mark.parametrize(
    ("to", "failure"),
    [
        ("http://other.example/", Failure.FOREIGN_HOST),
        ("//169.254.169.254/latest/", Failure.FOREIGN_HOST),
        ("http://[::ffff:169.254.169.254]/", Failure.FOREIGN_HOST),
        ("http://localhost/", Failure.FOREIGN_HOST),
        ("http://inside.shop.example/", Failure.PRIVATE_ADDRESS),
        ("http://shop.example:8080/", Failure.PORT),
        ("http://ann@shop.example/", Failure.CREDENTIALS),
        ("ftp://shop.example/", Failure.NOT_A_URL),
        ("data:text/html,hello", Failure.NOT_A_URL),
        ("http://[broken", Failure.NOT_A_URL),
    ],
)
def test_a_redirect_that_leads_out_is_told_and_not_followed(
    network: Network, to: str, failure: Failure
) -> None:
    network.names["inside.shop.example"] = ["10.0.0.7"]
    network.server.pages["/"] = redirect(to)
    fetched = network.pages().fetch("http://shop.example/", SHOP)
    assert fetched.failure is failure
    assert (len(fetched.hops), fetched.status, fetched.body) == (2, 0, b"")
    assert len(network.connected) == 1


def test_a_circle_of_redirects_ends(network: Network) -> None:
    network.server.pages["/"] = redirect("/")
    fetched = network.pages().fetch("http://shop.example/", SHOP)
    assert fetched.failure is Failure.TOO_MANY_REDIRECTS
    assert len(network.server.asked) == MOST_REDIRECTS + 1


def test_a_redirect_in_other_letters_than_latin_ones_is_asked_as_browsers_ask(
    network: Network,
) -> None:
    there = "/für alle?utm_campaign=ä b".encode().decode("latin-1")
    network.server.pages |= {"/": redirect(there), "/f%C3%BCr%20alle": Page(b"here")}
    network.server.pages["/plain"] = Page()
    fetched = network.pages().fetch("http://shop.example/", SHOP)
    # A space in an address is no address for us, whatever browsers make of it.
    assert fetched.failure is Failure.NOT_A_URL
    network.server.pages["/"] = redirect(there.replace(" ", "%20"))
    fetched = network.pages().fetch("http://shop.example/", SHOP)
    assert fetched.body == b"here"
    assert network.server.asked[-1][1] == "/f%C3%BCr%20alle?utm_campaign=%C3%A4%20b"


def test_loopback_is_asked_only_where_it_is_registered_and_allowed(network: Network) -> None:
    url = f"http://127.0.0.1:{network.server.port}/"
    pages = WebPages()
    own = frozenset({"127.0.0.1"})
    assert pages.fetch(url, Allowance(own, loopback=True)).body == b"<p>welcome</p>"
    assert pages.fetch(url, Allowance(own)).failure is Failure.FOREIGN_HOST
    assert pages.fetch(url, Allowance(SHOP.hosts, loopback=True)).failure is Failure.FOREIGN_HOST


def test_an_allowed_loopback_lets_no_other_name_lead_inside(network: Network) -> None:
    network.names |= {"shop.example": ["127.0.0.1"], "localhost": ["10.0.0.7"]}
    allowed = Allowance(frozenset({"shop.example", "localhost"}), loopback=True)
    pages = network.pages()
    assert pages.fetch("http://shop.example/", allowed).failure is Failure.PRIVATE_ADDRESS
    assert pages.fetch("http://localhost/", allowed).failure is Failure.PRIVATE_ADDRESS


def test_over_tls_the_name_is_asked_for_and_checked_at_the_resolved_address(
    tmp_path: Path,
) -> None:
    own, believing = certificate("shop.example", tmp_path)
    with web_server({"/": Page(b"secure")}, tls=own) as server:
        network = Network(server)
        pages = network.pages(tls=believing)
        fetched = pages.fetch("https://shop.example/", SHOP)
        wrong = pages.fetch("https://landing.example/", SHOP)
        unbelieved = network.pages().fetch("https://shop.example/", SHOP)
    assert fetched.body == b"secure"
    assert network.connected[0] == (PUBLIC, 443)
    assert (server.names[0], server.asked) == ("shop.example", [("shop.example", "/")])
    assert [wrong.failure, unbelieved.failure] == [Failure.TLS, Failure.TLS]


def test_a_port_without_tls_is_no_secure_page(network: Network) -> None:
    assert network.pages().fetch("https://shop.example/", SHOP).failure is Failure.TLS


def test_of_a_large_page_the_beginning_is_read(network: Network) -> None:
    network.server.pages["/"] = Page(b"x" * (LARGEST_BODY + 5))
    fetched = network.pages().fetch("http://shop.example/", SHOP)
    assert (len(fetched.body), fetched.is_cut) == (LARGEST_BODY, True)
    network.server.pages["/"] = Page(b"x" * LARGEST_BODY)
    fetched = network.pages().fetch("http://shop.example/", SHOP)
    assert (len(fetched.body), fetched.is_cut) == (LARGEST_BODY, False)


def test_a_packed_page_is_unpacked_as_far_as_the_bound(network: Network) -> None:
    packed = {"Content-Encoding": "gzip"}
    network.server.pages["/"] = Page(gzip.compress(b"<p>small</p>"), headers=packed)
    assert network.pages().fetch("http://shop.example/", SHOP).body == b"<p>small</p>"
    network.server.pages["/"] = Page(gzip.compress(b"0" * 200_000_000), headers=packed)
    tracemalloc.start()
    fetched = network.pages().fetch("http://shop.example/", SHOP)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(fetched.body), fetched.is_cut) == (LARGEST_BODY, True)
    assert peak < 10 * LARGEST_BODY


@pytest.mark.parametrize(
    "page",
    [
        Page(raw=b"220 mail.example ESMTP\r\n"),
        Page(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"),
        Page(b"not packed", headers={"Content-Encoding": "gzip"}),
        Page(b"br", headers={"Content-Encoding": "br"}),
    ],
    ids=["no-http", "cut-short", "badly-packed", "packed-otherwise"],
)
def test_an_answer_that_is_no_page_is_said_to_be_none(network: Network, page: Page) -> None:
    network.server.pages["/"] = page
    fetched = network.pages().fetch("http://shop.example/", SHOP)
    assert (fetched.failure, fetched.body) == (Failure.BAD_ANSWER, b"")


@pytest.mark.parametrize(
    "beginning",
    [b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["status", "header", "body"],
)
def test_a_page_that_comes_drop_by_drop_is_cut_off(network: Network, beginning: bytes) -> None:
    network.server.pages["/"] = Page(raw=beginning, drip=True)
    fetched = network.pages(longest=0.3).fetch("http://shop.example/", SHOP)
    assert (fetched.failure, fetched.body) == (Failure.TOO_SLOW, b"")


def test_a_handshake_that_never_ends_is_cut_off(network: Network) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        network.server.port = silent.getsockname()[1]
        fetched = network.pages(longest=0.3).fetch("https://shop.example/", SHOP)
    assert fetched.failure is Failure.TOO_SLOW


def test_a_name_that_nobody_answers_for_is_told_from_one_that_takes_too_long(
    network: Network,
) -> None:
    def unknown(_: str) -> object:
        raise socket.gaierror

    def failure_of(resolve: Callable[[str], object]) -> Failure | None:
        pages = network.pages(resolve=resolve, longest=0.2)
        return pages.fetch("http://shop.example/", SHOP).failure

    assert failure_of(unknown) is Failure.UNRESOLVED
    assert failure_of(lambda _: []) is Failure.UNRESOLVED
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert failure_of(lambda _: silent.accept()) is Failure.TOO_SLOW


def test_the_time_is_that_of_the_whole_chain(network: Network) -> None:
    instants = iter([0.0, 1.0, 2.0, 3.0, 9.0, 11.0, 11.0])
    network.server.pages |= {"/": redirect("/b"), "/b": redirect("/")}
    fetched = network.pages(seconds=lambda: next(instants)).fetch("http://shop.example/", SHOP)
    assert fetched.failure is Failure.TOO_SLOW
    assert len(network.server.asked) == 1


def test_a_shop_that_is_down_is_unreachable(network: Network) -> None:
    network.dead = (PUBLIC,)
    assert network.pages().fetch("http://shop.example/", SHOP).failure is Failure.UNREACHABLE
