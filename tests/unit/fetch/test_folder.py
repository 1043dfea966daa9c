"""A folder: what a colleague drops in comes through the same pipeline, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.errors import EvidenceError
from expectations.sources import Folder
from tasks.fetch import fetch
from tasks.fetch import folder as module
from tasks.fetch.http import Http, HttpSettings
from tasks.snapshot import Delivery, Part, Snapshot

SURVEY = b"ward,agree\nE05011118,62\n"


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(module.INBOX, str(tmp_path / "inbox"))
    (tmp_path / "inbox" / "survey").mkdir(parents=True)
    return tmp_path / "inbox" / "survey"


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    with Http(HttpSettings(max_bytes=1000), tmp_path / "scratch") as opened:
        yield opened


def fetched(http: Http, previous: Snapshot | None = None, **arguments: object) -> Delivery:
    return fetch("folder", {"path": "survey", "files": ["survey_*.csv"], **arguments}, http, previous)


def kept(delivery: Delivery) -> Snapshot:
    facts = ("name", "sha256", "size", "url", "final_url", "status", "fetched_at", "labels")
    parts = tuple(Part(**{fact: getattr(part, fact) for fact in facts}) for part in delivery.parts)
    return Snapshot("1", "council.survey", parts, "2026-01-01T00:00:00+00:00", "run", delivery.release)


def test_every_file_that_fits_is_a_part_with_what_its_name_says(inbox: Path, http: Http) -> None:
    for name in ("survey_2024.csv", "survey_2023.csv", "notes.docx", "~$survey_2025.csv", ".survey_9.csv", "survey_2025.csv.part"):
        (inbox / name).write_bytes(SURVEY)
    delivery = fetched(http, labels=[r"survey_(?P<wave>\d{4})"])
    assert [(part.name, part.labels["wave"], part.size) for part in delivery.parts] == [
        ("survey_2023.csv", "2023", len(SURVEY)),
        ("survey_2024.csv", "2024", len(SURVEY)),
    ]
    assert all(part.path is not None and part.path.read_bytes() == SURVEY for part in delivery.parts)
    assert delivery.parts[0].url == (inbox / "survey_2023.csv").as_uri()
    assert sorted(path.name for path in inbox.iterdir())[-1] == "~$survey_2025.csv", "nothing is moved"


def test_a_file_that_did_not_change_is_not_taken_again_and_one_that_went_is_said(inbox: Path, http: Http) -> None:
    (inbox / "survey_a.csv").write_bytes(SURVEY)
    (inbox / "survey_b.csv").write_bytes(SURVEY + b"E05011119,63\n")
    first = kept(fetched(http))
    (inbox / "survey_b.csv").unlink()
    os.utime(inbox / "survey_a.csv", (1, 1))
    second = fetched(http, first)
    assert [(part.name, part.path, part.status) for part in second.parts] == [("survey_a.csv", None, 304)]
    assert second.warnings == ("no longer in the folder: survey_b.csv",)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("survey_1.csv", b"", "fetch.empty"), ("survey_1.csv", b"x" * 1001, "fetch.too_large"), ("survey.csv", SURVEY, "fetch.no_match")],
)
def test_what_is_no_delivery_is_a_coded_error(inbox: Path, http: Http, tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (inbox / name).write_bytes(content)
    with pytest.raises(EvidenceError) as error:
        fetched(http)
    assert error.value.code == code
    assert not list((tmp_path / "scratch").glob("*"))


def test_a_folder_that_is_not_there_is_said_with_the_setting(inbox: Path, http: Http) -> None:
    with pytest.raises(EvidenceError) as error:
        fetched(http, path="surveys")
    assert error.value.code == "fetch.gone" and module.INBOX in error.value.todo


def test_a_link_that_leads_out_of_the_folder_is_refused(inbox: Path, http: Http, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(SURVEY)
    (inbox / "survey_1.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(EvidenceError) as error:
        fetched(http)
    assert error.value.code == "fetch.refused"


def test_a_file_that_is_still_being_written_is_left_for_the_next_time(
    inbox: Path, http: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "survey_1.csv").write_bytes(SURVEY)
    labels = module._labels

    def grows(info: object, source: Folder) -> dict[str, str]:
        with (inbox / "survey_1.csv").open("ab") as file:
            file.write(b"E05011120,1\n")
        return labels(info, source)

    monkeypatch.setattr(module, "_labels", grows)
    with pytest.raises(EvidenceError) as error:
        fetched(http)
    assert error.value.code == "fetch.truncated"
    assert not list((tmp_path / "scratch").glob("*"))


@pytest.mark.parametrize("path", ["s3://key:secret@bucket/survey", "../elsewhere", "ftp://files.example.org/survey"])
def test_a_path_with_credentials_steps_up_or_an_unknown_store_is_no_path(path: str) -> None:
    with pytest.raises(ValueError, match=r"credentials|'\.\.'|object store"):
        Folder(path=path, files=["*.csv"])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("AWS Error NO_SUCH_BUCKET during ListObjectsV2 operation: The specified bucket does not exist", "fetch.gone"),
        ("AWS Error ACCESS_DENIED during HeadObject operation: No response body.", "fetch.refused"),
        ("AWS Error INVALID_ACCESS_KEY_ID during ListObjectsV2 operation: no such key", "fetch.refused"),
        ("AWS Error NETWORK_CONNECTION during ListObjectsV2 operation: curlCode: 7", "fetch.unreachable"),
    ],
)
def test_what_a_store_says_is_told_by_its_code_and_without_a_secret(monkeypatch: pytest.MonkeyPatch, said: str, code: str) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-to-be-told-0123456789")
    error = module._failed(OSError(f"{said} (signed with not-to-be-told-0123456789)"), "s3://bucket/survey", "a folder that can be listed")
    assert (error.code, error.where) == (code, "s3://bucket/survey")
    assert "not-to-be-told" not in str(error) and said in error.found


@pytest.mark.parametrize(
    ("path", "setting"),
    [
        ("s3://bucket/survey?endpoint_override=store.example.org&scheme=http", ""),
        ("s3://bucket/survey?endpoint_override=127.0.0.1:9000&scheme=http", ""),
        ("s3://bucket/survey", "http://store.example.org"),
    ],
)
def test_a_store_in_clear_text_is_refused_before_it_is_asked(http: Http, monkeypatch: pytest.MonkeyPatch, path: str, setting: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", setting)
    with pytest.raises(EvidenceError) as error:
        fetched(http, path=path)
    assert (error.value.code, error.value.where) == ("fetch.clear_text", "s3://bucket/survey")


@pytest.mark.parametrize(
    ("address", "path", "files"),
    [
        ("s3://inbox/survey/residents_2024.csv", "s3://inbox/survey", ["residents_2024.csv"]),
        ("s3://inbox/survey/a[1].csv?region=eu-west-2", "s3://inbox/survey?region=eu-west-2", ["a[[]1].csv"]),
        ("s3://inbox/survey/", "s3://inbox/survey", ["*"]),
        ("gs://inbox/survey", "gs://inbox/survey", ["*"]),
    ],
)
def test_an_address_of_a_store_is_a_folder(address: str, path: str, files: list[str]) -> None:
    source = Folder.from_address(address)
    assert source is not None
    assert (source.path, source.files) == (path, files)
    assert Folder.from_address("ftp://files.example.org/a.csv") is None
