"""The gradebook's database: SQLite in the class's folder, or what nbgrader's `db_url` names instead.

Read here by SQL alone: nbgrader's import takes longer than all else where there is nothing to do.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Database:
    """The database at `url`, as SQLAlchemy writes it; as a text it says where it is, and no password."""

    url: str

    def __str__(self) -> str:
        if self.file:
            return str(self.file)
        from sqlalchemy import make_url

        return make_url(self.url).set(query={}).render_as_string()  # a query may hold a password, too

    @property
    def file(self) -> Path | None:
        """SQLite's file; None where it is another database."""
        return Path(self.url.removeprefix(_SQLITE)) if self.url.startswith(_SQLITE) else None

    def exists(self) -> bool:
        """Whether there is one to ask: of a file this is seen, of a server it is believed."""
        return self.file is None or self.file.is_file()

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """These columns of one of nbgrader's tables; nothing where it is not there yet."""
        query = f"SELECT {', '.join(columns)} FROM {table}"
        if not self.exists():
            return []
        if self.file is None:
            return self._rows_by_sqlalchemy(table, query)
        with closing(sqlite3.connect(self.file, timeout=30)) as book:
            if not book.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                return []
            return book.execute(query).fetchall()

    def _rows_by_sqlalchemy(self, table: str, query: str) -> list[tuple[Any, ...]]:
        from sqlalchemy import create_engine, inspect, text
        from sqlalchemy.pool import NullPool

        with create_engine(self.url, poolclass=NullPool).connect() as book:
            if not inspect(book).has_table(table):
                return []
            return [tuple(row) for row in book.execute(text(query))]


def absolute(url: str, root: Path) -> str:
    """The same database, wherever one works: SQLite's path may be given as seen from the class's folder."""
    return f"{_SQLITE}{root / url.removeprefix(_SQLITE)}" if url.startswith(_SQLITE) else url
