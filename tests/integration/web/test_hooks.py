"""Messages are posted to public addresses, over TLS, and to no other place."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from headwater.adapters.web.hooks import WebHooks
from headwater.adapters.web.pages import WebPages
from tests.integration.web.receiver import receiving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.web.receiver import Receiver

BODY = '{"name":"Zürich"}'.encode()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def on_this_machine() -> WebHooks:
    return WebHooks(WebPages(), loopback=True)


def test_a_message_arrives_with_its_headers_and_every_byte(receiver: Receiver) -> None:
    url = f"http://127.0.0.1:{receiver.port}/in?key=1"
    assert on_this_machine().post(url, {"webhook-id": "m1"}, BODY) == (204, "")
    [(path, headers, body)] = receiver.taken
    assert (path, body) == ("/in?key=1", BODY)
    assert headers["webhook-id"] == "m1"
    assert headers["content-type"] == "application/json"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.location = 307, f"http://127.0.0.1:{receiver.port}/elsewhere"
    url = f"http://127.0.0.1:{receiver.port}/in"
    assert on_this_machine().post(url, {}, BODY) == (307, "")
    assert [path for path, _, _ in receiver.taken] == ["/in"]


def test_a_receiver_inside_a_network_is_never_asked(receiver: Receiver) -> None:
    asked: list[str] = []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        return ["10.0.0.7"]

    hooks = WebHooks(WebPages(resolve=resolve))
    assert hooks.post("https://hooks.example/in", {}, BODY) == (0, "private_address")
    assert asked == ["hooks.example"]
    url = f"http://127.0.0.1:{receiver.port}/in"
    assert hooks.post(url, {}, BODY)[0] == 0
    assert receiver.taken == []


def test_a_receiver_that_is_down_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert on_this_machine().post(f"http://127.0.0.1:{port}/", {}, BODY) == (0, "unreachable")
