"""`evidence new` drafts a dataset that `evidence check` passes; its first run proposes a contract that `evidence changes` shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_said import Evidence

from expectations.declaration import load_file
from flows.cli import changes
from tasks.checkout import Checkout
from tasks.pipeline import Job, ingest
from tasks.proposal import path_of, read_proposal
from tasks.replay import from_files
from warehouse.home import Home

DATASET = "council.park_visits"
ROWS = "Park,Ward Code,Year,Visits\n" + "".join(
    f"{park},E0501111{8 + place},{year},{(place + 1) * 100 + year - 2000}\n"
    for place, park in enumerate(("Cannon Hill", "Sutton"))
    for year in (2022, 2023, 2024)
).replace("122,", "c,")


@pytest.fixture
def parks(tmp_path: Path) -> Path:
    file = tmp_path / "park-visits.csv"
    file.write_text(ROWS, encoding="utf-8")
    return file


def test_a_file_becomes_two_files_that_the_check_passes(evidence: Evidence, parks: Path, tmp_path: Path) -> None:
    said = evidence("new", str(parks), "--id", DATASET, "--licence", "OGL-UK-3.0", "--theme", "community", "--into", str(tmp_path / "co"))
    assert said.code == 0, said.err
    for told in ("rows", "2022 to 2024", f"evidence check {DATASET}", "park_visits.yaml", "park_visits.sql"):
        assert told in said.out
    checked = json.loads(evidence("check", DATASET, "--into", str(tmp_path / "co"), "--json").out)["checked"]
    assert {one["what"]: bool(one["problem"]) for one in checked} == {"declaration": False, "tidy SQL": False, "contract": True}
    again = evidence("new", str(parks), "--id", DATASET, "--into", str(tmp_path / "co"))
    assert again.code == 2
    assert "draft.exists" in again.err


def test_what_nobody_said_is_asked_for(evidence: Evidence, parks: Path, tmp_path: Path) -> None:
    said = evidence("new", str(parks), "--id", DATASET, "--into", str(tmp_path / "co"))
    assert said.code == 0
    assert "Nobody said the licence" in said.out
    checked = evidence("check", DATASET, "--into", str(tmp_path / "co"))
    assert checked.code == 1
    assert "missing key 'licence'" in checked.out.replace("\n", " ")


def test_a_wrong_theme_and_a_wrong_address_write_nothing(evidence: Evidence, parks: Path, tmp_path: Path) -> None:
    assert evidence("new", str(parks), "--theme", "gardens", "--into", str(tmp_path / "co")).code == 1
    assert evidence("new", str(tmp_path / "nothing.csv"), "--into", str(tmp_path / "co")).code == 2
    assert not (tmp_path / "co").exists()


def test_the_first_run_is_held_and_proposes_a_contract_beside_what_was_assumed(
    evidence: Evidence, home: Home, parks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--id", DATASET, "--licence", "OGL-UK-3.0", "--theme", "community", "--into", str(tmp_path / "co"))
    assert evidence("new", str(parks), *options).code == 0
    checkout = Checkout.below(tmp_path / "co")
    declaration = checkout.declaration(DATASET)
    declaration.write_text(declaration.read_text(encoding="utf-8").replace("visits: Visits", "visits: Visitors"), encoding="utf-8")
    job = Job("run-1", home, from_files([parks]), sql=checkout.sql, accepted=checkout.accepted)
    outcome = ingest(load_file(declaration), job)
    assert outcome.status == "held"
    assert outcome.error is not None
    assert "proposed as the first" in outcome.error["found"]
    proposal = read_proposal(home, DATASET)
    assert proposal is not None
    assert path_of(home, DATASET).is_relative_to(home.state / "proposed")
    assert any("'Visitors'" in said and "is it 'Visits'?" in said for said in proposal.differences)
    monkeypatch.setattr(changes, "_refuse_unknown", lambda which: None)  # the dataset is of another checkout
    shown = evidence("changes", DATASET)
    assert shown.code == 0
    for told in ("Proposed contract", "ward_code", "is it 'Visits'?", f"evidence accept {DATASET}"):
        assert told in shown.out.replace("\n", " ")
