"""The account's lease, its pointer, and the record of its runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from headwater.adapters.dynamodb import codec, keys
from headwater.errors import ConflictError, LeaseLostError
from headwater.usecases.ports import RunHead
from headwater.usecases.published_runs import READABLE_FOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table

# A manifest that was left this long ago is of no use to any reader: the sweep spares those that may
# be read still, and for an hour those that could.
_KEEP_SUPERSEDED = READABLE_FOR + timedelta(days=1)
# A lease that changes hands between two of our calls is tried again; more than a few times in a
# row would mean that something else is wrong.
_ATTEMPTS = 5
_HELD_BY_ANOTHER = "#lease_run <> :run AND #lease_until > :now"


class DynamoRuns:
    """The port ``Runs`` on AccountsTable: lease and pointer are one item, changed as one."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def acquire(self, account: str, run: str, now: datetime, until: datetime) -> bool:
        """Take the lease if it is free, expired or ours; else set ``again`` and return False."""
        head = keys.run_head(account)
        moment = {"run": run, "now": keys.instant(now)}
        for _ in range(_ATTEMPTS):
            taken = self._table.update(
                head,
                "SET #lease_run = :run, #lease_until = :until",
                {**moment, "until": keys.instant(until)},
                condition="attribute_not_exists(#lease_run) OR #lease_run = :run"
                " OR #lease_until <= :now",
            )
            if taken is not None:
                return True
            # Were the lease given back meanwhile, nobody would ever read this `again`.
            told = self._table.update(
                head, "SET #again = :yes", {**moment, "yes": True}, condition=_HELD_BY_ANOTHER
            )
            if told is not None:
                return False
        message = "the lease changes hands too fast"
        raise ConflictError(message)

    def renew(self, account: str, run: str, until: datetime) -> None:
        """Prolong our lease; raises LeaseLostError if it is no longer ours."""
        self._change_held(account, run, "SET #lease_until = :until", {"until": keys.instant(until)})

    def head(self, account: str) -> RunHead:
        """Return the pointer and the lease as they are now."""
        return codec.from_plain(RunHead, self._table.get(keys.run_head(account)) or {})

    def publish(
        self,
        account: str,
        run: str,
        manifest: str,
        version: str,
        now: datetime,
        *,
        as_of: datetime,
    ) -> None:
        """Move the pointer while holding the lease, in one conditional update.

        Said twice, it is done once. ``generated_at`` moves only if the version differs, ``as_of``
        also where the manifest is the same; the manifest left behind joins ``previous`` with the
        time, those older than eight days go.

        Raises:
            LeaseLostError: the lease is not this run's.
        """
        item = self._table.get(keys.run_head(account)) or {}
        if item.get("lease_run") != run:
            raise _lost(run)
        looked_at = keys.instant(as_of)
        if item.get("manifest") == manifest:
            if item.get("as_of") != looked_at:
                self._change_held(account, run, "SET #as_of = :as_of", {"as_of": looked_at})
            return
        is_same_version = item.get("data_version") == version
        self._change_held(
            account,
            run,
            "SET #manifest = :manifest, #data_version = :version, #generated_at = :generated_at,"
            " #previous = :previous, #as_of = :as_of",
            {
                "as_of": looked_at,
                "manifest": manifest,
                "version": version,
                "generated_at": item["generated_at"] if is_same_version else keys.instant(now),
                "previous": _superseded(item, manifest, now),
            },
        )

    def superseded(self, account: str) -> Mapping[str, datetime]:
        """Return the manifests that the pointer has left in the last eight days, with the time."""
        item = self._table.get(keys.run_head(account)) or {}
        return {
            left["manifest"]: datetime.fromisoformat(left["superseded_at"])
            for left in item.get("previous", [])
        }

    def release(self, account: str, run: str) -> bool:
        """Give the lease back; return whether ``again`` was set, and clear it.

        The answer is kept until the next release, so that a run which repeats its last step gets
        it again. A run that has no lease to give back is told False.
        """
        head = self._table.get(keys.run_head(account)) or {}
        while head.get("lease_run") == run:
            again = "again" in head
            # `again` as we read it: one that is set meanwhile must be in our answer.
            is_unchanged = "attribute_exists(#again)" if again else "attribute_not_exists(#again)"
            released = self._table.update(
                keys.run_head(account),
                "SET #released_run = :run, #released_again = :again"
                " REMOVE #lease_run, #lease_until, #again",
                {"run": run, "again": again},
                condition=f"#lease_run = :run AND {is_unchanged}",
            )
            if released is not None:
                return again
            head = self._table.get(keys.run_head(account)) or {}
        return head.get("released_run") == run and bool(head.get("released_again"))

    def hand_back(self, account: str, holder: str) -> bool:
        """Give back the lease of somebody who is no run; return whether ``again`` is set."""
        left = self._table.update(
            keys.run_head(account),
            "REMOVE #lease_run, #lease_until",
            {"run": holder},
            condition="#lease_run = :run",
            returns="ALL_NEW",
        )
        return left is not None and "again" in left

    def record(self, account: str, run: str, now: datetime, **facts: str | int) -> None:
        """Write down what is known of a run; later calls add.

        ``started_at`` is the time of the first call, ``updated_at`` that of the last.
        """
        assignments = [f"#{name} = :{name}" for name in facts]
        assignments += ["#updated_at = :now", "#started_at = if_not_exists(#started_at, :now)"]
        self._table.update(
            keys.run(account, run),
            f"SET {', '.join(assignments)}",
            {**facts, "now": keys.instant(now)},
        )

    def recorded(self, account: str, run: str) -> Mapping[str, str | int]:
        """Return what is written of a run."""
        item = self._table.get(keys.run(account, run)) or {}
        return {name: value for name, value in item.items() if name not in {"pk", "sk"}}

    def _change_held(
        self, account: str, run: str, expression: str, values: Mapping[str, Any]
    ) -> None:
        changed = self._table.update(
            keys.run_head(account),
            expression,
            {**values, "run": run},
            condition="#lease_run = :run",
        )
        if changed is None:
            raise _lost(run)


def _superseded(head: Item, manifest: str, now: datetime) -> list[Item]:
    kept = [
        left
        for left in head.get("previous", [])
        if now - datetime.fromisoformat(left["superseded_at"]) < _KEEP_SUPERSEDED
        and left["manifest"] != manifest
    ]
    if head.get("manifest"):
        kept.append({"manifest": head["manifest"], "superseded_at": keys.instant(now)})
    return kept


def _lost(run: str) -> LeaseLostError:
    return LeaseLostError(f"run {run} does not hold the lease")
