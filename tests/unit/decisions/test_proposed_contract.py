"""What accepting would write is shown before it is accepted, and is what is then written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from expectations import contract as contracts
from expectations.shape import Areas, Column, Layout, Shape
from flows.cli.main import app
from tasks.accept import waiting
from tasks.contract_difference import differences, proposed
from tests.arriving import DATASET, Visits, rows

HOLD = 'policy: {category_added: {do: hold, reason: "look at kinds"}, column_added: {do: hold, reason: "look at columns"}}'
WIDER = "library,kind,year,visits,loans"
CHANGED = [(*row[:1], "mobile" if row[0] == "Library 007" else row[1], *row[2:], str(number % 7)) for number, row in enumerate(rows())]


def _shape(**changes: object) -> Shape:
    kind = Column("kind", 0, "text", 4, 0, 2, "key", ("branch", "central"))
    given = {"rows": 4, "columns": (kind,), "layouts": {"a.csv": Layout("csv", ("kind",), ("kind",))}, "key": ("kind",), **changes}
    return Shape(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ({}, []),
        ({"key": ("kind", "year")}, ["~ key: + year"]),
        ({"columns": ()}, ["- column kind: text, key, categories branch, central"]),
        (
            {"columns": (Column("kind", 0, "integer", 4, 0, 2, "attribute", ("branch", "mobile"), {"c": 3}),)},
            [
                "~ column kind, type: text -> integer",
                "~ column kind, role: key -> attribute",
                "~ column kind, categories: + mobile; - central",
                "+ column kind, markers: c",
            ],
        ),
        ({"areas": (Areas("ward", "ward", 69, "2018"),)}, ["+ areas of ward, ward: 69, boundaries of 2018"]),
        ({"layouts": {"a.csv": Layout("csv", ("kind",), ("kind",), 3)}}, ["~ layout of a.csv, header row: 1 -> 3"]),
        ({"layouts": {"b.csv": Layout("xlsx", ("kind",), ("kind",), 3)}}, []),
        ({"rows": 1204, "periods": ("2024",)}, ["+ periods: 2024", "~ rows: 4 -> 1,204"]),
    ],
)
def test_each_line_of_a_contract_that_would_read_otherwise_is_told_once(after: dict[str, object], said: list[str]) -> None:
    assert [line.as_dict()["said"] for line in differences(_shape(), _shape(**after))] == said


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    visits = Visits(tmp_path_factory.mktemp("proposed"), HOLD)
    visits.first(rows())
    visits.arrive(CHANGED, WIDER)
    return visits


def test_the_command_shows_what_would_be_written_to_people_and_programs(held: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_HOME", str(held.home.root))
    monkeypatch.setenv("COLUMNS", "200")
    accepted = contracts.load(DATASET, held.folder / "accepted")
    monkeypatch.setattr(contracts, "load", lambda dataset: accepted)
    told = json.loads(CliRunner().invoke(app, ["changes", DATASET, "--json"]).output)
    assert {"category_added", "column_added"} <= {one["kind"] for one in told["changes"]}
    assert "+ column loans: integer, measure" in [line["said"].split(", categories")[0] for line in told["proposal"]["diff"]]
    assert "~ column kind, categories: + mobile" in [line["said"] for line in told["proposal"]["diff"]]
    one = str(told["changes"][0]["id"])
    assert json.loads(CliRunner().invoke(app, ["changes", one, "--json"]).output)["proposal"] == told["proposal"]
    shown = CliRunner().invoke(app, ["changes", DATASET]).output
    assert "What accepting writes into the contract, accepted" in shown and "+ mobile" in shown


def test_what_was_proposed_is_what_is_then_accepted(held: Visits) -> None:
    before = contracts.load(DATASET, held.folder / "accepted")
    found = waiting(held.home, DATASET)
    assert before and found
    what = proposed(held.home, DATASET, before, found.snapshot)
    assert what and what.lines
    held.accept()
    after = contracts.load(DATASET, held.folder / "accepted")
    assert after and differences(before.shape, after.shape) == what.lines
    assert waiting(held.home, DATASET) is None


def test_what_has_landed_and_is_to_be_accepted_has_a_proposal_too(tmp_path: Path) -> None:
    visits = Visits(tmp_path)
    visits.first(rows())
    visits.arrive([(*row, "4") for row in rows()], WIDER)
    found = waiting(visits.home, DATASET)
    assert found and not found.held
    what = proposed(visits.home, DATASET, contracts.load(DATASET, visits.folder / "accepted"), found.snapshot)
    assert what and [line.named for line in what.lines if line.sign == "+"] == ["column loans"]
