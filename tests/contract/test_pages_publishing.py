"""Pages come into force at once and follow the published file; what arrives is text on them, and nothing of it runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from expectations.errors import EvidenceError
from flows.cli.main import app
from tasks import pages as publishing
from tasks.pages import attention, publish_pages, refresh
from tasks.publish import publish as publish_all
from tasks.record import DatasetOutcome, RunRecord, write_record
from tests.contract.page_reading import Page
from tests.landing import POPULATION, land_rows, publish
from warehouse.home import Home
from warehouse.pages import Attention, build, rendering
from warehouse.pages.attention import most_pressing_first

BLANK = '<svg class="chart" viewBox="0 0 1 1"><path d="M0,0H1"/></svg>'
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}{% raw %}"


@pytest.fixture(autouse=True)
def blank(monkeypatch: pytest.MonkeyPatch) -> None:
    """No chart is drawn: these tests are about pages."""
    monkeypatch.setattr(rendering, "_drawn", lambda specification: BLANK)


@pytest.fixture
def published(home: Home, connection: duckdb.DuckDBPyConnection) -> Home:
    """A small published file without indicators."""
    land_rows(connection, home, [("E08000025", "2021", 1142494.0, None)])
    publish(home, [POPULATION])
    return home


def test_the_pages_of_a_small_file_without_indicators_are_whole(published: Home) -> None:
    made = publish_pages(published)
    assert made.first == published.root / "pages" / "index.html" and made.pages == 4
    page = Page(made.first.read_text(encoding="utf-8"))
    assert not page.faults and not page.outside and "Nothing needs a person" in page.text
    assert "Population estimates" in Page((made.first.parent / "datasets" / "ons.population.html").read_text(encoding="utf-8")).text


def test_the_command_builds_them_and_says_where_they_begin(published: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_HOME", str(published.root))
    said = CliRunner().invoke(app, ["pages"])
    assert said.exit_code == 0, said.output
    assert said.stdout.rstrip().endswith(str(published.root / "pages" / "index.html"))
    told = json.loads(CliRunner().invoke(app, ["pages", "--json"]).stdout)
    assert told["first"] == str(published.root / "pages" / "index.html") and told["pages"] == 4


def test_without_a_published_file_there_are_no_pages(home: Home) -> None:
    with pytest.raises(EvidenceError, match="no_database"):
        publish_pages(home)


def test_new_pages_replace_the_old_ones_whole(published: Home) -> None:
    first = publish_pages(published).first.resolve()
    (first.parent / "left.html").write_text("of before", encoding="utf-8")
    second = publish_pages(published).first.resolve()
    assert first.parent != second.parent and not first.exists(), "the folder of before is gone"
    assert not (published.root / "pages" / "left.html").exists()
    assert os.path.islink(published.root / "pages") and not os.path.isabs(os.readlink(published.root / "pages")), "a home can be moved"


def test_a_build_that_fails_leaves_the_pages_of_before(published: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = publish_pages(published).first.read_bytes()
    monkeypatch.setattr(publishing, "build", _full_disk)
    with pytest.raises(EvidenceError, match=r"pages\.failed") as failure:
        publish_pages(published)
    assert "No space left" in failure.value.found
    assert (published.root / "pages" / "index.html").read_bytes() == before
    assert len(list((published.root / ".pages").iterdir())) == 1, "and nothing half-made"


def test_a_folder_of_that_name_that_somebody_else_made_is_left_alone(published: Home) -> None:
    (published.root / "pages").mkdir()
    (published.root / "pages" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"pages\.failed"):
        publish_pages(published)
    assert (published.root / "pages" / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_pages_follow_the_file_once_they_are_there(published: Home) -> None:
    assert refresh(published) == "" and not (published.root / "pages").exists(), "nobody asked for pages"
    first = publish_pages(published).first.resolve()
    assert refresh(published).endswith("index.html")
    second = (published.root / "pages" / "index.html").resolve()
    assert second != first
    assert refresh(published, rebuilt=False).endswith("index.html"), "nothing new: they stay"
    assert (published.root / "pages" / "index.html").resolve() == second


def test_a_publication_brings_the_pages_up_to_date_and_a_failure_alone_does_too(
    published: Home, connection: duckdb.DuckDBPyConnection
) -> None:
    publish_pages(published)
    land_rows(connection, published, [("E08000025", "2021", 1142494.0, None), ("E08000025", "2022", 1157603.0, None)], name="b")
    done = publish(published, [POPULATION])
    assert done.rebuilt and done.pages.endswith("index.html")
    page = published.root / "pages" / "datasets" / "ons.population.html"
    assert "2 vintages" in Page(page.read_text(encoding="utf-8")).text
    outcome = DatasetOutcome("ons.population", "failed", error={"code": "fetch.unreachable", "title": "Not reached", "found": ""})
    times = ("2026-11-22T09:00:00+00:00", "2026-11-22T09:01:00+00:00")
    write_record(RunRecord("20261122T090000Z-aaaaaa", *times, "live", "direct", ("ons.population",), (outcome,)), published)
    assert not publish(published, [POPULATION]).rebuilt
    first = Page((published.root / "pages" / "index.html").read_text(encoding="utf-8"))
    assert "1 thing needs a person" in first.text and "Not reached" in first.text


def test_pages_that_cannot_follow_are_taken_away_and_cost_no_publication(published: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_pages(published)
    monkeypatch.setattr(publishing, "build", _full_disk)
    assert "No space left" in refresh(published)
    assert not (published.root / "pages").exists(), "what stands on them may be what the file had to forget"
    monkeypatch.setattr(publishing, "build", build)
    assert refresh(published, rebuilt=False).endswith("index.html"), "and they come back when they can be built"


def _full_disk(*given: object) -> None:
    raise OSError(28, "No space left on device")


def test_what_needs_a_person_is_ordered_by_how_pressing_it_is() -> None:
    items = [
        Attention("late", "a.a", ""),
        Attention("failed", "a.b", ""),
        Attention("held", "a.c", "", "2026-11-02"),
        Attention("held", "a.d", "", "2026-11-01"),
    ]
    assert [item.dataset for item in most_pressing_first(items)] == ["a.d", "a.c", "a.b", "a.a"]


def test_nothing_needs_a_person_in_a_home_where_nothing_ran(home: Home) -> None:
    assert attention(home) == []


def test_whatever_names_arrive_they_are_text_on_every_page(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    land_rows(connection, home, [("E08000025", "2021", 1142494.0, None)])
    publish_all(home, [POPULATION])
    home.database.chmod(0o644)
    with duckdb.connect(str(home.database)) as writing:
        for column in ("title", "meaning", "unit", "caveats", "reason", "numerator", "denominator", "principles", "interval_meaning"):
            writing.execute(f"update mart.indicators set {column} = ? where indicator = 'residents'", [HOSTILE])
        for column in ("title", "why", "owner", "licence", "attribution", "caveats", "release", "grain"):
            writing.execute(f"update meta.datasets set {column} = ?", [HOSTILE])
        writing.execute("update meta.columns set meaning = ?, unit = ?", [HOSTILE, HOSTILE])
        for name in (HOSTILE, "all"):
            writing.execute(
                """insert into mart.indicator_values by name select 'residents' as indicator, ? as breakdown, mart.home_area() as area_code,
                   ? as area_name, unnest(['2020', ?]) as period, unnest([date '2020-01-01', date '2021-01-01']) as period_start,
                   unnest([date '2020-12-31', date '2021-12-31']) as period_end, unnest([1.0, null]) as value, unnest([null, ?]) as status,
                   ? as marker, ? as unit""",
                [name, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE],
            )
        writing.execute("insert into mart.breaks values ('residents', date '2021-01-01', ?)", [HOSTILE])
        writing.execute(
            """insert into mart.strategy_figures (figure, number, theme, what_it_says, published, verdict, indicator)
               values ('x_y', 99, ?, ?, ?, ?, ?)""",
            [HOSTILE] * 5,
        )
    with duckdb.connect(str(home.database), read_only=True) as reading:
        built = build(reading, home.root / "made", home.root / "cache", [Attention("held", "ons.population", HOSTILE, "", HOSTILE)])
    met = 0
    for path in built.folder.rglob("*.html"):
        page = Page(path.read_text(encoding="utf-8"))
        assert not page.faults and not page.handlers and not page.outside and len(page.of_tag("script")) == 1, (
            path,
            page.faults,
            page.outside,
        )
        met += page.text.count("<script>alert(1)</script>")
        assert page.text.count("<script>alert(1)</script>") == page.text.count("{{ 7*7 }}{% raw %}"), "and no template runs it"
    assert met > 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_from_their_ground(scheme: str) -> None:
    colours = palette(scheme)
    for ground in ("paper", "panel"):
        for name in ("ink", "muted", "ours", "break", "good", "bad"):
            assert contrast(colours[name], colours[ground]) >= 4.5, f"{scheme}: {name} on {ground}, as text"
    for name in ("city", "region", *(f"fifth-{place}" for place in range(1, 6))):
        assert contrast(colours[name], colours["paper"]) >= 3, f"{scheme}: {name}, as a mark"


def palette(scheme: str) -> dict[str, str]:
    """The custom properties of a colour scheme."""
    import re

    text = (Path(rendering.__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", text, re.S)[:2]
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]+)", light if scheme == "light" else dark))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
