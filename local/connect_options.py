"""What `make connect` can be told in its command line."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from headwater.usecases.connectors import KINDS

if TYPE_CHECKING:
    from headwater.usecases.connectors import ConnectorKind

BIGCOMMERCE = "bigcommerce"
_DESCRIPTION = """\
Connects a source to an account: a BigCommerce store, an ad platform or a CRM. Asks for what it is
not told, tries every permission of the credentials, explains what is missing and where to mend it,
lists the ad accounts to choose from, connects, and follows the history. It needs nothing but the
reports API, so it works with the local stack (`make up`) as with one on AWS."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="make connect",
        description=_DESCRIPTION,
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "kind",
        nargs="?",
        choices=(BIGCOMMERCE, *KINDS),
        default=BIGCOMMERCE,
        metavar="kind",
        help=f"{BIGCOMMERCE} (the default), {', '.join(KINDS)}",
    )
    _add_common(made)
    _add_store(made.add_argument_group("of a store"))
    made.add_argument_group("of an ad platform").add_argument(
        "--ad-account",
        action="append",
        default=[],
        help="the id of one to pull, or all; may be repeated; else a question, or the only one",
    )
    return made


def variable(kind: str, credential: str) -> str:
    """Return the variable of the environment that a credential is taken from."""
    return f"{kind}_{credential}".upper()


def _add_common(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--api",
        default=os.environ.get("HEADWATER"),
        help="the stack's output ReportsUrl; else the variable HEADWATER",
    )
    made.add_argument(
        "--key",
        default=os.environ.get("KEY"),
        help="an owner key; better in the variable KEY, which other users cannot see",
    )
    made.add_argument("--source", default="", help="your name for the source; else its kind")
    made.add_argument(
        "--api-url", default="", help="another API than the vendor's, as a local server's"
    )
    made.add_argument("--no-pull", action="store_true", help="leave the pull to the schedule")
    made.add_argument("--watch", action="store_true", help="follow the history to its end")
    made.add_argument(
        "--status",
        action="store_true",
        help="only say how the connected sources are, and with --watch how far --source comes",
    )
    made.add_argument("--yes", action="store_true", help="ask nothing; take the defaults")


def _add_store(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--store", help="the store hash, or an address that shows it")
    group.add_argument(
        "--token-file",
        default="",
        help="a file with the access token, - for the standard input; else the variable"
        " BIGCOMMERCE_TOKEN, else a question",
    )
    group.add_argument(
        "--domain", action="append", default=[], help="of the shop's pages; may be repeated"
    )
    group.add_argument("--currency", help="the account's, with its first store only")
    group.add_argument("--time-zone", help="the account's, with its first store only")
    group.add_argument(
        "--webhooks", action="store_true", help="have the store tell of changes at once"
    )
    group.add_argument(
        "--transactions",
        action="store_true",
        help="read each order's payments, which costs a call per order",
    )
    group.add_argument(
        "--script",
        action="store_true",
        help="put the tracking script into the shop's pages, and look after it",
    )


def _epilog() -> str:
    lines = ["credentials of ad platforms and CRMs come from these variables, or are asked for:"]
    for kind in KINDS.values():
        lines.append(f"  {kind.title}")
        lines += [f"    {line}" for line in _credential_lines(kind)]
    return "\n".join(lines)


def _credential_lines(kind: ConnectorKind) -> list[str]:
    lines = []
    for one in kind.credentials:
        note = "" if one.is_required or kind.ways else " (optional)"
        lines.append(f"{variable(kind.kind, one.name):<32}  {one.title}{note}")
    if kind.ways:
        ways = "; or ".join(" and ".join(way) for way in kind.ways)
        lines.append(f"needed: {ways}")
    return lines
