"""Keys, sign-in links and sessions: looked up by hash, and listed by account.

A look-up and the list that shows it change in one transaction, so none is without the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.adapters.dynamodb.table import ConditionalDelete, ConditionalPut
from headwater.domain.access import KeyRing, SignIn
from headwater.usecases.ports.access import ApiKey, Invitation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.keys import Key
    from headwater.adapters.dynamodb.table import Table


class DynamoCallers:
    """The port ``Callers`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find_key(self, key_sha256: str) -> ApiKey | None:
        """Return whose key this is; None for an unknown one."""
        return self._find(keys.api_key(key_sha256))

    def find_session(self, cookie_sha256: str) -> ApiKey | None:
        """Return whose session this is; None for an unknown one."""
        return self._find(keys.session(cookie_sha256))

    def _find(self, key: Key) -> ApiKey | None:
        item = self._table.get(key)
        return codec.from_plain(ApiKey, item) if item else None


class DynamoKeys:
    """The port ``Keys`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def ring(self, account: str) -> KeyRing:
        """Return an account's keys."""
        item = self._table.get(keys.key_ring(account))
        return codec.from_document(KeyRing, item["document"]) if item else KeyRing()

    def change(
        self, account: str, ring: KeyRing, let_in: Mapping[str, ApiKey], shut_out: Collection[str]
    ) -> bool:
        """Replace the ring that is one version older, and let keys in and out."""
        pk, sk = keys.key_ring(account)
        item = {"pk": pk, "sk": sk, "version": ring.version, "document": codec.to_document(ring)}
        before = ring.version - 1
        guarded = ConditionalPut(item, "#version = :before", {"before": before})
        if before == 0:
            guarded = ConditionalPut(item, "attribute_not_exists(#pk)")
        looked_up = [
            ConditionalPut(_looked_up(keys.api_key(digest), caller, caller.ends_at))
            for digest, caller in let_in.items()
        ]
        return self._table.put_together(
            [guarded, *looked_up],
            [ConditionalDelete(keys.api_key(digest)) for digest in shut_out],
        )


class DynamoSessions:
    """The port ``Sessions`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def invite(self, account: str, sign_in: SignIn) -> None:
        """Keep a new link."""
        invitation = Invitation(account, sign_in.session_id)
        link = _looked_up(keys.invitation(sign_in.token_sha256), invitation, sign_in.link_ends_at)
        self._table.put_together([ConditionalPut(_listed(account, sign_in)), ConditionalPut(link)])

    def invitation(self, token_sha256: str) -> Invitation | None:
        """Return whose link this is; None for one that is unknown or used."""
        item = self._table.get(keys.invitation(token_sha256))
        return codec.from_plain(Invitation, item) if item else None

    def get(self, account: str, session_id: str) -> SignIn | None:
        """Return a sign-in; None for an unknown one."""
        item = self._table.get(keys.sign_in(account, session_id))
        return codec.from_plain(SignIn, item) if item else None

    def all(self, account: str) -> list[SignIn]:
        """Return an account's sign-ins, in no order."""
        partition, _ = keys.sign_in(account, "")
        return [codec.from_plain(SignIn, item) for item in self._table.query(partition)]

    def open(self, account: str, link: SignIn, session: SignIn) -> bool:
        """Let the session in, and the link no more; False if the link was used or closed."""
        caller = ApiKey(
            account, session.role, session.session_id, "session", session.label, session.ends_at
        )
        is_unused = {"token": link.token_sha256}
        return self._table.put_together(
            [
                ConditionalPut(_listed(account, session), "#token_sha256 = :token", is_unused),
                ConditionalPut(
                    _looked_up(keys.session(session.cookie_sha256), caller, session.ends_at)
                ),
            ],
            [ConditionalDelete(keys.invitation(link.token_sha256))],
        )

    def close(self, account: str, sign_in: SignIn) -> bool:
        """Forget a sign-in; False if its link was used meanwhile."""
        as_given = {"token": sign_in.token_sha256, "cookie": sign_in.cookie_sha256}
        listed = ConditionalDelete(
            keys.sign_in(account, sign_in.session_id),
            "#token_sha256 = :token AND #cookie_sha256 = :cookie",
            as_given,
        )
        if sign_in.opened_at is None:
            looked_up = keys.invitation(sign_in.token_sha256)
        else:
            looked_up = keys.session(sign_in.cookie_sha256)
        return self._table.put_together([], [listed, ConditionalDelete(looked_up)])


def _listed(account: str, sign_in: SignIn) -> Item:
    return _looked_up(keys.sign_in(account, sign_in.session_id), sign_in, sign_in.ends_at)


def _looked_up(key: Key, value: object, ends_at: datetime | None) -> Item:
    """Return an item that the table forgets some time after it has ended."""
    expires_at = ends_at and int(ends_at.timestamp())
    return {"pk": key[0], "sk": key[1], **codec.to_plain(value), "expires_at": expires_at}
