"""The shop from the command line: ``python -m local.storefront serve|refund|archive|...``."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Protocol

from local.storefront.control import Store
from local.storefront.control_api import totals_json
from local.storefront.faults import FaultKind
from local.storefront.server import Storefront
from local.storefront.settings import setting_from_text
from local.storefront.statuses import STATUSES

_DATABASE = Path(os.environ.get("STOREFRONT_DATABASE", ".local/storefront.sqlite"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 if it could not be done, 2 if misspelled."""
    options = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], None] = options.run
        run(options)
    except KeyError as error:
        print(f"storefront: {error.args[0]}", file=sys.stderr)
        return 1
    except (ValueError, OSError) as error:
        print(f"storefront: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.storefront",
        description="A shop that speaks BigCommerce's order API. All commands but serve also work "
        "while it serves: they change the same SQLite file.",
    )
    parser.add_argument(
        "--database", type=Path, default=_DATABASE, help="the shop's SQLite file (%(default)s)"
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_service(commands)
    _add_order_commands(commands)
    _add_fault_commands(commands)
    return parser


class _Commands(Protocol):
    """What ``ArgumentParser.add_subparsers`` returns."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002
        """Add a command."""


def _add_service(commands: _Commands) -> None:
    serve = commands.add_parser("serve", help="serve the shop until interrupted")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8902, help="0 takes a free one (%(default)s)")
    serve.set_defaults(run=_serve)
    configure = commands.add_parser("configure", help="show or change settings")
    configure.add_argument("settings", nargs="*", metavar="name=value")
    configure.set_defaults(run=_configure)
    totals = commands.add_parser("totals", help="print the shop's own totals as JSON")
    totals.add_argument("--from", dest="first", type=date.fromisoformat, help="first day")
    totals.add_argument("--to", dest="last", type=date.fromisoformat, help="last day (today)")
    totals.add_argument("--zone", help="time zone of the days (the shop's)")
    totals.set_defaults(run=_totals)


def _add_order_commands(commands: _Commands) -> None:
    refund = _order_command(commands, "refund", _refund, "refund an order")
    refund.add_argument("--amount", type=Decimal, help="all that is left, if not given")
    refund.add_argument("--declined", action="store_true", help="the provider refuses to pay")
    refund.add_argument("--reason", default="")
    archive = _order_command(commands, "archive", _archive, "archive an order")
    archive.add_argument("--restore", action="store_true", help="take it out of the bin again")
    edit = _order_command(commands, "edit", _edit, "change an order")
    edit.add_argument("--total", type=Decimal, help="its new total")
    edit.add_argument("--email", help="its new email")
    edit.add_argument("--customer-id", type=int, help="its new customer")
    edit.add_argument("--status", type=int, choices=STATUSES, metavar="ID", help="its new status")
    back_date = _order_command(commands, "back-date", _back_date, "move an order's creation")
    back_date.add_argument("placed_at", type=datetime.fromisoformat, help="ISO 8601 with offset")
    _order_command(commands, "delete", _delete, "destroy an order")


def _order_command(
    commands: _Commands, name: str, run: Callable[[argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text)
    parser.add_argument("order_id", type=int)
    parser.set_defaults(run=run)
    return parser


def _add_fault_commands(commands: _Commands) -> None:
    fault = commands.add_parser("fault", help="make requests fail")
    fault.add_argument("kind", type=FaultKind, choices=FaultKind, metavar="|".join(FaultKind))
    fault.add_argument("argument", nargs="?", help="status, milliseconds, limit, scope or order id")
    fault.add_argument("--path", help="a regular expression; every request if not given")
    count = fault.add_mutually_exclusive_group()
    count.add_argument("--times", type=int, default=1, help="for so many requests (%(default)s)")
    count.add_argument("--until-cleared", action="store_const", const=None, dest="times")
    fault.set_defaults(run=_fault)
    clear = commands.add_parser("clear", help="switch faults off")
    clear.add_argument("kind", nargs="?", type=FaultKind, choices=FaultKind)
    clear.set_defaults(run=_clear)


def _serve(options: argparse.Namespace) -> None:
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Storefront(options.database, port=options.port, host=options.host) as shop:
        print(f"API      {shop.api_url}/v2/orders")
        print(f"token    {shop.token}")
        print(f"control  {shop.url}/control", flush=True)
        stop.wait()


def _configure(options: argparse.Namespace) -> None:
    changes = {}
    for assignment in options.settings:
        name, _, text = assignment.partition("=")
        changes[name] = setting_from_text(name, text)
    with Store(options.database) as store:
        print(json.dumps(asdict(store.configure(**changes)), indent=2))


def _totals(options: argparse.Namespace) -> None:
    with Store(options.database) as store:
        settings = store.settings
        last = options.last or store.present(settings).astimezone(settings.zone).date()
        first = options.first or last - timedelta(days=13)
        totals = store.totals(first, last, zone=options.zone)
        print(json.dumps(totals_json(totals), indent=2))


def _refund(options: argparse.Namespace) -> None:
    with Store(options.database) as store:
        refund_id = store.refund(
            options.order_id, options.amount, declined=options.declined, reason=options.reason
        )
        print(f"refund {refund_id}")


def _archive(options: argparse.Namespace) -> None:
    with Store(options.database) as store:
        store.archive(options.order_id, archived=not options.restore)


def _edit(options: argparse.Namespace) -> None:
    with Store(options.database) as store:
        if options.total is not None:
            store.edit_total(options.order_id, options.total)
        if options.email is not None or options.customer_id is not None:
            store.move(options.order_id, email=options.email, customer_id=options.customer_id)
        if options.status is not None:
            store.set_status(options.order_id, options.status)


def _back_date(options: argparse.Namespace) -> None:
    with Store(options.database) as store:
        store.back_date(options.order_id, options.placed_at)


def _delete(options: argparse.Namespace) -> None:
    with Store(options.database) as store:
        store.hard_delete(options.order_id)


def _fault(options: argparse.Namespace) -> None:
    with Store(options.database) as store:
        store.fail(options.kind, options.argument, path=options.path, times=options.times)


def _clear(options: argparse.Namespace) -> None:
    with Store(options.database) as store:
        store.recover(options.kind)


if __name__ == "__main__":
    sys.exit(main())
