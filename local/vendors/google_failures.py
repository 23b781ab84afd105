"""Google Ads' errors."""

from typing import Any

from local.storefront.exchange import Response, json_response

_FAILURE = "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure"


def denied(code: str) -> Response:
    """Return the answer where a permission is missing."""
    return failure(403, "PERMISSION_DENIED", "authorizationError", code)


def failure(
    status: int,
    name: str,
    family: str,
    code: str,
    *,
    message: str = "",
    details: dict[str, Any] | None = None,
) -> Response:
    """Return an error of a stream: an object inside of an array."""
    one: dict[str, Any] = {"errorCode": {family: code}, "message": message or code}
    if details:
        one["details"] = details
    failure = {"@type": _FAILURE, "errors": [one], "requestId": "AbCdEf"}
    error = {"code": status, "message": message or name, "status": name, "details": [failure]}
    return json_response([{"error": error}], status)
