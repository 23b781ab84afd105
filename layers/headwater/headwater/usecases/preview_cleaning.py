"""Preview cleaning: which touches of the last run other aliases and channel rules would rename.

Nothing is kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headwater.domain.cleaning_documents import cleaning_from_document
from headwater.domain.money import from_minor
from headwater.usecases.databases import open_database
from headwater.usecases.dimension_tables import NAMING_KEYS, build_naming_keys, marked, read_marks
from headwater.usecases.published_runs import envelope
from headwater.usecases.row_tables import fill_table, single_row
from headwater.usecases.touch_names import AdNames, Naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Facts
    from headwater.usecases.published_runs import PublishedRun

# What cleaning can rename.
_CLEANED = ("channel", "source", "medium", "campaign")
_MOST_MOVES = 500
# The order's last click, and so its revenue, under the names that move.
_MOVES = """
WITH sold AS (
    SELECT t.{keys}, count(DISTINCT (c.store, c.order_id)) AS orders, sum(c.last_click_net) AS net
    FROM credits c JOIN {touches} t ON t.touch_id = c.touch_id AND t.visitor = c.visitor
    WHERE c.touch_id <> '' AND c.is_last_click AND NOT t.is_bot
    GROUP BY ALL
)
SELECT m.dimension, m.before, m.after, sum(m.touches), coalesce(sum(s.orders), 0),
    coalesce(sum(s.net), 0)
FROM moved m LEFT JOIN sold s ON {same}
GROUP BY ALL
"""


def preview_cleaning(
    account: str,
    document: Any,  # noqa: ANN401 - any JSON value
    published: PublishedRun,
    *,
    facts: Facts,
) -> dict[str, Any]:
    """Return how many touches would be called something else, and what from and to.

    Beside them the orders whose last click they are, with their net revenue.

    Raises:
        InvalidCleaningError: naming each bad alias or rule and its field.
    """
    present = published.settings
    tried = replace(present, cleaning=cleaning_from_document(document))
    with open_database() as db:
        tables = ["touchpoints", "costs", "ad_clicks", "credits"]
        facts.mount(db, published.manifest.tables, tables, published.manifest.models)
        (touches,) = single_row(db, "SELECT count(*) FROM touchpoints WHERE NOT is_bot")
        moved, rows = _read_moves(db, present, tried)
    return {
        **envelope(account, "cleaning-preview", published),
        "touches": touches,
        "moved": moved,
        "moves": [
            {
                "dimension": dimension,
                "from": before,
                "to": after,
                "touches": int(count),
                "orders": int(orders),
                "net": str(from_minor(int(net), present.currency)),
            }
            for dimension, before, after, count, orders, net in rows
        ],
    }


def _read_moves(
    db: duckdb.DuckDBPyConnection, present: AccountSettings, tried: AccountSettings
) -> tuple[int, list[tuple[Any, ...]]]:
    """Return how many touches would move, and the most frequent moves with their orders."""
    columns = {
        **NAMING_KEYS,
        "touches": "BIGINT",
        **dict.fromkeys(("dimension", "before", "after"), "VARCHAR"),
    }
    fill_table(db, "moved", columns, _moved(db, present, tried))
    distinct = f"SELECT DISTINCT {', '.join(NAMING_KEYS)}, touches FROM moved"
    (moved,) = single_row(db, f"SELECT coalesce(sum(touches), 0) FROM ({distinct})")
    same = " AND ".join(f"s.{name} = m.{name}" for name in NAMING_KEYS)
    query = _MOVES.format(keys=", t.".join(NAMING_KEYS), touches=marked("touchpoints"), same=same)
    rows = db.execute(f"SELECT * FROM ({query}) ORDER BY 4 DESC, 1, 2, 3 LIMIT {_MOST_MOVES}")
    return int(moved), rows.fetchall()


def _moved(
    db: duckdb.DuckDBPyConnection, present: AccountSettings, tried: AccountSettings
) -> Iterator[tuple[object, ...]]:
    """Yield the marks whose names differ, once for each name that does."""
    build_naming_keys(db, present, tried)
    names = AdNames(db)
    before, after = Naming(present, names), Naming(tried, names)
    for one in read_marks(db):
        was, becomes = one.named_by(before), one.named_by(after)
        for dimension in _CLEANED:
            pair = getattr(was, dimension), getattr(becomes, dimension)
            if pair[0] != pair[1]:
                yield (*one.keys, one.touches, dimension, *pair)
