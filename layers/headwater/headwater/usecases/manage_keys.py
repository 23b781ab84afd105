"""Manage keys: make, list, rotate and remove the keys of an account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.domain.access import LONGEST_GRACE, ROLES, KeyRecord, KeyRing, checked_label
from headwater.errors import ConflictError, InvalidParameterError
from headwater.usecases.authorize_request import KEY_BYTES, KEY_PREFIX, hash_of_key
from headwater.usecases.ports.access import ApiKey

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from headwater.usecases.ports import Clock
    from headwater.usecases.ports.access import Keys

# Owners who change keys at the same moment: the next attempt sees what the other did.
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class KeyPorts:
    """What keys are managed with; ``token_urlsafe`` makes n random bytes as URL-safe text."""

    keys: Keys
    clock: Clock
    token_urlsafe: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class _Step:
    """A ring as it shall be, and whom its hashes let in or not."""

    ring: KeyRing
    let_in: Mapping[str, ApiKey]
    shut_out: Collection[str]
    record: KeyRecord


def list_keys(account: str, *, ports: KeyPorts) -> list[KeyRecord]:
    """Return an account's keys, in the order in which they were made."""
    return list(ports.keys.ring(account).keys)


def make_key(
    account: str, role: str, label: str, *, created_by: str, ports: KeyPorts
) -> tuple[str, KeyRecord]:
    """Add a key to an account; return its secret, which nobody can read again, and its record.

    Args:
        account: the account.
        role: owner, marketer or ingest.
        label: what the key is called in lists and in the audit log.
        created_by: who makes it.
        ports: what it is made with.

    Raises:
        InvalidParameterError: there is no such role, the label is none, or there are too many.
        ConflictError: others keep changing the keys.
    """
    if role not in ROLES:
        message = f"role: choose among {', '.join(ROLES)}"
        raise InvalidParameterError(message)
    named = checked_label(label)
    secret = _new_secret(ports)
    digest = hash_of_key(secret)

    def add(ring: KeyRing) -> _Step:
        # Eight digits tell an account's keys apart in a log and say nothing of the key.
        key_id = _free_id(ring, digest)
        record = KeyRecord(key_id, role, named, ports.clock.now(), created_by, digest)
        return _Step(ring.with_key(record), {digest: _caller(account, record)}, (), record)

    return secret, _change(account, add, ports)


def rotate_key(
    account: str, key_id: str, grace: timedelta, *, ports: KeyPorts
) -> tuple[str, KeyRecord]:
    """Give a key another secret; the one before stops at once, or after a grace.

    Raises:
        UnknownResourceError: there is no such key.
        InvalidParameterError: the grace is negative, or longer than a day.
        ConflictError: others keep changing the keys.
    """
    if not timedelta(0) <= grace <= LONGEST_GRACE:
        message = f"grace_hours: from 0 to {LONGEST_GRACE // timedelta(hours=1)}"
        raise InvalidParameterError(message)
    secret = _new_secret(ports)
    digest = hash_of_key(secret)

    def rotate(ring: KeyRing) -> _Step:
        before, now = ring.key(key_id), ports.clock.now()
        kept = {"old_sha256": before.sha256, "old_ends_at": now + grace} if grace else {}
        record = replace(
            before,
            sha256=digest,
            rotated_at=now,
            **({"old_sha256": "", "old_ends_at": None} | kept),  # type: ignore[arg-type]
        )
        let_in = {digest: _caller(account, record)}
        if grace:
            let_in[before.sha256] = replace(let_in[digest], ends_at=now + grace)
        shut_out = _hashes(before) - let_in.keys()
        return _Step(ring.with_changed(record), let_in, shut_out, record)

    return secret, _change(account, rotate, ports)


def remove_key(account: str, key_id: str, *, ports: KeyPorts) -> KeyRecord:
    """Remove a key, and the secret before it; both stop at once.

    Raises:
        UnknownResourceError: there is no such key.
        InvalidParameterError: it is the last owner key.
        ConflictError: others keep changing the keys.
    """

    def remove(ring: KeyRing) -> _Step:
        record = ring.key(key_id)
        return _Step(ring.without(key_id), {}, _hashes(record), record)

    return _change(account, remove, ports)


def _change(account: str, step_of: Callable[[KeyRing], _Step], ports: KeyPorts) -> KeyRecord:
    for _ in range(_ATTEMPTS):
        step = step_of(ports.keys.ring(account))
        if ports.keys.change(account, step.ring, step.let_in, step.shut_out):
            return step.record
    message = f"the keys of {account} keep changing"
    raise ConflictError(message)


def _new_secret(ports: KeyPorts) -> str:
    return KEY_PREFIX + ports.token_urlsafe(KEY_BYTES)


def _free_id(ring: KeyRing, digest: str) -> str:
    taken = {record.key_id for record in ring.keys}
    return next(digest[:size] for size in range(8, len(digest) + 1) if digest[:size] not in taken)


def _caller(account: str, record: KeyRecord) -> ApiKey:
    return ApiKey(account, record.role, record.key_id, label=record.label)


def _hashes(record: KeyRecord) -> set[str]:
    return {record.sha256, record.old_sha256} - {""}
