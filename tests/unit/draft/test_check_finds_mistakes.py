"""Every mistake that a person makes in a declaration or in its SQL is found offline, with file and line and the nearest right name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from drafting import LIBRARIES, Drafted, drafted

from expectations.errors import EvidenceError
from tasks.checkout import Checkout
from tasks.declared import data_problems, declaration_problems, tidy_problems
from tasks.draft import Wanted
from warehouse.home import Home

DATASET = "council.library_visits"


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    """A right draft, and its first snapshot archived."""
    folder = tmp_path_factory.mktemp("mistakes")
    file = folder / "library-visits.csv"
    file.write_text(LIBRARIES, encoding="utf-8")
    made = drafted(str(file), folder, wanted=Wanted(id=DATASET, licence="OGL-UK-3.0"))
    assert made.arrive().status == "held"
    return made


def problems(libraries: Drafted, folder: Path, wrong: str, right: str, there: str) -> tuple[str, int]:
    """All that is said once `right` has become `wrong` in the YAML or the SQL, and the line in which it stands."""
    root = folder / "checkout"
    shutil.copytree(libraries.checkout.datasets.parent.parent, root)
    checkout = Checkout.below(root)
    path = checkout.declaration(DATASET) if there == "yaml" else checkout.tidy(DATASET)
    text = path.read_text(encoding="utf-8")
    assert right in text, f"{right!r} is not in\n{text}"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    changed = path.read_text(encoding="utf-8")
    line = changed[: changed.index(wrong)].count("\n") + 1 if wrong else 1
    return "\n".join(said_of(checkout, libraries.home)), line


def said_of(checkout: Checkout, home: Home) -> list[str]:
    try:
        said = declaration_problems(DATASET, checkout)
    except EvidenceError as error:
        return [f"{error.where}: {error.found}, expected {error.expected}"]
    said += tidy_problems(DATASET, checkout)
    return said or data_problems(DATASET, checkout, home, sample=False) or []


MISTAKES = [
    # what stands there, what a person writes, in which file, what is said, whether the very line is named
    ("licence:", "license:", "yaml", "unknown key 'license' (did you mean 'licence'?)", True),
    ("licence: OGL-UK-3.0\n", "", "yaml", "missing key 'licence'", True),
    ("theme: community", "theme: comunity", "yaml", "(did you mean 'community'?)", True),
    ("kind: folder", "kind: foldr", "yaml", "'folder'", True),
    ("files: [library-visits.csv]", "fles: [library-visits.csv]", "yaml", "(did you mean 'files'?)", True),
    ("{due: no calendar}", "{due: every mnth, late_after_days: 3}", "yaml", "every mnth", True),
    ("{due: no calendar}", "{due: no calendar, schedule: 61 9 * * *}", "yaml", "no cron line of five fields", True),
    ("{due: no calendar}", "{due: no calendar, schedule: 0 9 * *}", "yaml", "no cron line of five fields", True),
    ("{due: no calendar}", "{due: 2026-13-01, late_after_days: 3}", "yaml", "2026-13-01", True),
    ("delivery: full", "delivery: whole", "yaml", "'full', 'window' or 'increment'", True),
    ("key: [library, year]", "key: [librry, year]", "yaml", "(did you mean 'library'?)", False),
    ("key: [library, year]", "key: [library, library]", "yaml", "'library' stands twice in the key", True),
    ("key: [library, year]", "key: [library]", "yaml", "4 of 8 rows share the declared key (library)", True),
    ("library: Library", "library: Libary", "yaml", "no column has the header 'Libary'", True),
    ("grain: [library, period, measure]", "grain: [libary, period, measure]", "yaml", "(did you mean 'library'?)", False),
    ("{column: value, min_value", "{column: valu, min_value", "yaml", "(did you mean 'value'?)", True),
    ("expect_table_row_count_to_be_between", "expect_table_rows_to_be_between", "yaml", "expect_table_row_count_to_be_between", True),
    ("min_value: 0", "minimum: 0", "yaml", "min_value", True),
    ("'^[0-9]{4}$'", "'[0-9]{4}'", "yaml", "anchored", True),
    ("where: unit = 'count'", "where: units = 'count'", "yaml", "unit", True),
    ("type: DOUBLE", "type: FLOAT", "yaml", "'FLOAT' is no type of a tidy table", True),
    ("title:", "title: [", "yaml", "not YAML", False),
    ("cell_text(library)", "cell_text(libary)", "sql", "there is no column 'libary' in raw (did you mean 'library'?)", True),
    ("as value", "as valu", "sql", "column 'valu' is not among tidy.columns (did you mean 'value'?)", True),
    ("number_of(printed)", "numbr_of(printed)", "sql", "number_of", True),
    ("from cells", "form cells", "sql", "form", True),
]


@pytest.mark.parametrize(("right", "wrong", "there", "told", "by_line"), MISTAKES)
def test_a_mistake_is_found_with_its_line_and_the_nearest_right_name(
    libraries: Drafted, tmp_path: Path, right: str, wrong: str, there: str, told: str, by_line: bool
) -> None:
    said, line = problems(libraries, tmp_path, wrong, right, there)
    assert told in said
    assert re.search(rf"library_visits\.{there}, line \d+", said), said
    if by_line:
        assert f"library_visits.{there}, line {line}:" in said, (line, said)


def test_what_is_right_is_not_found_fault_with(libraries: Drafted) -> None:
    assert said_of(libraries.checkout, libraries.home) == []


def test_a_missing_sql_file_is_named(libraries: Drafted, tmp_path: Path) -> None:
    shutil.copytree(libraries.checkout.datasets.parent.parent, tmp_path / "checkout")
    checkout = Checkout.below(tmp_path / "checkout")
    checkout.tidy(DATASET).rename(checkout.tidy(DATASET).with_name("library_visit.sql"))
    assert "(did you mean 'library_visit'?)" in tidy_problems(DATASET, checkout)[0]
