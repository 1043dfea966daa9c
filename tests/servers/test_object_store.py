"""A folder in an object store, by Arrow's own client against moto's S3: whole, once, and every refusal in words that hold no secret."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import Folder
from tasks.fetch import folder as client
from tasks.fetch.http import Http, HttpSettings
from tasks.snapshot import Delivery, Part, Snapshot
from tests.servers.object_store import ObjectStore

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
SURVEY = b"ward,agree\nE05011118,62\n"
OTHER = b"ward,agree\nE05011118,26\n"  # of the same length
KEYS_A_PAGE = 1_000  # the most that the service lists in one answer
SECRET = "not-to-be-told-0123456789"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of nobody, so that none of this machine's are sent, and no service of a cloud is asked for others."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", *client.ENDPOINTS):
        monkeypatch.delenv(name, raising=False)
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "AKIANOBODY0123456789"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ):
        monkeypatch.setenv(name, value)


@pytest.fixture
def survey(store: ObjectStore) -> Iterator[ObjectStore]:
    """Two waves under the prefix `survey`, a lock file, and a folder below."""
    keys = [
        "inbox/survey/survey_2023.csv",
        "inbox/survey/survey_2024.csv",
        "inbox/survey/~$survey_2024.csv",
        "inbox/survey/old/survey_2020.csv",
    ]
    for key in keys:
        store.put(key, SURVEY)
    yield store
    for key in keys:
        store.remove(key)


def fetched(path: str, http: Http, previous: Snapshot | None = None, **arguments: Any) -> Delivery:
    return client.fetch(Folder(path=path, files=arguments.pop("files", ["survey_*.csv"]), **arguments), http, previous)


def refusal(path: str, http: Http, **arguments: Any) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        fetched(path, http, **arguments)
    assert SECRET not in str(caught.value)
    assert not http.scratch.exists() or list(http.scratch.iterdir()) == []
    return caught.value


def kept(delivery: Delivery) -> Snapshot:
    facts = ("name", "sha256", "size", "url", "final_url", "status", "fetched_at", "labels")
    parts = tuple(Part(**{fact: getattr(part, fact) for fact in facts}) for part in delivery.parts)
    return Snapshot("1", "council.survey", parts, "2026-01-01T00:00:00+00:00", "run", delivery.release)


def test_each_object_of_the_prefix_that_fits_is_a_part(survey: ObjectStore, http: Http) -> None:
    delivery = fetched(survey.path("inbox/survey"), http, labels=[r"survey_(?P<wave>[0-9]{4})"])
    assert [(part.name, part.labels["wave"], part.size) for part in delivery.parts] == [
        ("survey_2023.csv", "2023", len(SURVEY)),
        ("survey_2024.csv", "2024", len(SURVEY)),
    ]
    assert [part.url for part in delivery.parts] == [f"s3://inbox/survey/survey_{year}.csv" for year in (2023, 2024)]
    assert all(part.path is not None and part.path.read_bytes() == SURVEY for part in delivery.parts)
    assert all(part.labels["etag"] and part.labels["modified"] for part in delivery.parts)


def test_an_object_that_did_not_change_is_not_read_again_and_one_that_did_is(survey: ObjectStore, http: Http) -> None:
    first = kept(fetched(survey.path("inbox/survey"), http))
    survey.put("inbox/survey/survey_2024.csv", OTHER)
    read = survey.asked("GET /inbox/survey/survey_2023.csv")
    second = fetched(survey.path("inbox/survey"), http, first)
    assert [(part.name, part.path is None, part.status) for part in second.parts] == [
        ("survey_2023.csv", True, 304),
        ("survey_2024.csv", False, 200),
    ]
    assert survey.asked("GET /inbox/survey/survey_2023.csv") == read
    survey.remove("inbox/survey/survey_2023.csv")
    assert fetched(survey.path("inbox/survey"), http, first).warnings == ("no longer in the folder: survey_2023.csv",)


def test_a_prefix_of_more_objects_than_one_answer_lists_is_seen_whole(store: ObjectStore, http: Http) -> None:
    for number in range(KEYS_A_PAGE + 2):
        store.put(f"many/waves/survey_{number:04}.csv", SURVEY)
    source = Folder(path=store.path("many/waves"), files=["survey_*1.csv"])
    assert len(client.names_in(source, http)) == KEYS_A_PAGE + 2
    last = fetched(store.path("many/waves"), http, files=[f"survey_{KEYS_A_PAGE + 1}.csv"])
    assert [part.name for part in last.parts] == [f"survey_{KEYS_A_PAGE + 1}.csv"]


def test_a_large_object_comes_whole_in_few_requests_and_one_over_the_cap_does_not(store: ObjectStore, http: Http) -> None:
    content = bytes(range(256)) * (40 << 12)  # 40 MB
    store.put("large/survey_1.csv", content)
    (part,) = fetched(store.path("large"), http).parts
    assert (part.size, part.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert store.asked("GET /large/survey_1.csv") <= 4
    too_large = refusal_of_cap(store, http, len(content) - 1)
    assert (too_large.code, too_large.where) == ("fetch.too_large", "s3://large/survey_1.csv")


def refusal_of_cap(store: ObjectStore, http: Http, cap: int) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        fetched(store.path("large"), http, max_bytes=cap)
    return caught.value


@pytest.mark.parametrize(
    ("place", "files", "code", "says"),
    [
        ("no-such-bucket/survey", ["*.csv"], "fetch.gone", "bucket"),
        ("inbox/surveys", ["*.csv"], "fetch.gone", "correct `path`"),
        ("inbox/survey", ["survey_2025.csv"], "fetch.no_match", "survey_2023.csv, survey_2024.csv"),
    ],
    ids=["bucket", "prefix", "file"],
)
def test_what_is_not_there_is_said(survey: ObjectStore, http: Http, place: str, files: list[str], code: str, says: str) -> None:
    error = refusal(survey.path(place), http, files=files)
    assert (error.code, error.where) == (code, f"s3://{place}")
    assert says in f"{error.found} {error.todo}"


def test_an_empty_object_is_no_delivery(store: ObjectStore, http: Http) -> None:
    store.put("empty/survey_1.csv", b"")
    assert refusal(store.path("empty"), http).code == "fetch.empty"


@pytest.mark.parametrize("content", [OTHER, SURVEY + OTHER], ids=["of the same size", "longer"])
def test_an_object_that_is_replaced_while_it_is_read_is_refused(
    survey: ObjectStore, http: Http, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    copied = client._copied

    def replaced(*arguments: Any) -> tuple[str, int]:
        done = copied(*arguments)
        survey.put("inbox/survey/survey_2024.csv", content)
        return done

    monkeypatch.setattr(client, "_copied", replaced)
    error = refusal(survey.path("inbox/survey"), http, files=["survey_2024.csv"])
    assert (error.code, error.where) == ("fetch.truncated", "s3://inbox/survey/survey_2024.csv")


def test_an_object_that_goes_while_it_is_read_is_refused(survey: ObjectStore, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*arguments: Any) -> tuple[str, int]:
        survey.remove("inbox/survey/survey_2024.csv")
        return copied(*arguments)

    copied = client._copied
    monkeypatch.setattr(client, "_copied", gone)
    assert refusal(survey.path("inbox/survey"), http, files=["survey_2024.csv"]).code == "fetch.truncated"


def test_wrong_credentials_are_refused_in_words_that_hold_none(survey: ObjectStore, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    with survey.guarded() as known:
        unknown = refusal(survey.path("inbox/survey"), http)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", known)
        forged = refusal(survey.path("inbox/survey"), http)
    for error in (unknown, forged):
        assert error.code == "fetch.refused", str(error)
        assert "AWS_ACCESS_KEY_ID" in error.todo
        assert known not in str(error)
    assert "INVALID_ACCESS_KEY_ID" in unknown.found
    assert "SIGNATURE_DOES_NOT_MATCH" in forged.found


@pytest.mark.parametrize("setting", client.ENDPOINTS)
def test_the_environment_may_name_the_store_and_its_region(
    survey: ObjectStore, http: Http, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv(setting, survey.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    assert len(fetched("s3://inbox/survey", http).parts) == 2
    assert len(fetched("s3://inbox/survey?region=eu-west-1", http).parts) == 2


def test_a_store_in_clear_text_is_refused_but_for_one_of_this_machine(
    survey: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Http(HttpSettings(), tmp_path / "scratch") as strict:
        assert refusal(survey.path("inbox/survey"), strict).code == "fetch.clear_text"
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://store.example.org")
        assert refusal("s3://inbox/survey", strict).code == "fetch.clear_text"


def test_a_store_that_is_not_there_is_unreachable(http: Http) -> None:
    error = refusal("s3://inbox/survey?endpoint_override=127.0.0.1:9&scheme=http&region=us-east-1", http)
    assert (error.code, error.where) == ("fetch.unreachable", "s3://inbox/survey")


@pytest.mark.parametrize("option", ["endpoint=127.0.0.1:9", "secret_key=x"])
def test_an_option_that_arrow_does_not_know_is_said(http: Http, option: str) -> None:
    error = refusal(f"s3://inbox/survey?{option}", http)
    assert error.code == "fetch.unreachable"
    assert option.partition("=")[0] in error.found


def test_a_file_of_a_store_is_drafted_and_lands(survey: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `evidence new` and `evidence run` do it, with the store named by the environment."""
    from tests.servers.landing import landed_draft

    rows = "".join(f"E0501111{n},{year},{60 + n + year % 7}\n" for n in range(8) for year in (2023, 2024))
    survey.put("inbox/residents/residents_2024.csv", b"ward_code,year,agree_percent\n" + rows.encode())
    monkeypatch.setenv("AWS_ENDPOINT_URL", survey.url)
    declaration, count = landed_draft("s3://inbox/residents/residents_2024.csv", tmp_path)
    assert count == 16
    assert "s3://inbox/residents" in declaration
    assert json.dumps(SECRET) not in declaration
