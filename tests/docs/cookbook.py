"""The cookbook's questions and answers: each ```sql block is followed by a ```text block with what `evidence sql` prints for it.

`python -m tests.docs.cookbook` writes the answers anew, from the home of EVIDENCE_HOME, and prints how long each question took; the test compares.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from flows.cli.database import ask, published
from warehouse.home import PROJECT, Home

PAGE = PROJECT / "docs" / "cookbook.md"
PAIR = re.compile(r"### ([^\n]+)\n(.*?)```sql\n(.*?)```\n\n```text\n(.*?)```\n", re.S)
WIDTH = 130


def questions(text: str) -> Iterator[tuple[str, str, str]]:
    """(question, SQL, printed answer) of every recipe."""
    return ((found[1], found[3], found[4]) for found in PAIR.finditer(text))


def answer(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """What `evidence sql` prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        ask(connection, query).show(max_width=WIDTH, max_rows=60, null_value="")
    return "\n".join(line.rstrip() for line in printed.getvalue().strip().splitlines()) + "\n"


def seconds(connection: duckdb.DuckDBPyConnection, query: str, times: int = 5) -> float:
    """The median time of a question, warm, as a reader's connection takes it."""
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        connection.execute(query).fetchall()
        taken.append(time.perf_counter() - began)
    return sorted(taken[1:])[times // 2]


def main(path: Path = PAGE) -> None:
    """Write the answers anew, and print the times."""
    text = path.read_text(encoding="utf-8")
    with published(Home(Path(os.environ["EVIDENCE_HOME"]))) as connection:
        written = PAIR.sub(
            lambda found: f"### {found[1]}\n{found[2]}```sql\n{found[3]}```\n\n```text\n{answer(connection, found[3])}```\n", text
        )
        for question, query, _ in questions(text):
            print(f"{1000 * seconds(connection, query):8.1f} ms  {question}")  # noqa: T201
    path.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
