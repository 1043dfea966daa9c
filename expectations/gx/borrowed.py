"""DuckDB under Great Expectations: its SQLAlchemy engine on a connection that is lent to it, and what it has to know of DuckDB.

Great Expectations 1.24.1 has no DuckDB engine. What it takes from a database is here and nowhere else: regular expressions (as of
PostgreSQL, whose `~` DuckDB runs as `regexp_full_match`), columns and types (by DESCRIBE), and the connection (never closed, never
begun, committed or rolled back: it belongs to the pipeline). Only documented points of extension are used, but for the duck-typed
`dialect_module`; tests/contract/test_gx_engine.py fails when Great Expectations changes under it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Literal

import duckdb
import sqlalchemy
from duckdb_engine import ConnectionWrapper
from great_expectations.compatibility import pydantic
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy.dialects import postgresql

from expectations.rules.sql import identifier, type_name

logging.captureWarnings(False)  # Great Expectations turns it on for the whole process when it is imported
_MEMORY = "duckdb:///:memory:"  # names the dialect; nothing is ever opened at it


class BorrowedConnection(ConnectionWrapper):
    """The pipeline's connection as SQLAlchemy wants one. It reads only, so transactions and the end are left to the owner."""

    def begin(self) -> None:
        """Left to the owner."""

    def commit(self) -> None:
        """Left to the owner."""

    def rollback(self) -> None:
        """Left to the owner."""

    def close(self) -> None:
        """Left to the owner."""


class DuckDBTypes:
    """What Great Expectations calls a dialect module: a name, a dialect (for patterns), and a class for each type it is asked for."""

    __name__ = "duckdb"
    dialect = postgresql.dialect

    def __init__(self) -> None:
        self._classes: dict[str, type] = {}

    def __getattr__(self, name: str) -> type:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.named(name)

    def named(self, written: str) -> type:
        """The class of a type, the same for all its names; a type of an extension has only the one it is written with."""
        canonical = type_name(written) or written.upper()
        return self._classes.setdefault(canonical, type(canonical, (), {}))


class TableInspector:
    """Columns and types of a table as DESCRIBE gives them; SQLAlchemy's inspector asks PostgreSQL's catalogue, which DuckDB has not."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, dialect: sqlalchemy.Dialect, types: DuckDBTypes) -> None:
        self.dialect = dialect
        self._connection = connection
        self._types = types

    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        described = self._connection.execute(f"describe {identifier(str(table_name))}").fetchall()
        return [{"name": name, "type": self._types.named(kind)()} for name, kind, *_ in described]

    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> dict[str, Any]:
        return {}


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Great Expectations' SQL engine on a lent connection. Never makes its temporary table, which would copy the table for each check."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, engine: sqlalchemy.Engine) -> None:
        super().__init__(engine=engine, create_temp_table=False)
        self.dialect_module = DuckDBTypes()  # type: ignore[assignment]  # it asks of the module only what this has
        self._lent = connection

    def get_inspector(self) -> Any:
        # The stand-in for the dialect has what the inspector asks of it, and is no module as its annotation wants.
        return TableInspector(self._lent, self.engine.dialect, self.dialect_module)  # type: ignore[arg-type]


class DuckDBDatasource(SQLDatasource):
    """A source of tables for Great Expectations that has its engine given, not made from a connection string."""

    type: Literal["evidence_duckdb"] = "evidence_duckdb"  # type: ignore[assignment]  # each kind of source has its own literal
    connection_string: str = _MEMORY
    _lent_engine: DuckDBExecutionEngine = pydantic.PrivateAttr()

    def lend(self, connection: duckdb.DuckDBPyConnection, heard: Callable[[str], None]) -> None:
        """Run on this connection; `heard` is told each SQL statement."""
        engine = sqlalchemy.create_engine(_MEMORY, creator=lambda: BorrowedConnection(connection), poolclass=sqlalchemy.StaticPool)
        sqlalchemy.event.listen(engine, "before_cursor_execute", lambda *call: heard(call[2]))
        self._lent_engine = DuckDBExecutionEngine(connection, engine)

    def get_engine(self) -> sqlalchemy.Engine:
        return self._lent_engine.engine

    def get_execution_engine(self) -> DuckDBExecutionEngine:
        return self._lent_engine
