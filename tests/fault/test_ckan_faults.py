"""CKAN under faults: what heals changes nothing, and what does not loses no file that was ever had."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from expectations.errors import EvidenceError
from expectations.sources import Ckan
from tasks.fetch import ckan
from tasks.fetch.http import Http, HttpSettings
from tasks.sample.ckan import CkanResponder
from tasks.sample.faults import Fault
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery, Part, Snapshot

FILES = ["april.csv", "may.csv"]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Two files, both of which the portal also has as tables; both only linked, so that each fetch asks for them."""
    with (tmp_path / "licences.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("ward", "licences"), *[(f"Ward {n}", n) for n in range(200)]])
    resources = [
        {
            "name": name,
            "format": "CSV",
            "file": name,
            "figures": "licences.csv",
            "datastore": True,
            "url_type": None,
            "id": name.partition(".")[0],
        }
        for name in FILES
    ]
    path = tmp_path / "licences.json"
    package = {"name": "hmo-licences", "title": "HMO licences", "modified": "2024-01-31T00:00:00", "resources": resources}
    path.write_text(json.dumps({"protocol": "ckan", "packages": [package]}))
    return path


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    settings = HttpSettings(allow_loopback=True, retries=2, backoff=0.01, jitter=0, read_timeout=10, total_timeout=60, max_bytes=200_000)
    with Http(settings, tmp_path / "scratch") as opened:
        yield opened


def fetched(server: SampleServer, http: Http, previous: Snapshot | None = None, datastore: str | None = None) -> Delivery:
    source = Ckan(site=server.at("/portal"), packages=["hmo-licences"], datastore=datastore)  # type: ignore[arg-type]
    return ckan.fetch(source, http, previous)


def kept(delivery: Delivery) -> Snapshot:
    facts = ("name", "sha256", "size", "url", "final_url", "status", "fetched_at", "media_type", "charset", "headers", "request", "labels")
    parts = tuple(Part(**{fact: getattr(part, fact) for fact in facts}) for part in delivery.parts)
    return Snapshot("1", "council.hmo_licences", parts, "2026-01-01T00:00:00+00:00", "run", delivery.release)


PASSING = ["reset", "short_body", "cut_gzip", "too_many", "server_error", "empty"]
LASTING = [
    ("reset", "fetch.truncated"),
    ("cut_gzip", "fetch.truncated"),
    ("too_many", "fetch.rate_limited"),
    ("server_error", "fetch.server_error"),
    ("empty", "fetch.empty"),
    ("html", "fetch.not_data"),
    ("login", "fetch.not_data"),
    ("bomb", "fetch.too_large"),
]


@pytest.mark.parametrize("path", ["/portal/api", "/portal/dataset"])
@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_that_passes_leaves_no_trace(manifest: Path, http: Http, kind: str, path: str) -> None:
    with SampleServer({"/portal": CkanResponder([manifest])}) as server:
        whole = fetched(server, http)
        server.inject(Fault(kind, path, times=1, retry_after="0", status=503))
        delivery = fetched(server, http)
    assert [(part.name, part.sha256) for part in delivery.parts] == [(part.name, part.sha256) for part in whole.parts]
    assert delivery.warnings == ()


@pytest.mark.parametrize(("kind", "code"), LASTING)
def test_a_catalogue_that_cannot_be_had_is_one_coded_error(manifest: Path, http: Http, kind: str, code: str) -> None:
    with SampleServer({"/portal": CkanResponder([manifest])}) as server:
        first = kept(fetched(server, http))
        server.inject(Fault(kind, "/portal/api", retry_after="0", size=5_000_000), Fault("html", "/login"))
        with pytest.raises(EvidenceError) as error:
            fetched(server, http, first)
    assert error.value.code == code


@pytest.mark.parametrize(("kind", "code"), LASTING)
def test_a_file_that_cannot_be_had_keeps_what_is_archived_and_is_an_error_where_nothing_is(
    manifest: Path, http: Http, kind: str, code: str
) -> None:
    with SampleServer({"/portal": CkanResponder([manifest])}) as server:
        first = kept(fetched(server, http))
        first = replace(first, parts=tuple(replace(part, headers={}) for part in first.parts))  # without validators every answer has a body
        broken = next(part.url.partition("/portal")[2] for part in first.parts if part.name == "may.csv")
        server.inject(Fault(kind, f"/portal{broken}", retry_after="0", size=5_000_000), Fault("html", "/login"))
        second = fetched(server, http, first)
        with pytest.raises(EvidenceError) as error:
            fetched(server, http)
    assert [(part.name, part.sha256) for part in second.parts] == [(part.name, part.sha256) for part in first.parts]
    assert second.parts[1].path is None
    assert [warning for warning in second.warnings if code in warning] == list(second.warnings) != []
    assert error.value.code == code
    assert "hmo-licences/may.csv" in error.value.where


@pytest.mark.parametrize(("kind", "code"), LASTING)
@pytest.mark.parametrize(("datastore", "path"), [("search", "/portal/api/3/action/datastore_search"), ("dump", "/portal/datastore")])
def test_a_table_that_cannot_be_had_is_one_coded_error(manifest: Path, http: Http, kind: str, code: str, datastore: str, path: str) -> None:
    with SampleServer({"/portal": CkanResponder([manifest], most_rows=70)}) as server:
        assert len(fetched(server, http, datastore=datastore).parts) == (6 if datastore == "search" else 2)
        server.inject(Fault(kind, path, retry_after="0", size=5_000_000), Fault("html", "/login"))
        with pytest.raises(EvidenceError) as error:
            fetched(server, http, datastore=datastore)
    assert error.value.code == code


def test_a_dump_that_ends_early_in_good_order_is_seen(manifest: Path, http: Http, tmp_path: Path) -> None:
    """A portal that fails within a stream ends it as if it were whole: only the count shows that rows are missing."""
    shorter = json.loads(manifest.read_text())
    whole = CkanResponder([manifest])
    (tmp_path / "short.csv").write_text("ward,licences\nWard 0,0\n")
    for resource in shorter["packages"][0]["resources"]:
        resource["figures"] = "short.csv"
    manifest.write_text(json.dumps(shorter))
    with (
        SampleServer({"/portal": whole, "/portal/datastore": _Below(CkanResponder([manifest]))}) as server,
        pytest.raises(EvidenceError) as error,
    ):
        fetched(server, http, datastore="dump")
    assert (error.value.code, error.value.expected, error.value.found) == ("fetch.truncated", "200 rows, as the datastore counts them", "1")
    assert list((tmp_path / "scratch").iterdir()) == []


class _Below:
    """A responder that is mounted one step below its own root."""

    def __init__(self, inner: CkanResponder) -> None:
        self._inner = inner

    def respond(self, request: Request) -> Response | None:
        return self._inner.respond(replace(request, path=f"/datastore{request.path}"))
