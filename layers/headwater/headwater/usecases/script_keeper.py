"""One source's tracking script, in its store and in our books: as it is, and as it should be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headwater.domain.script_tags import ANALYTICS, TARGETING, ScriptTag, is_tag_of, steps_between
from headwater.errors import (
    MissingScopeError,
    RequestRejectedError,
    RetriableError,
    UnknownResourceError,
)
from headwater.usecases.open_site import add_pages
from headwater.usecases.ports import ChannelScript, TrackingScript
from headwater.usecases.ports.scripts import (
    ALL_PAGES,
    CONFIRMATION,
    STOREFRONT,
    StoreFrontend,
    StoreScript,
)
from headwater.usecases.serve_script import own_domains

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headwater.domain.sites import Site
    from headwater.usecases.open_site import EdgeSites
    from headwater.usecases.ports import Accounts, Clock, Source
    from headwater.usecases.ports.scripts import ScriptStores, StoreScripts
    from headwater.usecases.serve_script import Build

INSTALLED, DELETED, DISABLED, REFUSED = "installed", "deleted", "disabled", "refused"
# After something was made there is another look: two of us may have made it at once. More of them
# follow a refusal of all pages, and a call whose answer was lost.
_MOST_LOOKS = 5
_DEFAULT_CHANNEL = StoreFrontend(1, "", is_stencil=False)
_ONE_CHANNEL = (
    "Which storefronts there are could not be read: it is in the default one alone, and does not"
    " know its page types. That needs the scope Channel Settings."
)
_NO_ADDRESSES = (
    "Where the other storefronts have their pages could not be read: name their addresses among"
    " the source's domains, or their hits are refused. With the scope Sites & Routes that is done"
    " for you."
)
_WITHOUT_CHECKOUT = (
    "It is on all pages but the checkout, which takes the scope Checkout Content on modify; orders"
    " are told by the page after it."
)


@dataclass(frozen=True, slots=True)
class ScriptPorts:
    """What the tracking script needs from the outside world.

    ``build`` tells which version this deployment serves, ``url`` where the collector is.
    """

    clock: Clock
    accounts: Accounts
    sites: EdgeSites
    stores: ScriptStores
    build: Callable[[], Build]
    url: str


def own_scripts(store: StoreScripts, source: Source) -> list[StoreScript]:
    """Return the scripts in a store's pages that are ours, of any version, the oldest first."""
    return [one for one in store.scripts() if is_tag_of(one.html, source.public_key)]


def present_tag(public_key: str, site: Site, *, ports: ScriptPorts) -> ScriptTag:
    """Return the tag of the version that this deployment serves, as a site is told."""
    build = ports.build()
    address = f"{ports.url}/s/{build.script}"
    return ScriptTag(address, (build.integrity,), public_key, tuple(own_domains(site)))


class ScriptKeeper:
    """One source's script.

    What a person has deleted or changed in the store stands, unless the source's owner has asked
    for the script (``is_asked``).
    """

    def __init__(self, account: str, source: Source, ports: ScriptPorts, *, is_asked: bool) -> None:
        self._account = account
        self._source = source
        self._ports = ports
        self._is_asked = is_asked
        self._known = {one.channel_id: one for one in source.script.channels}
        self._found: dict[int, ChannelScript] = {}
        self._hints: list[str] = []
        self._brought_up: set[str] = set()
        self._knows_all_open = False
        self._without_checkout = False
        self._takes_all_pages = False
        self._has_lost_an_answer = False

    def state(self, note: str) -> TrackingScript:
        """Return how the script is; channels that were not reached are as they were."""
        channels = self._found if not note else {**self._known, **self._found}
        return replace(
            self._source.script,
            channels=tuple(channels[number] for number in sorted(channels)),
            looked_at=self._ports.clock.now(),
            note=note,
            hints=tuple(self._hints),
        )

    def keep(self) -> None:
        """Bring the store's scripts to what they have to be."""
        self._store = self._ports.stores.open_scripts(self._account, self._source)
        frontends = self._frontends()
        tag = present_tag(self._source.public_key, self._site(frontends), ports=self._ports)
        for _ in range(_MOST_LOOKS):
            if not self._look(frontends, tag):
                break
        if any(one.pages == STOREFRONT for one in self._found.values()):
            self._hints.append(_WITHOUT_CHECKOUT)

    def _frontends(self) -> Sequence[StoreFrontend]:
        """Return the open storefronts, or the default one where they cannot be read."""
        try:
            found = self._store.frontends()
        except MissingScopeError:
            if self._known:  # they could be read before: nothing is changed blindly
                raise
            self._hints.append(_ONE_CHANNEL)
            return [_DEFAULT_CHANNEL]
        self._knows_all_open = bool(found)
        return found

    def _site(self, frontends: Sequence[StoreFrontend]) -> Site:
        """Return the pages that may send hits; when asked, with those of all storefronts."""
        site = self._ports.sites.find(self._source.public_key)
        if site is None:
            message = f"the collector does not know {self._source.source}: connect the store again"
            raise UnknownResourceError(message)
        try:
            told = self._store.addresses()
        except MissingScopeError:
            self._hints += [_NO_ADDRESSES] * (len(frontends) > 1)
            return site
        reached = {one.channel_id for one in frontends}
        missing = {page for channel, page in told if channel in reached} - site.origins
        if missing and self._is_asked:
            site = add_pages(self._account, self._source, missing, ports=self._ports)
        left = sorted(missing - site.origins)
        self._hints += [f"The collector takes no hits from {one} yet." for one in left]
        return site

    def _look(self, frontends: Sequence[StoreFrontend], tag: ScriptTag) -> bool:
        """Settle each storefront; tell whether there is reason for another look."""
        by_channel: defaultdict[int, list[StoreScript]] = defaultdict(list)
        for script in own_scripts(self._store, self._source):
            by_channel[script.channel_id].append(script)
        look_again = False
        for frontend in frontends:
            ours = by_channel.pop(frontend.channel_id, [])
            tag = replace(tag, is_stencil=frontend.is_stencil)
            look_again |= self._settle(frontend, ours, tag)
        if self._knows_all_open:
            for closed in by_channel.values():
                self._delete(closed)
        return look_again

    def _settle(self, frontend: StoreFrontend, ours: list[StoreScript], tag: ScriptTag) -> bool:
        """Bring one storefront to what it has to be; tell whether to look again."""
        pages = self._pages(ours)
        kept = {one.pages: one for one in reversed(ours) if one.pages in pages}
        missing = [one for one in pages if one not in kept]
        known = self._known.get(frontend.channel_id)
        if missing and known and known.state != REFUSED:
            self._note(frontend, DELETED, ours)
            return False
        if missing:
            return self._make(frontend, missing, tag)
        self._delete([one for one in ours if one not in kept.values()])
        for script in kept.values():
            self._bring_up(script, tag)
        is_off = any(not one.is_enabled for one in kept.values()) and not self._is_asked
        self._note(frontend, DISABLED if is_off else INSTALLED, ours, pages[0])
        return False

    def _pages(self, ours: Sequence[StoreScript]) -> tuple[str, ...]:
        """Return where scripts have to be: everywhere, or as much as there is when not asked."""
        if any(one.pages == ALL_PAGES for one in ours):
            self._takes_all_pages = True
            return (ALL_PAGES,)
        is_partly = bool(ours) and not self._is_asked
        return (STOREFRONT, CONFIRMATION) if self._without_checkout or is_partly else (ALL_PAGES,)

    def _make(self, frontend: StoreFrontend, pages: Sequence[str], tag: ScriptTag) -> bool:
        """Make what is missing, which another look finds; False where the store takes no more."""
        category = self._source.script.consent_category
        html = replace(tag, purpose=_purpose(category)).html()
        try:
            for one in pages:
                self._store.create(StoreScript(frontend.channel_id, html, one, category))
                self._takes_all_pages |= one == ALL_PAGES
        except (MissingScopeError, RequestRejectedError) as error:
            if ALL_PAGES in pages and not self._takes_all_pages:
                self._without_checkout = True
                return True
            if isinstance(error, MissingScopeError):
                raise
            self._note(frontend, REFUSED, [])
            self._hints.append(f"{frontend.name or frontend.channel_id}: {error}")
            return False
        except RetriableError:
            # It may have been made all the same.
            if self._has_lost_an_answer:
                raise
            self._has_lost_an_answer = True
        return True

    def _bring_up(self, script: StoreScript, tag: ScriptTag) -> None:
        if script.uuid in self._brought_up:
            return
        self._brought_up.add(script.uuid)
        category, is_enabled = script.consent_category, script.is_enabled
        if self._is_asked:
            category, is_enabled = self._source.script.consent_category, True
        wanted = replace(tag, purpose=_purpose(category))
        steps = list(steps_between(script.html, wanted))
        if not steps and (category, is_enabled) != (script.consent_category, script.is_enabled):
            steps = [script.html]
        for html in steps:
            self._store.change(
                replace(script, html=html, consent_category=category, is_enabled=is_enabled)
            )

    def _delete(self, scripts: Sequence[StoreScript]) -> None:
        for script in scripts:
            self._store.delete(script.uuid)

    def _note(
        self, frontend: StoreFrontend, state: str, ours: Sequence[StoreScript], pages: str = ""
    ) -> None:
        category = self._source.script.consent_category
        if ours and not self._is_asked:
            category = ours[0].consent_category
        self._found[frontend.channel_id] = ChannelScript(
            frontend.channel_id, frontend.name, state, pages, category
        )


def _purpose(category: str) -> str:
    """Return which consent of a banner the script heeds in a category: the store's own does too."""
    return ANALYTICS if category == ANALYTICS else TARGETING
