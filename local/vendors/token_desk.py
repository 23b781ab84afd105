"""The desk of an app that a merchant has authorized: access tokens for a refresh token."""

import base64
from urllib.parse import parse_qsl

from local.storefront.exchange import Response, json_response
from local.vendors.application import Call

CLIENT_ID, CLIENT_SECRET = "headwater-app", "headwater-app-secret"
FIRST_REFRESH_TOKEN = "refresh-token-1"  # noqa: S105 - of servers on this machine
APP_CREDENTIALS = {
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "refresh_token": FIRST_REFRESH_TOKEN,
}


class TokenDesk:
    """Gives access tokens, as many as are asked for.

    Args:
        life: seconds that an access token is good for.
        rotates: each refresh token is good once, and brings the next one.
        basic: the client shows itself in a header, and not in the form.
    """

    def __init__(self, life: int, *, rotates: bool, basic: bool) -> None:
        self.refresh_token = FIRST_REFRESH_TOKEN
        self._life = life
        self._rotates = rotates
        self._basic = basic
        self._given = 0
        self._expired = 0

    def expire(self) -> None:
        """Let every access token that was given run out."""
        self._expired = self._given

    def revoke(self) -> None:
        """Let no token be good any longer, as when the app is removed."""
        self.expire()
        self.refresh_token = "revoked"  # noqa: S105

    def knows(self, call: Call) -> bool:
        """Tell whether a call has an access token that is good."""
        number = call.header("authorization").removeprefix("Bearer app-access-token-")
        return number.isdigit() and self._expired < int(number) <= self._given

    def grant(self, call: Call) -> Response:
        """Answer a call for an access token."""
        asked = dict(parse_qsl(call.request.body.decode()))
        if self._client(call, asked) != (CLIENT_ID, CLIENT_SECRET):
            return _refusal("invalid_client", "The client is not known.", 401)
        if asked.get("grant_type") != "refresh_token":
            return _refusal("unsupported_grant_type", "")
        if asked.get("refresh_token") != self.refresh_token:
            return _refusal("invalid_grant", "Invalid refresh token")
        self._given += 1
        if self._rotates:
            self.refresh_token = f"refresh-token-{self._given + 1}"
        return json_response(
            {
                "token_type": "bearer",
                "access_token": f"app-access-token-{self._given}",
                "refresh_token": self.refresh_token,
                "expires_in": self._life,
            }
        )

    def _client(self, call: Call, asked: dict[str, str]) -> tuple[str, str]:
        if not self._basic:
            return asked.get("client_id", ""), asked.get("client_secret", "")
        pair = call.header("authorization").removeprefix("Basic ")
        client, _, secret = base64.b64decode(pair).decode().partition(":")
        return client, secret


def _refusal(error: str, description: str, status: int = 400) -> Response:
    return json_response({"error": error, "error_description": description}, status)
