"""What the documentation says a command prints is what it prints, on the shipped sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.answers import answers, ask
from warehouse.home import PROJECT, Home

pytestmark = pytest.mark.xdist_group("sample")  # one process makes the sample's home, and none waits for it
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
ASKED = [(page, command, answer) for page in PAGES for command, answer in answers(page.read_text(encoding="utf-8"))]


@pytest.mark.timeout(300)  # the first test of a run makes the sample's home
@pytest.mark.parametrize(("page", "command", "answer"), ASKED, ids=[f"{page.stem}-{place}" for place, (page, _, _) in enumerate(ASKED)])
def test_a_command_of_the_documentation_prints_what_it_says(page: Path, command: str, answer: str, sample_home: Home) -> None:
    assert ask(command, sample_home.root) == answer


def test_the_readme_asks_at_least_five_questions() -> None:
    assert sum(page.name == "README.md" for page, _, _ in ASKED) >= 5
