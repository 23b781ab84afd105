from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.deliveries import (
    LARGEST_MESSAGE,
    Delivery,
    RejectedText,
    read_message,
)
from headwater.errors import InvalidRowError

NOW = datetime(2026, 11, 21, 14, 0, 0, 123456, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def _delivery(*events: object) -> Delivery:
    return Delivery("acme", "shop", NOW, events, 1.5, "v1", "Mozilla/5.0", "192.0.2.0/24")


@given(st.lists(JSON, max_size=5))
def test_a_delivery_reads_back_as_it_was_written(events: list[Any]) -> None:
    [message] = _delivery(*events).messages()
    assert read_message(message) == _delivery(*events)


def test_a_large_delivery_is_split_into_messages_that_the_queue_takes() -> None:
    events = [{"id": str(n), "text": "\x7f" * 1300} for n in range(50)]
    messages = _delivery(*events).messages()
    assert len(messages) == 2
    assert max(len(message) for message in messages) <= LARGEST_MESSAGE
    read = [event for message in messages for event in _read_delivery(message).events]
    assert read == events


def test_an_event_that_no_message_can_hold_is_cut_to_a_text() -> None:
    messages = _delivery({"text": "\x7f" * 60_000}, {"id": "small"}).messages()
    events = [event for message in messages for event in _read_delivery(message).events]
    assert isinstance(events[0], str)
    assert events[1] == {"id": "small"}
    assert max(len(message) for message in messages) <= LARGEST_MESSAGE


def test_no_visitor_and_no_consent_is_too_long_for_a_message() -> None:
    long = "\x7f" * 60_000
    for delivery in (
        replace(_delivery({"id": "e1"}), visitor=long),
        replace(_delivery({"id": "e1"}), visitor={"id": long}),
        replace(_delivery({"id": "e1"}), consent=long),
    ):
        [message] = delivery.messages()
        assert len(message) <= LARGEST_MESSAGE
        read = _read_delivery(message)
        assert (read.events, read.is_private) == (({"id": "e1"},), delivery.is_private)


def _read_delivery(message: str) -> Delivery:
    read = read_message(message)
    assert isinstance(read, Delivery)
    return read


def test_a_rejected_text_reads_back_cut() -> None:
    text = RejectedText("acme", NOW, "body: not JSON", "x" * 5000)
    assert read_message(text.message()) == RejectedText("acme", NOW, text.reason, "x" * 1024)


@given(JSON, st.sampled_from(["account", "received_at", "events", "sent", "rejected", "trust"]))
def test_a_message_of_somebody_else_is_refused_and_breaks_nothing(
    value: object, field: str
) -> None:
    good = json.loads(_delivery().messages()[0])
    for message in (json.dumps(value), json.dumps(good | {field: value})):
        try:
            read_message(message)
        except InvalidRowError:
            continue


@pytest.mark.parametrize("sent", ["NaN", "1e999", "[]"])
def test_a_clock_reading_that_is_no_number_is_refused(sent: str) -> None:
    [message] = _delivery().messages()
    with pytest.raises(InvalidRowError):
        read_message(message.replace('"sent":1.5', f'"sent":{sent}'))
