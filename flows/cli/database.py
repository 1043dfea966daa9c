"""The published database, opened so that a query can only read it: no writing, no files, no network, bounded in time.

Refuses several statements in one query and every statement that is no question.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from expectations.errors import EvidenceError
from warehouse.home import Home

if TYPE_CHECKING:
    import duckdb

SECONDS = 60.0
MEMORY = "2GB"
# DuckDB's functions that do something rather than answer, which it takes for questions.
_DOING = re.compile(
    r"\b(enable_logging|disable_logging|truncate_duckdb_logs|write_log|enable_profiling|disable_profiling|(force_)?checkpoint)\s*\(", re.I
)


@contextmanager
def published(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to evidence.duckdb. Raises `command.no_database`."""
    import duckdb

    if not home.database.exists():
        raise EvidenceError("command.no_database", where=str(home.database), expected="the published database", found="no file")
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY,
        "temp_directory": "",  # what does not fit fails, rather than be written beside the database
        "python_enable_replacements": "false",  # a name in a query is a table, never a variable of this program
        "lock_configuration": "true",
    }
    try:
        connection = duckdb.connect(str(home.database), read_only=True, config=config)
    except duckdb.Error as error:
        raise EvidenceError("command.no_database", where=str(home.database), expected="a DuckDB database", found=str(error)) from error
    with connection:
        yield connection


def ask(connection: duckdb.DuckDBPyConnection, query: str, seconds: float = SECONDS) -> duckdb.DuckDBPyRelation:
    """The relation of one question; nothing is computed yet. Raises `command.query_failed`."""
    import duckdb

    if doing := _DOING.search(query):
        raise EvidenceError(
            "command.query_failed", where=query.strip(), expected="a question", found=f"the function {doing[1]}, which is none"
        )
    with limited(connection, query, seconds):
        statements = connection.extract_statements(query)
        questions = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
        if len(statements) != 1 or statements[0].type not in questions:
            found = f"{len(statements)} statements" if len(statements) != 1 else f"{statements[0].type.name}, another kind of statement"
            raise EvidenceError(
                "command.query_failed", where=query.strip(), expected="one SELECT, SHOW, DESCRIBE, SUMMARIZE or EXPLAIN", found=found
            )
        relation: duckdb.DuckDBPyRelation | None = connection.sql(statements[0].query)
    if relation is None:
        raise EvidenceError("command.query_failed", where=query.strip(), expected="a question with rows for an answer", found="none")
    return relation


@contextmanager
def limited(connection: duckdb.DuckDBPyConnection, query: str, seconds: float = SECONDS) -> Iterator[None]:
    """Run DuckDB work for at most so many seconds; its errors become ours. Raises `command.query_failed`."""
    import duckdb

    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise EvidenceError(
            "command.query_failed", where=query.strip(), expected=f"an answer within {seconds:g} s", found="none: stopped"
        ) from error
    except duckdb.Error as error:
        raise EvidenceError("command.query_failed", where=query.strip(), found=str(error).strip()) from error
    finally:
        timer.cancel()
