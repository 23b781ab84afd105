"""An HTTP API without CORS settings of its own leaves preflights to its OPTIONS route.

Symptom: OPTIONS is always answered by the gateway, "CORS not configured" with 403, although AWS
does so only for an API with a CORS configuration and otherwise calls the route's function.

Remedy: such a request goes through the gateway under another spelling of its method, which the
built-in answer does not know, and gets its own back where a route is chosen and a function called.
"""

from ministack.services import apigateway

_PREFLIGHT, _SPELLED = "OPTIONS", "options"


def apply() -> None:
    """Route the preflights of APIs that have no CORS configuration."""
    execute, match, invoke = (
        apigateway._handle_execute_in_scope,
        apigateway._match_route,
        apigateway._invoke_lambda_proxy,
    )

    async def execute_routed(api_id, stage, path, method, *request):
        cors = (apigateway._apis.get(api_id) or {}).get("corsConfiguration")
        spelled = _SPELLED if method == _PREFLIGHT and not cors else method
        return await execute(api_id, stage, path, spelled, *request)

    async def invoke_routed(integration, api_id, stage, path, method, *request, **more):
        return await invoke(integration, api_id, stage, path, _own(method), *request, **more)

    apigateway._handle_execute_in_scope = execute_routed
    apigateway._match_route = lambda api_id, method, path: match(api_id, _own(method), path)
    apigateway._invoke_lambda_proxy = invoke_routed


def _own(method):
    return _PREFLIGHT if method == _SPELLED else method
