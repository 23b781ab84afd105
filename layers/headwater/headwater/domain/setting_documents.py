"""The settings that an owner may change, each as the document that its route takes.

A change of the account's settings is told setting by setting in these documents, so that what was
there before can be put back as it stands. What is not here: ``effects_restatement``, which is a
request that a run obeys once and no rule to go back to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.attribution.documents import changes_document
from headwater.domain.cleaning_documents import cleaning_document
from headwater.domain.subscription_rules import rules_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from headwater.domain.audit import Actor
    from headwater.domain.settings import AccountSettings

type Json = dict[str, Any]
_DAY = timedelta(days=1)
_SETTINGS = "/v1/settings/"


@dataclass(frozen=True, slots=True)
class SettingDocument:
    """A setting: its name, where it is put, and its document under some settings.

    ``moves_money``: another value gives other figures for days that are over. ``preview`` is where
    that can be tried, if anywhere.
    """

    name: str
    path: str
    document: Callable[[AccountSettings], Json]
    moves_money: bool = False
    preview: str | None = None


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One change of one setting; ``by`` is None for what connecting a store did by itself.

    ``change_id`` sorts as changes were made. ``before`` and ``after`` are documents of the setting.
    """

    change_id: str
    at: datetime
    setting: str
    before: Json
    after: Json
    by: Actor | None = None


def setting_documents(settings: AccountSettings) -> dict[str, Json]:
    """Return the documents of all settings, by name."""
    return {each.name: each.document(settings) for each in SETTING_DOCUMENTS}


def changed_documents(
    before: AccountSettings, after: AccountSettings
) -> Iterator[tuple[str, Json, Json]]:
    """Yield the name of each setting that differs, with its document before and after."""
    new = setting_documents(after)
    for name, document in setting_documents(before).items():
        if document != new[name]:
            yield name, document, new[name]


def in_days(window: timedelta) -> int | float:
    """Return a window as a number of days, whole where it is whole."""
    days = window / _DAY
    return int(days) if days.is_integer() else days


def _previewed(name: str, document: Callable[[AccountSettings], Json]) -> SettingDocument:
    """Return a setting that moves money and can be tried."""
    path = _SETTINGS + name
    return SettingDocument(name, path, document, moves_money=True, preview=f"{path}/preview")


def _windows(settings: AccountSettings) -> Json:
    return {
        "last_click_days": in_days(settings.last_click_window),
        "opt_in_days": in_days(settings.opt_in_window),
    }


def _tracking_start(settings: AccountSettings) -> Json:
    start = settings.tracking_start
    return {"tracking_start": start and start.isoformat()}


def _rules(settings: AccountSettings) -> Json:
    rules = settings.subscription_rules
    return {"rules": None if rules is None else rules_document(rules)}


def _models(settings: AccountSettings) -> Json:
    return {"models": changes_document(settings.model_definitions, settings.default_models)}


def _engine(settings: AccountSettings) -> Json:
    return {
        "markov_min_paths": settings.markov_min_paths,
        "contact_buckets": settings.contact_buckets,
    }


SETTING_DOCUMENTS = (
    _previewed("time-zone", lambda settings: {"time_zone": settings.time_zone}),
    _previewed("revenue", lambda settings: {"statuses": sorted(settings.revenue_statuses)}),
    _previewed("windows", _windows),
    _previewed("tracking-start", _tracking_start),
    _previewed("domains", lambda settings: {"domains": list(settings.own_domains)}),
    SettingDocument(
        "currency",
        f"{_SETTINGS}currency",
        lambda settings: {"currency": settings.currency},
        moves_money=True,
    ),
    SettingDocument(
        "subscription-rules",
        f"{_SETTINGS}subscription-rules",
        _rules,
        moves_money=True,
        preview="/v1/subscriptions/preview",
    ),
    _previewed("attribution", _models),
    SettingDocument(
        "cleaning",
        f"{_SETTINGS}cleaning",
        lambda settings: cleaning_document(settings.cleaning),
        moves_money=True,
        preview="/v1/cleaning/preview",
    ),
    SettingDocument(
        "duplicates",
        "/v1/duplicates/owner",
        lambda settings: {"sources": list(settings.duplicate_owners)},
        moves_money=True,
        preview="/v1/duplicates/owner/preview",
    ),
    # Frozen effects stay as they are: of the past only a restatement makes other figures.
    SettingDocument("engine", f"{_SETTINGS}engine", _engine),
    SettingDocument(
        "refresh", f"{_SETTINGS}refresh", lambda settings: {"refresh": settings.refresh}
    ),
    SettingDocument(
        "reconciliation",
        f"{_SETTINGS}reconciliation",
        lambda settings: {"days": settings.reconcile_days},
    ),
)
SETTING_NAMES = tuple(each.name for each in SETTING_DOCUMENTS)
