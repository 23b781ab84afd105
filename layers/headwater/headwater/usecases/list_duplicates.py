"""List duplicates: the sales that stand in two sources, as the last run suspects."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from headwater.domain.money import from_minor
from headwater.usecases.databases import open_database

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.usecases.ports import Facts
    from headwater.usecases.published_runs import PublishedRun

# More than a person looks through; the counts tell of the others.
_MOST_PAIRS = 1_000
_PAIRS = """
SELECT * FROM duplicates WHERE $state IS NULL OR is_open = ($state = 'open')
ORDER BY is_open DESC, placed_at DESC, source, order_id, other_source LIMIT $most
"""


def list_duplicates(
    account: str, published: PublishedRun, *, facts: Facts, state: str | None = None
) -> dict[str, Any]:
    """Return the pairs that the last run suspected: those without an owner first, then by time.

    Args:
        account: whose orders they are.
        published: the last finished run.
        facts: its tables.
        state: ``open`` or ``settled`` pairs only.
    """
    with open_database() as db:
        facts.mount(db, published.manifest.tables, ["duplicates"])
        [(pairs, unanswered)] = db.execute(
            "SELECT count(*), count(*) FILTER (is_open) FROM duplicates"
        ).fetchall()
        cursor = db.execute(_PAIRS, {"state": state, "most": _MOST_PAIRS})
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {
        "account": account,
        "data_version": published.data_version,
        "generated_at": published.generated_at.isoformat(),
        "sources": list(published.settings.duplicate_owners),
        "pairs": pairs,
        "open": unanswered,
        "rows": [_spell(row) for row in rows],
    }


def _spell(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "orders": [
            {
                "source": row[f"{which}source"],
                "order_id": row[f"{which}order_id"],
                "placed_at": _instant(row[f"{which}placed_at"]),
                "total": str(from_minor(row[f"{which}total_minor"], row[f"{which}currency"])),
                "currency": row[f"{which}currency"],
            }
            for which in ("", "other_")
        ],
        "reason": row["reason"],
        "owner": row["owner"] or None,
        "is_open": row["is_open"],
    }


def _instant(naive: datetime) -> str:
    return naive.replace(tzinfo=UTC).isoformat()
