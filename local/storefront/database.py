"""The shop's SQLite file, read by many threads and written by one at a time."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

type Row = dict[str, Any]
"""A row to be written: column to value."""

_SCHEMA = Path(__file__).with_name("schema.sql")
_BUSY_SECONDS = 20.0


class Database:
    """A pool of connections to one SQLite file, created with its tables if it does not exist.

    Other processes may have the same file open: a command edits an order while the server runs.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._opened: list[sqlite3.Connection] = []
        self._lock = Lock()
        with self._borrow() as connection:
            connection.executescript(_SCHEMA.read_text(encoding="utf-8"))

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees one state of the shop throughout."""
        with self._borrow() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose changes happen all, or none if an exception leaves the block."""
        with self._borrow() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()

    @contextmanager
    def _borrow(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = self._open()
        try:
            yield connection
        finally:
            self._idle.put(connection)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")  # the data can be seeded again
        connection.execute("PRAGMA foreign_keys = ON")
        with self._lock:
            self._opened.append(connection)
        return connection


def next_id(connection: sqlite3.Connection, table: str, first: int) -> int:
    """Return the id after the highest that the table ever gave, at least ``first``."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return max(first, row["seq"] + 1 if row else 1)


def insert(connection: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    """Insert rows that all have the same columns."""
    if rows:
        connection.executemany(_insertion(table, rows[0]), rows)


def upsert(connection: sqlite3.Connection, table: str, rows: list[Row], key: str = "id") -> None:
    """Insert rows, or replace the given columns of those that exist."""
    if rows:
        columns = ", ".join(f"{name} = excluded.{name}" for name in rows[0] if name != key)
        clause = f" ON CONFLICT ({key}) DO UPDATE SET {columns}"
        connection.executemany(_insertion(table, rows[0]) + clause, rows)


def _insertion(table: str, row: Row) -> str:
    columns, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"
