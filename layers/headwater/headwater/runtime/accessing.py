"""Wires what lets callers in; like ``storage`` it needs neither the engine nor a store's client."""

from __future__ import annotations

import secrets as random_secrets
from functools import cache
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb.access import DynamoCallers, DynamoKeys, DynamoSessions
from headwater.runtime.storage import audit_log, clock, table
from headwater.usecases.manage_keys import KeyPorts
from headwater.usecases.open_session import SessionPorts

if TYPE_CHECKING:
    from headwater.usecases.ports.access import Callers, Keys, Sessions


@cache
def callers() -> Callers:
    """Return what finds callers by their keys and cookies."""
    return DynamoCallers(table("accounts_table"))


@cache
def keys() -> Keys:
    """Return the keys of the accounts."""
    return DynamoKeys(table("accounts_table"))


@cache
def sessions() -> Sessions:
    """Return sign-in links and sessions."""
    return DynamoSessions(table("accounts_table"))


def key_ports() -> KeyPorts:
    """Return what keys are managed with."""
    return KeyPorts(keys(), clock(), random_secrets.token_urlsafe)


def session_ports() -> SessionPorts:
    """Return what sign-ins work with."""
    return SessionPorts(sessions(), audit_log(), clock(), random_secrets.token_urlsafe)
