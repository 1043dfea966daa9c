"""The cookbook's questions are answered on the shipped sample as printed, and quickly."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from flows.cli.database import published
from tests.docs.cookbook import PAGE, answer, questions, seconds
from warehouse.home import Home

pytestmark = [pytest.mark.xdist_group("sample"), pytest.mark.timeout(300)]
RECIPES = list(questions(PAGE.read_text(encoding="utf-8")))
SLOWEST = 1.0  # seconds; the page says what was measured, a busy machine takes longer


@pytest.fixture(scope="module")
def connection(sample_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published sample, opened as `evidence sql` opens it."""
    with published(sample_home) as opened:
        yield opened


@pytest.mark.parametrize(("question", "query", "printed"), RECIPES, ids=[f"{place:02d}" for place, _ in enumerate(RECIPES, 1)])
def test_a_question_of_the_cookbook_is_answered_as_printed(
    question: str, query: str, printed: str, connection: duckdb.DuckDBPyConnection
) -> None:
    assert answer(connection, query) == printed, question
    assert seconds(connection, query, times=1) < SLOWEST, question


def test_the_cookbook_has_at_least_twenty_five_questions_and_no_block_without_an_answer() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(RECIPES) == text.count("```sql") >= 25
    assert all(printed.strip() for _, _, printed in RECIPES)
