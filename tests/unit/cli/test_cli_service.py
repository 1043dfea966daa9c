"""`doctor`, `datasets`, `show`, `check`, `deployments`, `down`: what each says of a fresh machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_said import Evidence

from expectations.declaration import all_ids, verified_ids
from flows.cli import doctor
from warehouse.home import Home


def test_doctor_looks_at_everything_and_finds_a_fresh_machine_fit(evidence: Evidence) -> None:
    said = evidence("doctor", "--json")
    found = {one["name"]: one["state"] for one in json.loads(said.out)}
    looked_at = {"Python", "versions", "home", "disk", "database", "declarations", "Prefect", "certificates", "proxy", "clock"}
    assert looked_at <= set(found)
    assert found["home"] == "ok"
    assert found["database"] == "note"
    assert said.code == (1 if "wrong" in found.values() else 0)


def test_doctor_says_where_a_home_cannot_be_written(evidence: Evidence, home: Home) -> None:
    home.root.write_text("a file where the folder has to be", encoding="utf-8")
    said = evidence("doctor", "--json")
    assert said.code == 1
    wrong = next(one for one in json.loads(said.out) if one["name"] == "home")
    assert wrong["state"] == "wrong"
    assert "EVIDENCE_HOME" in wrong["todo"]


def test_doctor_sees_a_database_that_is_none(evidence: Evidence, home: Home) -> None:
    home.root.mkdir(parents=True)
    home.database.write_bytes(b"no database" * 1000)
    found = {one["name"]: one["state"] for one in json.loads(evidence("doctor", "--json").out)}
    assert found["database"] == "wrong"


def test_doctor_sees_a_version_that_is_not_the_locked_one(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("duckdb==0.0.1 \\\n    --hash=sha256:00\nprefect==0.0.2\n", encoding="utf-8")
    finding = doctor._versions(lock)
    assert finding.state == "wrong"
    assert "locked 0.0.1" in finding.found
    assert "locked 0.0.2" in finding.found


def test_doctor_never_shows_a_proxys_password(evidence: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://person:hunter2@proxy.example.org:8080")
    said = evidence("doctor")
    assert "proxy.example.org:8080" in said.out
    assert "hunter2" not in said.out


def test_datasets_lists_all_that_is_declared(evidence: Evidence) -> None:
    said = evidence("datasets")
    assert said.code == 0
    for dataset in all_ids():
        assert dataset in said.out
    assert [one["dataset"] for one in json.loads(evidence("datasets", "--json").out)] == list(all_ids())


@pytest.mark.parametrize("dataset", all_ids())
def test_show_tells_a_dataset_from_its_declaration(evidence: Evidence, dataset: str) -> None:
    said = evidence("show", dataset)
    assert said.code == 0
    for told in ("meaning", "licence", "released", "none landed here yet"):
        assert told in said.out
    assert json.loads(evidence("show", dataset, "--json").out)["id"] == dataset


def test_check_names_what_it_looked_at(evidence: Evidence) -> None:
    dataset = next(
        name for name in all_ids() if name not in verified_ids()
    )  # of which nothing has come, so there is nothing to hold it against
    told = json.loads(evidence("check", dataset, "--json").out)
    assert [one["what"] for one in told["checked"]] == ["declaration", "tidy SQL", "contract"]
    assert told["good"] == (not any(one["problem"] for one in told["checked"]))


def test_check_of_what_is_landed_says_where_nothing_is(evidence: Evidence) -> None:
    said = evidence("check", all_ids()[0], "--landed")
    assert said.code == 1
    assert "nothing is landed" in said.out


def test_deployments_cannot_be_written_and_checked_at_once(evidence: Evidence) -> None:
    assert evidence("deployments", "--write", "--check").code == 2


def test_down_where_nothing_runs_is_no_error(evidence: Evidence) -> None:
    said = evidence("down")
    assert (said.code, said.out.strip()) == (0, "Nothing was running.")
    assert json.loads(evidence("down", "--json").out) == {"ended": []}


def test_provenance_wants_column_and_value(evidence: Evidence) -> None:
    assert evidence("provenance", all_ids()[0], "area_code").code == 2
    assert evidence("provenance", all_ids()[0], "area_code=E08000025").code == 1  # nothing is published yet
