"""What the routes of sources answer where the source is an ad platform or a CRM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_json, read_model
from headwater.runtime.api.models_connectors import (
    ConnectorBody,
    ConnectorRenewal,
    ConnectorTrial,
)
from headwater.runtime.api.source_progress import ad_accounts_of, details_of, scopes_of
from headwater.runtime.observability import count, logger
from headwater.usecases.connect_connector import (
    ConnectorRequest,
    check_connector,
    connect_connector,
)
from headwater.usecases.connect_source import BIGCOMMERCE
from headwater.usecases.manage_connectors import reconnect_connector, try_connector

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aws_lambda_powertools.event_handler import Response

    from headwater.usecases.connect_connector import ConnectedConnector


def names_another_kind(event: Mapping[str, Any]) -> bool:
    """Tell whether a body names a kind of source that is no BigCommerce store."""
    body = read_json(event)
    return isinstance(body, dict) and body.get("kind", BIGCOMMERCE) != BIGCOMMERCE


def answer_check(event: Mapping[str, Any], deadline: datetime) -> Response[str]:
    """Try credentials and keep nothing."""
    asked = read_model(event, ConnectorTrial)
    request = ConnectorRequest(asked.kind, asked.credentials, api_url=asked.api_url)
    check = check_connector(
        request,
        connectors=bootstrap.connectors(deadline),
        other_api_urls=bootstrap.other_api_urls(),
    )
    answer = {
        "kind": asked.kind,
        "can_connect": check.refusal is None,
        "reason": str(check.refusal or ""),
        "scopes": scopes_of(check.findings),
        "ad_accounts": ad_accounts_of(check.ad_accounts),
        "renewed": dict(check.renewed),
    }
    return json_answer(answer)


def answer_connect(account: str, event: Mapping[str, Any], deadline: datetime) -> Response[str]:
    """Connect an ad platform or a CRM."""
    asked = read_model(event, ConnectorBody)
    chosen = None if asked.ad_accounts is None else tuple(asked.ad_accounts)
    request = ConnectorRequest(asked.kind, asked.credentials, asked.source, chosen, asked.api_url)
    connected = connect_connector(
        account,
        request,
        ports=bootstrap.connector_ports(deadline),
        other_api_urls=bootstrap.other_api_urls(),
    )
    return _connected(account, connected, pull_now=asked.pull_now)


def answer_reconnect(
    account: str, source: str, event: Mapping[str, Any], deadline: datetime
) -> Response[str]:
    """Give a connected one new credentials."""
    asked = read_model(event, ConnectorRenewal)
    connected = reconnect_connector(
        account,
        source,
        asked.credentials,
        ports=bootstrap.connector_ports(deadline),
        other_api_urls=bootstrap.other_api_urls(),
    )
    return _connected(account, connected, pull_now=asked.pull_now)


def answer_test(account: str, source: str, deadline: datetime) -> Response[str]:
    """Try a connected one now."""
    tried = try_connector(account, source, ports=bootstrap.connector_ports(deadline))
    answer = {
        "account": account,
        "source": details_of(tried.source, bootstrap.clock().now()),
        "scopes": scopes_of(tried.findings),
        "ad_accounts": ad_accounts_of(tried.ad_accounts),
    }
    return json_answer(answer)


def _connected(account: str, connected: ConnectedConnector, *, pull_now: bool) -> Response[str]:
    source = connected.source
    if pull_now:
        bootstrap.pipeline().pull(account)
    count(SourcesConnected=1)
    logger.info("source connected", extra={"source": source.source, "kind": source.kind})
    answer = {
        "source": source.source,
        "kind": source.kind,
        "status": details_of(source, bootstrap.clock().now())["status"],
        "pull_started": pull_now,
        "scopes": scopes_of(connected.check.findings),
        "ad_accounts": ad_accounts_of(source.ad_accounts),
    }
    return json_answer(answer, status=201)
