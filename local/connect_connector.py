"""Connects an ad platform or a CRM in the terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from headwater.usecases.connectors import AD_COST, KINDS
from local.connect_options import variable
from local.source_lines import ad_account_lines, scope_lines
from local.sources_api import RefusedError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from headwater.usecases.connectors import ConnectorKind, Credential
    from local.connect_terminal import Api, Terminal

_ALL = "all"


def connect_connector(api: Api, options: argparse.Namespace, terminal: Terminal) -> str:
    """Connect an ad platform or a CRM as the options and the answers say; return its name.

    Raises:
        RefusedError: with the reason, which says where to mend it.
    """
    kind = KINDS[options.kind]
    credentials, check = _try(api, kind, options, terminal)
    asked: dict[str, Any] = {
        "kind": kind.kind,
        "source": options.source,
        "credentials": credentials,
        "api_url": options.api_url,
        "pull_now": not options.no_pull,
    }
    if kind.role == AD_COST:
        asked["ad_accounts"] = _choose(check["ad_accounts"], options.ad_account, terminal)
    told = api.call("POST", "/v1/sources", asked)
    terminal.say(f"\nConnected: {told['source']}, {kind.title}.")
    for line in ad_account_lines(told["ad_accounts"]):
        terminal.say(line)
    return str(told["source"])


def _try(
    api: Api, kind: ConnectorKind, options: argparse.Namespace, terminal: Terminal
) -> tuple[dict[str, str], Any]:
    """Try credentials until some will do; return them as they are then, and what they open."""
    given = _given(kind)
    while True:
        credentials = given or _asked(kind, terminal)
        body = {"kind": kind.kind, "credentials": credentials, "api_url": options.api_url}
        try:
            check = api.call("POST", "/v1/sources/check", body)
            reason = check["reason"]
        except RefusedError as refusal:
            check, reason = None, str(refusal)
        if check:
            terminal.say(f"\n{kind.title}")
            for line in scope_lines(check["scopes"]):
                terminal.say(line)
            if check["can_connect"]:
                return {**credentials, **check["renewed"]}, check
        if given or not terminal.asks:
            raise RefusedError(reason)
        terminal.say(f"\n{reason}\n")


def _given(kind: ConnectorKind) -> dict[str, str]:
    """Return the credentials that the environment holds."""
    found = {
        one.name: os.environ.get(variable(kind.kind, one.name), "").strip()
        for one in kind.credentials
    }
    return {name: value for name, value in found.items() if value}


def _asked(kind: ConnectorKind, terminal: Terminal) -> dict[str, str]:
    """Return the credentials that a person types in."""
    names = [variable(kind.kind, one.name) for one in kind.credentials if one.is_required]
    if not terminal.asks:
        named = " and ".join(names) or variable(kind.kind, kind.ways[0][0])
        message = f"the credentials are missing: set {named}"
        raise RefusedError(message)
    terminal.say(f"{kind.where_to_fix}\n(docs/connectors.md has the steps for {kind.title}.)")
    answers = {one.name: _answer(one, terminal) for one in _wanted(kind, terminal)}
    credentials = {name: answer for name, answer in answers.items() if answer}
    if not credentials:
        message = "no credentials, nothing connected"
        raise RefusedError(message)
    return credentials


def _wanted(kind: ConnectorKind, terminal: Terminal) -> Sequence[Credential]:
    """Return what to ask for: of several ways to connect, that which a person chooses."""
    if not kind.ways:
        return kind.credentials
    for number, way in enumerate(kind.ways, 1):
        terminal.say(f"  {number}  {', '.join(way)}")
    answer = terminal.ask("Which of these do you have? [1] ").strip() or "1"
    numbered = {str(number): way for number, way in enumerate(kind.ways, 1)}
    way = numbered.get(answer, kind.ways[0])
    return [one for one in kind.credentials if one.name in way]


def _answer(credential: Credential, terminal: Terminal) -> str:
    note = "" if credential.is_required else "; empty for none"
    if not credential.is_secret:
        return terminal.ask(f"{credential.title}{note and f' ({note[2:]})'}: ").strip()
    return terminal.ask_secret(f"{credential.title} (not shown{note}): ").strip()


def _choose(
    found: Sequence[Mapping[str, str]], asked: Sequence[str], terminal: Terminal
) -> list[str]:
    """Return the ids of the ad accounts to pull.

    Raises:
        RefusedError: there is none, or nobody says which of several.
    """
    ids = [one["id"] for one in found]
    if not ids:
        message = "the credentials open no ad account: see that their user may view one"
        raise RefusedError(message)
    terminal.say("\nAd accounts:")
    for number, line in enumerate(ad_account_lines(found), 1):
        terminal.say(f"{number:>3}{line}")
    if not asked and len(ids) > 1:
        if not terminal.asks:
            message = "choose among the ad accounts with --ad-account, or --ad-account all"
            raise RefusedError(message)
        question = "Which ones, by number or id, with commas between [all]: "
        asked = [part.strip() for part in terminal.ask(question).split(",") if part.strip()]
    if not asked or _ALL in asked:
        return ids
    numbered = {str(number): one for number, one in enumerate(ids, 1)}
    return [one if one in ids else numbered.get(one, one) for one in asked]
