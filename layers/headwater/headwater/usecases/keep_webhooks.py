"""Keep a source's webhooks: registered, active, known by a secret, and gone when not wanted.

Webhooks bring changes within minutes; without them everything still comes with the daily pull. So
nothing here may stop a pull: what goes wrong is noted with the source, and tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.domain.webhooks import HOOK_SCOPES, HookAddress
from headwater.errors import FatalError, RetriableError
from headwater.usecases.ports import Webhooks
from headwater.usecases.receive_webhook import hash_of_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headwater.usecases.ports import Accounts, Clock, Source
    from headwater.usecases.ports.hooks import Hook, Hooks, HookStores, StoreHooks

# The store switches webhooks off that fail for two days, so a look each day suffices.
_LOOKED_AT_EVERY = timedelta(hours=20)
_SECRET_BYTES = 32
_NOT_DELETED = (
    "they could not be deleted in the store; their calls are refused, and the store gives them up"
    " within two days"
)


@dataclass(frozen=True, slots=True)
class HookPorts:
    """What webhooks need from the outside world.

    ``url`` is where stores reach this deployment; ``token_hex`` makes n random bytes.
    """

    clock: Clock
    accounts: Accounts
    hooks: Hooks
    stores: HookStores
    token_hex: Callable[[int], str]
    url: str


def are_due(source: Source, clock: Clock) -> bool:
    """Tell whether a source's webhooks have to be looked at: once a day, or while they fail."""
    state = source.webhooks
    if not state.is_on:
        return False
    looked_at = state.looked_at
    return bool(state.note) or looked_at is None or clock.now() - looked_at > _LOOKED_AT_EVERY


def keep_webhooks(account: str, source: Source, *, ports: HookPorts) -> Webhooks:
    """Register what is missing, switch on what the store has switched off; note how it went.

    A store's webhooks cannot be asked for their secret. Where one is missing, all of them get a
    new one, and the one before stays good for what is under way.
    """
    keeper = _Keeper(account, source, ports)
    try:
        keeper.keep()
        note = ""
    except (RetriableError, FatalError) as error:
        note = str(error)
    return keeper.save(looked_at=ports.clock.now(), note=note)


def drop_webhooks(account: str, source: Source, *, ports: HookPorts) -> Webhooks:
    """Delete a source's webhooks in the store; their calls are refused in any case."""
    keeper = _Keeper(account, source, ports)
    note = ""
    if source.webhooks != Webhooks():
        try:
            keeper.delete_all()
        except (RetriableError, FatalError) as error:
            note = f"{_NOT_DELETED} ({error})"
    for secret in source.webhooks.secrets:
        ports.hooks.remove(secret)
    state = Webhooks(note=note)
    ports.accounts.change_source(account, source.source, webhooks=state)
    return state


class _Keeper:
    """One source's webhooks, in the store and in our books."""

    def __init__(self, account: str, source: Source, ports: HookPorts) -> None:
        self._account = account
        self._source = source
        self._ports = ports
        self._state = replace(source.webhooks, is_on=True)
        self._destination = f"{ports.url}/v1/webhooks/{source.public_key}"

    def save(self, **changes: object) -> Webhooks:
        """Write down how the webhooks are."""
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        self._ports.accounts.change_source(self._account, self._source.source, webhooks=self._state)
        return self._state

    def keep(self) -> None:
        """Bring the store's webhooks to what they have to be."""
        store = self._ports.stores.open_hooks(self._account, self._source)
        ours = self._ours(store.hooks())
        kept: dict[str, Hook] = {}
        for hook in ours:
            if hook.scope in HOOK_SCOPES and hook.destination == self._destination:
                kept.setdefault(hook.scope, hook)
        if self._state.secrets and len(kept) == len(HOOK_SCOPES):
            for hook in kept.values():
                if not hook.is_active:
                    store.activate(hook.hook_id)
        else:
            self._register(store, kept)
        for hook in ours:
            if hook not in kept.values():
                store.delete(hook.hook_id)
        self._state = replace(self._state, destination=self._destination)

    def delete_all(self) -> None:
        """Delete the webhooks in the store."""
        store = self._ports.stores.open_hooks(self._account, self._source)
        for hook in self._ours(store.hooks()):
            store.delete(hook.hook_id)

    def _ours(self, hooks: Sequence[Hook]) -> list[Hook]:
        """Return those that call us, or called us while this deployment had another address."""
        addresses = {self._destination, self._state.destination}
        return [hook for hook in hooks if hook.destination in addresses]

    def _register(self, store: StoreHooks, kept: Mapping[str, Hook]) -> None:
        """Give all webhooks a new secret, which is good before the store knows it."""
        secret = self._ports.token_hex(_SECRET_BYTES)
        known = hash_of_secret(secret)
        public_key = self._source.public_key
        address = HookAddress(self._account, self._source.source, public_key)
        self._ports.hooks.add(known, address)
        latest, older = self._state.secrets[:1], self._state.secrets[1:]
        self.save(secrets=(known, *latest))
        for scope in HOOK_SCOPES:
            if hook := kept.get(scope):
                store.activate(hook.hook_id, secret)
            else:
                store.create(scope, self._destination, secret)
        for secret_sha256 in older:
            self._ports.hooks.remove(secret_sha256)
