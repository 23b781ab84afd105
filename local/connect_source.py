"""Connects a source to an account, with questions and explanations: `make connect`.

A store here, an ad platform or a CRM by ``local.connect_connector``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.connect_connector import connect_connector
from local.connect_options import BIGCOMMERCE, parser
from local.connect_terminal import Api, Terminal
from local.source_lines import progress_line, scope_lines, script_lines
from local.sources_api import RefusedError, SourcesApi

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

LOOK_EVERY = 5.0
# A person is needed first.
_ENDS = frozenset(
    {"reauthorize", "missing_scope", "gone", "defect", "paused", "removing", "removed"}
)
_STANDARD_INPUT = "-"
_STORE_HELP = """\
Which store? Its hash, or any address that shows it:
  the control panel   https://store-<hash>.mybigcommerce.com/manage/...
  the API path        https://api.bigcommerce.com/stores/<hash>/v3/
(The API path stands in the text file that BigCommerce gives you with a token.)"""
_ACCOUNT_HELP = """\
Its access token. In the control panel: Settings > Store-level API accounts > Create API account,
token type "V2/V3 API token", and these scopes on read-only:
  Orders, Order Transactions, Order Fulfillment, Customers, Products
and if you like, for zone, currency, channel names and coupons:
  Information & Settings, Channel Settings, Marketing
and to have the tracking script put into the shop's pages and looked after:
  Content and Checkout Content on modify, Channel Settings and Sites & Routes on read-only"""


def connect(api: Api, options: argparse.Namespace, terminal: Terminal) -> str:
    """Connect a store as the options and the answers say; return the source's name.

    Raises:
        RefusedError: with the reason, which says where to mend it.
    """
    known = api.call("GET", "/v1/sources")["sources"]
    if options.store is None and terminal.asks:
        terminal.say(_STORE_HELP)
    store = terminal.value(options.store, "--store", "Store")
    credentials = {"store": store, "api_url": options.api_url}
    check = _check(api, credentials, options, terminal)
    asked = {
        **credentials,
        "source": options.source,
        "domains": _domains(options, terminal),
        "pull_now": not options.no_pull,
        **_optional(options, terminal),
        **_account(check["store"], options, terminal, is_first=not known),
    }
    told = api.call("POST", "/v1/sources", asked)
    terminal.say(f"\nConnected: {told['source']}, {told['orders_total']:,} orders.")
    terminal.say(f"  public key of the tracking script  {told['public_key']}")
    terminal.say(f"  pages that may send hits           {', '.join(told['origins'])}")
    if told["webhooks"]["is_on"]:
        note = told["webhooks"]["note"] or "on: changes are here within seconds"
        terminal.say(f"  webhooks                           {note}")
    if told["with_transactions"]:
        terminal.say("  payments                           read with each order")
    for line in script_lines(told["script"]):
        terminal.say(line)
    return str(told["source"])


def watch(api: Api, source: str, terminal: Terminal) -> bool:
    """Follow a source's history until it is complete; return whether it is.

    A person is needed where this ends earlier: the source is paused, or refused by its store.
    """
    last = ""
    while True:
        state = api.call("GET", f"/v1/sources/{source}")["source"]
        line = progress_line(state)
        if line != last:
            terminal.say(line)
            last = line
        if state["is_complete"]:
            return True
        if state["status"] in _ENDS:
            terminal.say(f"{state['title']}: {state['reason']}\n{state['to_do']}".strip())
            return False
        terminal.sleep(LOOK_EVERY)


def _check(
    api: Api, credentials: dict[str, Any], options: argparse.Namespace, terminal: Terminal
) -> Any:  # noqa: ANN401 - the API's answer
    """Try tokens until one will do, and put it into the credentials."""
    while True:
        credentials["access_token"] = _token(options, terminal)
        try:
            check = api.call("POST", "/v1/sources/check", credentials)
        except RefusedError as refusal:
            if not terminal.asks or options.token_file or options.token:
                raise
            terminal.say(f"\n{refusal}\n")
            continue
        terminal.say(f"\nStore {check['store_hash']}, {check['orders_total']:,} orders")
        for line in scope_lines(check["scopes"]):
            terminal.say(line)
        if check["can_connect"]:
            return check
        if not terminal.asks or options.token_file or options.token:
            raise RefusedError(check["reason"])
        terminal.say(f"\n{check['reason']}\n")


def _token(options: argparse.Namespace, terminal: Terminal) -> str:
    if options.token_file == _STANDARD_INPUT:
        return sys.stdin.readline().strip()
    if options.token_file:
        return Path(options.token_file).read_text().strip()
    if options.token:
        return str(options.token)
    if not terminal.asks:
        message = "the token is missing: give --token-file, or set BIGCOMMERCE_TOKEN"
        raise RefusedError(message)
    terminal.say(_ACCOUNT_HELP)
    token = terminal.ask_secret("Access token (not shown; empty to stop): ").strip()
    if not token:
        message = "no token, nothing connected"
        raise RefusedError(message)
    return token


def _domains(options: argparse.Namespace, terminal: Terminal) -> list[str]:
    if options.domain or not terminal.asks:
        return list(options.domain)
    answer = terminal.ask("Domains of the shop's pages, such as shop.example (empty: later): ")
    return [domain.strip() for domain in answer.split(",") if domain.strip()]


def _optional(options: argparse.Namespace, terminal: Terminal) -> dict[str, bool]:
    """Return what is to be switched on; what is not mentioned stays as it is."""
    wanted = {
        "webhooks": options.webhooks
        or _agrees(terminal, "Shall the store tell us of changes at once, by webhooks?"),
        "transactions": options.transactions,
        "script": options.script
        or _agrees(terminal, "Shall the tracking script be put into the shop's pages?"),
    }
    return {name: True for name, is_wanted in wanted.items() if is_wanted}


def _agrees(terminal: Terminal, question: str) -> bool:
    return terminal.asks and terminal.ask(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def _account(
    store: Mapping[str, Any], options: argparse.Namespace, terminal: Terminal, *, is_first: bool
) -> dict[str, str]:
    """Return the account's zone and currency, which only its first store may set."""
    given = {"currency": options.currency, "time_zone": options.time_zone}
    if store["dst_correction"] is not None:
        box = "ticked" if store["dst_correction"] else "not ticked"
        terminal.say(
            f"\nThe store's zone is {store['time_zone']}; its box for daylight saving is {box}."
            "\nThe store's own reports go by that box, which is set by hand; Headwater goes by"
            " the zone."
        )
    if is_first and terminal.asks:
        zone = store["time_zone"] or "America/New_York"
        currency = store["currency"] or "USD"
        given["time_zone"] = terminal.value(
            options.time_zone, "--time-zone", "Time zone of your reports", zone
        )
        given["currency"] = terminal.value(
            options.currency, "--currency", "Currency of your reports", currency
        )
    return {name: value for name, value in given.items() if value}


def show_status(api: Api, terminal: Terminal) -> None:
    """Say how each connected source is, and what to do about it."""
    sources = api.call("GET", "/v1/sources")["sources"]
    if not sources:
        terminal.say("Nothing is connected.")
    for state in sources:
        terminal.say(f"{state['source']}  {progress_line(state)}")
        for note in (state["reason"], state["to_do"]):
            if note:
                terminal.say(f"    {note}")
        for one in state["off"]:
            terminal.say(f"    without {one['title']}: {one['off']}")


def run(options: argparse.Namespace, terminal: Terminal, make_api: Callable[..., Api]) -> bool:
    """Do what the command line says; return whether all of it went well.

    Raises:
        RefusedError: with the reason.
    """
    options.source = options.source or options.kind
    url = terminal.value(options.api, "--api", "Address of the reports API (ReportsUrl)")
    key = options.key
    if key is None and terminal.asks:
        key = terminal.ask_secret("Owner key (hw_..., not shown): ").strip()
    if not key:
        message = "the key is missing: set KEY"
        raise RefusedError(message)
    api = make_api(url, key)
    if options.status:
        show_status(api, terminal)
        return watch(api, options.source, terminal) if options.watch else True
    make = connect if options.kind == BIGCOMMERCE else connect_connector
    source = make(api, options, terminal)
    if options.watch and not options.no_pull:
        return watch(api, source, terminal)
    if not options.no_pull:
        terminal.say("The history is being pulled; `make connect ARGS=--status` says how far.")
    return True


def main(arguments: Sequence[str]) -> int:
    """Connect a source; return the exit status: 0, or 1 if it was refused."""
    options = parser().parse_args(arguments)
    options.token = os.environ.get("BIGCOMMERCE_TOKEN", "")
    terminal = Terminal(asks=sys.stdin.isatty() and not options.yes)
    try:
        return 0 if run(options, terminal, SourcesApi) else 1
    except RefusedError as refusal:
        print(f"connect: {refusal}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print("\nStopped; what is connected stays connected.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
