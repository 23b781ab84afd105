"""The names of ad sets and ads beside the ids that are known of a touch or a cost row."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_IDS = ("platform", "campaign_id", "adset_id", "ad_id")


def build_ad_names(db: duckdb.DuckDBPyConnection) -> None:
    """Make ``adset_names`` and ``ad_names``: the platforms' latest name of each id."""
    for table, depth, name in (("adset_names", 3, "adset"), ("ad_names", 4, "ad")):
        ids = ", ".join(_IDS[:depth])
        db.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS "
            f"SELECT {ids}, arg_max({name}, (day, {name})) AS name FROM costs "
            f"WHERE {_IDS[depth - 1]} <> '' AND {name} <> '' GROUP BY ALL"
        )


def with_ad_names(relation: str, prefix: str = "", otherwise: str = "''") -> str:
    """Return the SQL of a relation with the columns ``adset`` and ``ad`` added.

    An id without a name stands for itself.

    Args:
        relation: has ``platform`` and the three ids.
        prefix: what its id columns begin with.
        otherwise: SQL of an id, ``{0}`` being its name, for rows of which no ad is known.
    """
    adset, ad = f"r.{prefix}adset_id", f"r.{prefix}ad_id"
    same = f"{{0}}.platform = r.platform AND {{0}}.campaign_id = r.{prefix}campaign_id"
    same_set = f"{same} AND {{0}}.adset_id = {adset}"
    return (
        f"SELECT r.*, coalesce(s.name, nullif({adset}, ''), {otherwise.format('adset_id')}) "
        f"AS adset, coalesce(a.name, nullif({ad}, ''), {otherwise.format('ad_id')}) AS ad "
        f"FROM {relation} r LEFT JOIN adset_names s ON {same_set.format('s')} "
        f"LEFT JOIN ad_names a ON {same_set.format('a')} AND a.ad_id = {ad}"
    )
