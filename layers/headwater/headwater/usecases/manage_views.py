"""Manage views: the reports that people of an account have saved under names of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headwater.domain.validations import named_by_time
from headwater.domain.views import MOST_VIEWS, View, read_name, read_parameters
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.reports.registry import REPORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headwater.usecases.ports import Clock
    from headwater.usecases.ports.deliveries import Deliveries
    from headwater.usecases.ports.views import Views

_RANDOM_BYTES = 4


@dataclass(frozen=True, slots=True)
class ViewPorts:
    """What saving a view needs from the outside world.

    ``refuse`` raises what the report itself would answer to the parameters, if that is a refusal.
    """

    views: Views
    clock: Clock
    token_hex: Callable[[int], str]
    refuse: Callable[[View], None]


@dataclass(frozen=True, slots=True)
class ViewRequest:
    """A view as somebody asks for it."""

    name: str
    report: str
    parameters: Mapping[str, str]


def create_view(account: str, asked: ViewRequest, *, ports: ViewPorts) -> View:
    """Save a new view.

    Raises:
        InvalidParameterError: naming what is wrong with it; nothing is saved.
    """
    if len(ports.views.all(account)) >= MOST_VIEWS:
        message = f"name: an account has at most {MOST_VIEWS} views; remove one first"
        raise InvalidParameterError(message)
    now = ports.clock.now()
    view_id = named_by_time(now, ports.token_hex(_RANDOM_BYTES))
    return _saved(account, _view(asked, View(view_id, "", "", (), now, now)), ports)


def change_view(account: str, view_id: str, asked: ViewRequest, *, ports: ViewPorts) -> View:
    """Replace a view whole; it keeps its id, and all that refers to it.

    Raises:
        InvalidParameterError: naming what is wrong with it; nothing is changed.
        UnknownResourceError: the account has no such view.
    """
    known = read_view(account, view_id, views=ports.views)
    return _saved(account, _view(asked, replace(known, changed_at=ports.clock.now())), ports)


def list_views(account: str, *, views: Views) -> list[View]:
    """Return an account's views, the oldest first."""
    return views.all(account)


def read_view(account: str, view_id: str, *, views: Views) -> View:
    """Return a view.

    Raises:
        UnknownResourceError: the account has no such view.
    """
    view = views.get(account, view_id)
    if view is None:
        message = f"there is no view {view_id[:64]!r}"
        raise UnknownResourceError(message)
    return view


def remove_view(account: str, view_id: str, *, views: Views, deliveries: Deliveries) -> None:
    """Forget a view.

    Raises:
        InvalidParameterError: it is delivered; nothing is forgotten.
        UnknownResourceError: the account has no such view.
    """
    read_view(account, view_id, views=views)
    if any(each.view_id == view_id for each in deliveries.all(account)):
        message = "view: deliveries send it; remove them first"
        raise InvalidParameterError(message)
    views.remove(account, view_id)


def _view(asked: ViewRequest, known: View) -> View:
    names = [report.name for report in REPORTS]
    if asked.report not in names:
        message = f"report: choose among {', '.join(names)}"
        raise InvalidParameterError(message)
    return replace(
        known,
        name=read_name(asked.name),
        report=asked.report,
        parameters=read_parameters(asked.parameters),
    )


def _saved(account: str, view: View, ports: ViewPorts) -> View:
    ports.refuse(view)
    ports.views.save(account, view)
    return view
