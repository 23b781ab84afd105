"""An HTTP API declared by an OpenAPI body gets its routes, authorizers, tags and CORS.

Symptom: SAM turns `AWS::Serverless::HttpApi` into an `AWS::ApiGatewayV2::Api` that says everything
in its `Body`; ministack ignores that property, so the API exists and every route answers 404.

Remedy: after CloudFormation has created or updated the API, read the body and make the routes,
integrations and authorizers that it describes.
"""

import json
import re

from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

_FUNCTION_OF_URI = re.compile(r"(arn:aws:lambda:[^/]+)/invocations")


def apply() -> None:
    """Import the OpenAPI body whenever CloudFormation creates or updates an HTTP API."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    create, update = handler["create"], handler["update"]

    def create_with_body(logical_id, props, stack_name):
        created = create(logical_id, _lifted(props), stack_name)
        _import_body(created[0], props.get("Body") or {})
        return created

    def update_with_body(physical_id, old_props, new_props, stack_name, logical_id=None):
        old, new = _lifted(old_props), _lifted(new_props)
        updated = update(physical_id, old, new, stack_name, logical_id)
        _import_body(updated[0], new_props.get("Body") or {})
        return updated

    handler.update(create=create_with_body, update=update_with_body)


def _lifted(props):
    """Return the properties with the tags and CORS that SAM hides inside the body."""
    body = props.get("Body") or {}
    tags = {
        tag["name"]: tag.get("x-amazon-apigateway-tag-value", "") for tag in body.get("tags") or []
    }
    lifted = {**props, "Tags": {**tags, **(props.get("Tags") or {})}}
    cors = body.get("x-amazon-apigateway-cors")
    if cors and not props.get("CorsConfiguration"):
        lifted["CorsConfiguration"] = cors
    return lifted


def _import_body(api_id, body):
    if not body:
        return
    for store in (apigateway._routes, apigateway._integrations, apigateway._authorizers):
        store[api_id] = {}
    authorizers = _import_authorizers(api_id, body)
    for path, operations in (body.get("paths") or {}).items():
        for verb, operation in operations.items():
            if isinstance(operation, dict):
                _import_operation(api_id, path, verb, operation, authorizers)


def _import_authorizers(api_id, body):
    """Create the body's authorizers.

    Returns:
        Security scheme name -> (authorization type of its routes, authorizer id).
    """
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    authorizers = {}
    for name, scheme in schemes.items():
        settings = scheme.get("x-amazon-apigateway-authorizer")
        if not settings:
            continue
        created = json.loads(apigateway._create_authorizer(api_id, _authorizer(name, settings))[2])
        route_type = "JWT" if created["authorizerType"] == "JWT" else "CUSTOM"
        authorizers[name] = (route_type, created["authorizerId"])
    return authorizers


def _authorizer(name, settings):
    sources = settings.get("identitySource") or []
    authorizer = {
        "name": name,
        "authorizerType": settings.get("type", "request").upper(),
        "identitySource": [sources] if isinstance(sources, str) else sources,
    }
    for key in (
        "jwtConfiguration",
        "authorizerUri",
        "authorizerPayloadFormatVersion",
        "authorizerResultTtlInSeconds",
        "enableSimpleResponses",
    ):
        if key in settings:
            authorizer[key] = settings[key]
    return authorizer


def _import_operation(api_id, path, verb, operation, authorizers):
    integration = operation.get("x-amazon-apigateway-integration")
    if not integration:
        return
    function = _FUNCTION_OF_URI.search(integration["uri"])
    created = apigateway._create_integration(
        api_id,
        {
            "integrationType": "AWS_PROXY",
            "integrationUri": function.group(1) if function else integration["uri"],
            "payloadFormatVersion": integration.get("payloadFormatVersion", "2.0"),
        },
    )
    method = "ANY" if verb == "x-amazon-apigateway-any-method" else verb.upper()
    route = {
        "routeKey": "$default" if path == "/$default" else f"{method} {path}",
        "target": f"integrations/{json.loads(created[2])['integrationId']}",
    }
    schemes = [name for choice in operation.get("security") or [] for name in choice]
    used = next((authorizers[name] for name in schemes if name in authorizers), None)
    if used:
        route["authorizationType"], route["authorizerId"] = used
    apigateway._create_route(api_id, route)
