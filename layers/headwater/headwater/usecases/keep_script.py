"""Keep the tracking script in a store's pages: installed once per storefront, up to date, or gone.

What a person does in the store's Script Manager stands: a script that he has deleted or put into
another consent category is named, and comes back when the source's owner asks for it. Nothing here
may stop a pull: what goes wrong is noted with the source, and tried again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.domain.script_snippets import list_snippets
from headwater.domain.sites import Site
from headwater.errors import FatalError, RetriableError, UnknownResourceError
from headwater.usecases.connect_source import find_source
from headwater.usecases.ports import TrackingScript
from headwater.usecases.script_keeper import ScriptKeeper, own_scripts, present_tag

if TYPE_CHECKING:
    from headwater.domain.script_snippets import Snippet
    from headwater.usecases.ports import Clock, Source
    from headwater.usecases.script_keeper import ScriptPorts

_LOOKED_AT_EVERY = timedelta(hours=20)
_NOT_DELETED = (
    "it could not be deleted in the store, and is tried again with each pull; in the control panel"
    " it can be deleted under Storefront > Script Manager"
)


def is_due(source: Source, clock: Clock) -> bool:
    """Tell whether a source's script has to be looked at: once a day, or while that fails."""
    state = source.script
    if not state.is_on:
        return bool(state.note)
    looked_at = state.looked_at
    return bool(state.note) or looked_at is None or clock.now() - looked_at > _LOOKED_AT_EVERY


def look_after_script(account: str, source: Source, *, ports: ScriptPorts) -> TrackingScript:
    """Do what is due: compare the store's pages with what should be, or take the script out."""
    if source.script.is_on:
        return keep_script(account, source, ports=ports)
    return drop_script(account, source, ports=ports)


def install_script(
    account: str, source: Source, category: str | None = None, *, ports: ScriptPorts
) -> TrackingScript:
    """Put the script into all storefronts' pages, as their owner asks for now.

    What a person has deleted, disabled or moved in the store before comes back.

    Args:
        account: the account.
        source: a connected store.
        category: the consent that it needs, targeting or analytics; None leaves it as it is.
        ports: the outside world.
    """
    wanted = category or source.script.consent_category
    # Whatever dies from here on, the next pull knows that it is wanted.
    state = TrackingScript(is_on=True, consent_category=wanted)
    ports.accounts.change_source(account, source.source, script=state)
    return keep_script(account, replace(source, script=state), ports=ports, is_asked=True)


def keep_script(
    account: str, source: Source, *, ports: ScriptPorts, is_asked: bool = False
) -> TrackingScript:
    """Install the script where it is missing, bring it up to date; note how it went."""
    keeper = ScriptKeeper(account, source, ports, is_asked=is_asked)
    try:
        keeper.keep()
        note = ""
    except (RetriableError, FatalError) as error:
        note = str(error)
    state = keeper.state(note)
    ports.accounts.change_source(account, source.source, script=state)
    return state


def list_source_snippets(account: str, name: str, *, ports: ScriptPorts) -> list[Snippet]:
    """Return what to paste into the pages of a source's store by hand.

    Raises:
        UnknownResourceError: there is no such source, or it has no pages.
    """
    source = find_source(ports.accounts, account, name)
    if source is None or not source.public_key:
        message = f"there is no source {name} with pages of a shop"
        raise UnknownResourceError(message)
    site = ports.sites.find(source.public_key) or Site(account, name, frozenset())
    tag = present_tag(source.public_key, site, ports=ports)
    return list_snippets(tag, f"{ports.url}/l/{source.public_key}.js")


def drop_script(account: str, source: Source, *, ports: ScriptPorts) -> TrackingScript:
    """Delete the script from the store's pages."""
    if source.script == TrackingScript():
        return source.script
    # Whatever dies from here on, the next pull knows that it is to go.
    going = TrackingScript(note=_NOT_DELETED)
    ports.accounts.change_source(account, source.source, script=going)
    try:
        store = ports.stores.open_scripts(account, source)
        for script in own_scripts(store, source):
            store.delete(script.uuid)
        state = TrackingScript()
    except (RetriableError, FatalError) as error:
        state = TrackingScript(note=f"{_NOT_DELETED} ({error})")
    ports.accounts.change_source(account, source.source, script=state)
    return state
