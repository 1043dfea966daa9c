"""A file that a colleague drops into the inbox, from its draft to the next wave: without Python, and without another line of YAML."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest
from drafting import Drafted, drafted

from expectations.declaration import Dataset, load_file
from expectations.errors import EvidenceError
from tasks.declared import data_problems, declaration_problems, tidy_problems
from tasks.draft import Wanted
from tasks.fetch import fetch, open_http
from tasks.fetch.folder import INBOX
from tasks.fetch.http import HttpSettings
from tasks.pipeline import Job, ingest
from tasks.publish import Published
from tasks.snapshot import Delivery, Snapshot
from warehouse.lake import paths, vintages

WANTED = Wanted(licence="LicenseRef-council-internal", theme="community")


def wave(year: int) -> str:
    """An extract of a residents' survey: what was asked, and the share that agreed; it names no year, its file does."""
    rows = [f"E050111{n},{question},{40 + n % 9 + year % 5},{90 + n % 7}" for n in range(18, 30) for question in ("Belonging", "Trust")]
    return "Ward code,Question,Agree %,Respondents\n" + "\n".join(rows) + "\n"


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(INBOX, str(tmp_path / "inbox"))
    folder = tmp_path / "inbox" / "survey"
    folder.mkdir(parents=True)
    (folder / "residents_2024.csv").write_text(wave(2024), encoding="utf-8")
    return folder


def run(made: Drafted) -> str | None:
    """One run, which fetches from the inbox as any run does."""

    def arrive(dataset: Dataset, previous: Snapshot | None, scratch: Path) -> Delivery:
        with open_http(dataset.source, HttpSettings(), scratch, None) as http:
            return fetch("folder", dataset.source, http, previous)

    job = Job("run-2", made.home, arrive, accepted=made.checkout.accepted, sql=made.checkout.sql)
    with patch("tasks.pipeline.publish_all", return_value=Published(made.home.database, "", False)):
        outcome = ingest(load_file(made.checkout.declaration(made.made.id)), job)
    assert outcome.status in ("landed", "unchanged"), f"{outcome.error} {outcome.changes}"
    return outcome.status


def landed(made: Drafted) -> list[tuple[str, int]]:
    """Year and rows of what is landed."""
    files = [str(path) for path in paths(made.home, vintages(made.home, made.made.id)[-1])]
    with duckdb.connect(":memory:") as opened:
        return opened.from_parquet(files).aggregate("period, count(*)").order("period").fetchall()


def test_a_dropped_file_is_drafted_lands_and_the_next_wave_joins_it(inbox: Path, tmp_path: Path) -> None:
    made = drafted("survey/residents_2024.csv", tmp_path, wanted=WANTED)
    assert made.made.id == "council.residents"
    declared = load_file(made.checkout.declaration(made.made.id))
    assert (declared.source.path, declared.source.files) == ("survey", ["residents_[0-9][0-9][0-9][0-9].csv"])
    assert declared.raw.labels == ("year",)
    assert len(made.yaml.splitlines()) < 25
    assert declaration_problems(made.made.id, made.checkout) == tidy_problems(made.made.id, made.checkout) == []
    made.land()
    assert landed(made) == [("2024", 48)]
    assert data_problems(made.made.id, made.checkout, made.home, sample=False) == []
    assert run(made) == "unchanged"
    (inbox / "residents_2025.csv").write_text(wave(2025), encoding="utf-8")
    assert run(made) == "landed"
    assert landed(made) == [("2024", 48), ("2025", 48)]


def test_of_two_waves_that_are_there_the_one_that_is_named_is_meant(inbox: Path, tmp_path: Path) -> None:
    (inbox / "residents_2023.csv").write_text(wave(2023), encoding="utf-8")
    made = drafted(str(inbox / "residents_2024.csv"), tmp_path, wanted=WANTED)
    assert made.found.source.model_dump(include={"path", "files"}) == {"path": "survey", "files": ["residents_2024.csv"]}


def test_a_folder_of_waves_is_one_dataset(inbox: Path, tmp_path: Path) -> None:
    (inbox / "residents_2023.csv").write_text(wave(2023), encoding="utf-8")
    (inbox / "notes.docx").write_bytes(b"no table")
    made = drafted(str(inbox), tmp_path, wanted=WANTED)
    assert made.made.id == "council.survey"
    assert made.found.source.files == ["*.csv"]
    made.land()
    assert landed(made) == [("2023", 48), ("2024", 48)]


def test_what_is_neither_here_nor_in_the_inbox_is_refused(inbox: Path, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        drafted("survey/residents_2022.csv", tmp_path, wanted=WANTED)
    assert caught.value.code == "draft.unknown_address"
