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
from tasks.written import stray_problems
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
    said = said or tidy_problems(DATASET, checkout)
    return said or data_problems(DATASET, checkout, home, sample=False) or []


POLICY = "policy: {{{}}}\ndelivery: full"
ERROR = "known_errors: [{{what: wrong ward, {}}}]\ndelivery: full"
MISTAKES = [
    # what stands there, what a person writes, in which file, what is said, whether the very line is named
    # -- keys and values
    ("licence:", "license:", "yaml", "unknown key 'license' (did you mean 'licence'?)", True),
    ("licence: OGL-UK-3.0\n", "", "yaml", "missing key 'licence'", True),
    ("licence: OGL-UK-3.0", "licence: OGL3", "yaml", "is no licence that is known here", True),
    ("theme: community", "theme: comunity", "yaml", "(did you mean 'community'?)", True),
    ("owner: council-data", "owner:", "yaml", "owner: Input should be a valid string", True),
    ("title: Library visits", "title: 2024", "yaml", "title: Input should be a valid string", True),
    ("owner: council-data", "owner: ${area_cod}", "yaml", "${area_cod} is no setting (did you mean '${area_code}'?)", True),
    ("kind: folder", "kind: foldr", "yaml", "'folder'", True),
    ("files: [library-visits.csv]", "fles: [library-visits.csv]", "yaml", "(did you mean 'files'?)", True),
    ("delivery: full", "delivery: whole", "yaml", "'full', 'window' or 'increment'", True),
    ("delivery: full", "delivery: full\ndelivery: full", "yaml", "key 'delivery' stands twice", False),
    ("delivery: full", "read: {shet: Data}\ndelivery: full", "yaml", "unknown key 'read.shet' (did you mean 'sheet'?)", True),
    ("delivery: full", "read: {sheet: 3}\ndelivery: full", "yaml", "read.sheet: Input should be a valid string", True),
    ("delivery: full", "discard_at_most: 5\ndelivery: full", "yaml", "less than or equal to 0.5", True),
    ("delivery: full", "state: unverified\ndelivery: full", "yaml", "`unverified` says why", True),
    # -- the form of the file
    ("title:", "title: [", "yaml", "not YAML", False),
    ("title: Library visits", "title: Library: visits", "yaml", "mapping values are not allowed", True),
    ("title: Library visits", 'title: "Library visits', "yaml", "not YAML", True),
    ("\n  grain:", "\n\tgrain:", "yaml", "indent with spaces", False),
    ("\ntidy:", "\n  tidy:", "yaml", "is it indented as it should be?", False),
    ("delivery: full", "delivery:\u00a0full", "yaml", "a space that does not break", True),
    # -- when it comes
    ("{due: no calendar}", "{due: every mnth, late_after_days: 3}", "yaml", "every mnth", True),
    ("{due: no calendar}", "{due: every month}", "yaml", "`late_after_days` is missing", True),
    ("{due: no calendar}", "{due: every month, late_after_days: soon}", "yaml", "late_after_days: Input should be a valid integer", True),
    ("{due: no calendar}", "{due: no calendar, schedule: 61 9 * * *}", "yaml", "no cron line of five fields", True),
    ("{due: no calendar}", "{due: no calendar, schedule: 0 9 * *}", "yaml", "no cron line of five fields", True),
    ("{due: no calendar}", "{due: 2026-13-01, late_after_days: 3}", "yaml", "2026-13-01", True),
    # -- the source's columns
    ("key: [library, year]", "key: [librry, year]", "yaml", "(did you mean 'library'?)", True),
    ("key: [library, year]", "key: [library, library]", "yaml", "'library' stands twice in the key", True),
    ("key: [library, year]", "key: [library]", "yaml", "4 of 8 rows share the declared key (library)", True),
    ("library: Library", "library: Libary", "yaml", "no column has the header 'Libary'", True),
    ("visits: Visits", "visits: Visits, footfall: Visits", "yaml", "the header 'Visits' is that of 'visits' too", True),
    ("visits: Visits", "visits: Visits, VISITS: Footfall", "yaml", "in upper and lower case alone", True),
    # -- the tidy table
    ("grain: [library, period, measure]", "grain: [libary, period, measure]", "yaml", "(did you mean 'library'?)", True),
    ("grain: [library, period, measure]", "grain: [library, measure]", "yaml", "16 tidy rows share the grain (library, measure)", True),
    ("grain: [library, period, measure]", "grain: []", "yaml", "at least 1 item", True),
    ("  period: period", "  period: periods", "yaml", "(did you mean 'period'?)", True),
    ("type: DOUBLE", "type: FLOAT", "yaml", "'FLOAT' is no type of a tidy table", True),
    ("period_start: {type: DATE", "period_start: {type: VARCHAR", "yaml", "is a DATE everywhere", True),
    ("status: {type", "statusCode: {type", "yaml", "'statusCode' is not in lower_snake_case", True),
    ("status: {type", "status_desc: {type", "yaml", "spell 'desc' out", True),
    ("meaning: The published number", "meaning: value", "yaml", "says nothing", True),
    ("meaning: The published number", "meaning: The published number, unit: percnt", "yaml", "(did you mean 'percent'?)", True),
    # -- rules
    ("{column: value, min_value", "{column: valu, min_value", "yaml", "(did you mean 'value'?)", True),
    ("expect_table_row_count_to_be_between", "expect_table_rows_to_be_between", "yaml", "expect_table_row_count_to_be_between", True),
    ("min_value: 0", "minimum: 0", "yaml", "min_value", True),
    ("min_value: 0, max", "min_value: 10000000000, max", "yaml", "is above max_value", True),
    ("min_value: 0, max", "severity: fatal, min_value: 0, max", "yaml", "one of critical, warning, info", True),
    ("'^[0-9]{4}$'", "'[0-9]{4}'", "yaml", "anchored", True),
    ("'^[0-9]{4}$'", "'^[0-9{4}$'", "yaml", "a regular expression that DuckDB takes", True),
    ("where: unit = 'count'", "where: units = 'count'", "yaml", "unit", True),
    ("min_value: 0, max", "area: Birmingham, min_value: 0, max", "yaml", "`area` is a GSS code", True),
    ("min_value: 0, max", "area: E07000026, min_value: 0, max", "yaml", "gave way to E06000063 in 2023", True),
    ("value_set: [Acocks Green", "value_set: [E07000026, E06000063, Acocks Green", "yaml", "are of two vintages", True),
    # -- policies and known errors
    ("delivery: full", POLICY.format("catgory_added: {do: evolve, reason: always}"), "yaml", "(did you mean 'category_added'?)", True),
    ("delivery: full", POLICY.format("category_added: {do: evolv, reason: always}"), "yaml", "'evolve', 'hold', 'ignore'", True),
    ("delivery: full", POLICY.format("category_added: {do: ignore, reason: noise}"), "yaml", "needs `until`", True),
    (
        "delivery: full",
        POLICY.format("category_added: {do: ignore, reason: noise, until: 2020-02-03}"),
        "yaml",
        "it ended on 2020-02-03",
        True,
    ),
    (
        "delivery: full",
        POLICY.format("category_added: {do: hold, reason: x, columns: [librry]}"),
        "yaml",
        "(did you mean 'library'?)",
        True,
    ),
    ("delivery: full", ERROR.format("until: 2020-01-01"), "yaml", "it expired on 2020-01-01", True),
    ("delivery: full", ERROR.format("until: 2026-02-30"), "yaml", "is no day of the calendar", True),
    ("delivery: full", ERROR.format("until: 2040-01-01, kind: catgory_added"), "yaml", "is no kind of change", True),
    ("delivery: full", ERROR.format("until: 2040-01-01, rule: nothing"), "yaml", "no rule says as its `because`: 'nothing'", True),
    (
        "delivery: full",
        ERROR.format("until: 2040-01-01, query: 'select * from {{table}} where w = 1'"),
        "yaml",
        "the query does not run",
        True,
    ),
    # -- the SELECT
    ("cell_text(library)", "cell_text(libary)", "sql", "there is no column 'libary' in raw (did you mean 'library'?)", True),
    ("as value", "as valu", "sql", "column 'valu' is not among tidy.columns (did you mean 'value'?)", True),
    ("_row as source_row", "_row as source_rw", "sql", "(did you mean 'source_row'?)", True),
    ("number_of(printed)", "numbr_of(printed)", "sql", "number_of", True),
    ("from cells", "form cells", "sql", "form", True),
    ("from cells", "from cels", "sql", "cels", True),
    ("from cells", "from cells; select 1", "sql", "one SELECT from raw, and nothing else", True),
    ("cell_text(library)", "cell_text(library", "sql", "syntax error", True),
    ("cell_text(library)", "cast(library as integer)", "sql", "'Central'", False),
]


@pytest.mark.parametrize(("right", "wrong", "there", "told", "by_line"), MISTAKES)
def test_a_mistake_is_found_with_its_line_and_the_nearest_right_name(
    libraries: Drafted, tmp_path: Path, right: str, wrong: str, there: str, told: str, by_line: bool
) -> None:
    said, line = problems(libraries, tmp_path, wrong, right, there)
    assert told in said
    assert re.search(r"library_visits\.(yaml|sql), line \d+", said), said
    if by_line:
        assert f"library_visits.{there}, line {line}:" in said, (line, said)


def test_what_is_right_is_not_found_fault_with(libraries: Drafted) -> None:
    assert said_of(libraries.checkout, libraries.home) == []


def test_a_missing_sql_file_is_named(libraries: Drafted, tmp_path: Path) -> None:
    shutil.copytree(libraries.checkout.datasets.parent.parent, tmp_path / "checkout")
    checkout = Checkout.below(tmp_path / "checkout")
    checkout.tidy(DATASET).rename(checkout.tidy(DATASET).with_name("library_visit.sql"))
    assert "(did you mean 'library_visit'?)" in tidy_problems(DATASET, checkout)[0]


def test_a_file_that_was_not_saved_as_utf_8_is_named_with_its_line(libraries: Drafted, tmp_path: Path) -> None:
    shutil.copytree(libraries.checkout.datasets.parent.parent, tmp_path / "checkout")
    checkout = Checkout.below(tmp_path / "checkout")
    for path in (checkout.declaration(DATASET), checkout.tidy(DATASET)):
        right = path.read_bytes()
        path.write_bytes(right.replace(b"meaning: Library", b"meaning: Caf\xe9s").replace(b"    measure,", b"    measure, -- caf\xe9"))
        line = path.read_bytes().split(b"\xe9")[0].count(b"\n") + 1
        (said,) = said_of(checkout, libraries.home)
        assert f"{path}, line {line}:" in said
        assert "UTF-8" in said
        path.write_bytes(right)


def test_a_file_that_nobody_would_read_is_named(libraries: Drafted, tmp_path: Path) -> None:
    shutil.copytree(libraries.checkout.datasets, tmp_path / "datasets")
    folder = tmp_path / "datasets" / "council"
    assert list(stray_problems(tmp_path / "datasets")) == []
    for name in ("parks.yml", "Library_Visits.yaml", "old/parks.yaml"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(folder / "library_visits.yaml", folder / name)
    said = "\n".join(stray_problems(tmp_path / "datasets"))
    for told in (
        "parks.yml, line 1: nobody reads it",
        "in upper and lower case alone",
        "old/parks.yaml, line 1: nobody reads it",
        "lower_snake_case",
    ):
        assert told in said


@pytest.mark.parametrize("address", ["http://www.example.org/visits.csv", "www.example.org/visits.csv", "ftp://example.org/visits.csv"])
def test_an_address_that_is_never_asked_is_named(libraries: Drafted, tmp_path: Path, address: str) -> None:
    source = next(line for line in libraries.yaml.splitlines() if line.startswith("source:"))
    written = f'source: {{kind: file, files: [{{name: visits.csv, url: "{address}"}}]}}'
    said, line = problems(libraries, tmp_path, written, source, "yaml")
    assert f"library_visits.yaml, line {line}: {address!r} is no address that is asked" in said
