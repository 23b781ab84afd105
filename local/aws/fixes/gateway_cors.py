"""What an HTTP API refuses by itself carries CORS headers too.

Symptom: 401, 403 and 404 that the gateway answers without calling a function lack the CORS headers
of its configuration, so a page in a browser sees "Failed to fetch" instead of the status.

Remedy: add the headers to these answers as ministack does to a function's.
"""

from http import HTTPStatus

from ministack.services import apigateway


def apply() -> None:
    """Add CORS headers to the gateway's own refusals."""
    original = apigateway._handle_execute_in_scope

    async def execute(api_id, stage, path, method, headers, *request):
        answer = await original(api_id, stage, path, method, headers, *request)
        status, answer_headers = answer[0], answer[1]
        cors = (apigateway._apis.get(api_id) or {}).get("corsConfiguration")
        if (
            cors
            and status >= HTTPStatus.BAD_REQUEST
            and method != "OPTIONS"
            and not _has_cors(answer_headers)
        ):
            origin = headers.get("origin") or headers.get("Origin", "")
            answer_headers.update(apigateway._cors_response_headers(cors, origin))
        return answer

    apigateway._handle_execute_in_scope = execute


def _has_cors(headers):
    return any(name.lower() == "access-control-allow-origin" for name in headers)
