"""What we send is signed so that any receiver of Standard Webhooks can verify it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from headwater.domain.signatures import SECRET_BYTES, signed_headers, signing_secret

AT = datetime.fromtimestamp(1_614_265_330, UTC)


def test_the_example_of_the_libraries_has_the_signature_that_they_give_it() -> None:
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        AT,
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_is_its_random_bytes() -> None:
    random = bytes(range(SECRET_BYTES))
    secret = signing_secret(random)
    assert base64.b64decode(secret.removeprefix("whsec_")) == random


def test_another_id_instant_or_body_has_another_signature() -> None:
    secret = signing_secret(b"k" * SECRET_BYTES)
    signatures = {
        signed_headers(secret, name, at, body)["webhook-signature"]
        for name, at, body in [
            ("m", AT, b"{}"),
            ("n", AT, b"{}"),
            ("m", AT.replace(second=0), b"{}"),
            ("m", AT, b"{ }"),
        ]
    }
    assert len(signatures) == 4
