"""Street-level crime: the declared forces and months of an archive, or areas of the API, whole. Over real HTTP on this machine."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import Police
from tasks.fetch import police
from tasks.fetch.http import Http, HttpSettings
from tasks.sample.faults import Fault
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

MONTHS = ["2024-01", "2024-02", "2024-03"]
HEADER = "Crime ID,Month,Reported by,Longitude,Latitude,LSOA code,Crime type\n"


def archive(months: list[str] = MONTHS, forces: tuple[str, ...] = ("west-midlands", "warwickshire")) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as zipped:
        for month in months:
            for force in forces:
                zipped.writestr(f"{month}/{month}-{force}-street.csv", HEADER + f"1,{month},{force},-1.9,52.4,E01008881,Burglary\n")
                zipped.writestr(f"{month}/{month}-{force}-outcomes.csv", "Crime ID\n1\n")
    return written.getvalue()


class Service:
    """Dates, one archive and crimes within an area, as data.police.uk answers."""

    def __init__(self, content: bytes = b"", crimes: Any = None, months: Any = MONTHS) -> None:
        self.content, self.crimes, self.months = content or archive(), crimes, months

    def respond(self, request: Request) -> Response | None:
        if request.path == "/api/crimes-street-dates":
            dates = (
                [{"date": month, "stop-and-search": []} for month in reversed(self.months)]
                if isinstance(self.months, list)
                else self.months
            )
            return Response.of_json(dates)
        if request.path == f"/data/archive/{MONTHS[-1]}.zip":
            return Response(200, self.content, {"Content-Type": "application/zip"})
        if request.path.startswith("/api/crimes-street/"):
            own = [{"category": "burglary", "month": request.one("date"), "location": {"latitude": "52.4", "longitude": "-1.9"}}]
            return Response.of_json(own if self.crimes is None else self.crimes)
        return None


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    settings = HttpSettings(allow_loopback=True, retries=1, backoff=0.01, jitter=0, read_timeout=0.3, max_bytes=1_000_000)
    with Http(settings, tmp_path / "scratch") as opened:
        yield opened


def fetched(service: Service, http: Http, previous: Snapshot | None = None, faults: tuple[Fault, ...] = (), **arguments: Any) -> Delivery:
    with SampleServer({"/": service}, faults) as server:
        return police.fetch(Police(url=server.url, **(arguments or {"forces": ["west-midlands"]})), http, previous)


def test_an_archive_gives_the_months_of_the_declared_force_alone(http: Http, tmp_path: Path) -> None:
    delivery = fetched(Service(), http, forces=["west-midlands"], months=2)
    assert [part.name for part in delivery.parts] == ["2024-02-west-midlands-street.csv", "2024-03-west-midlands-street.csv"]
    assert [(part.labels["month"], part.labels["force"]) for part in delivery.parts] == [
        ("2024-02", "west-midlands"),
        ("2024-03", "west-midlands"),
    ]
    assert delivery.release == "2024-03" and not delivery.warnings
    assert all(part.path is not None and HEADER.encode() in part.path.read_bytes() for part in delivery.parts)
    assert len(list((tmp_path / "scratch").glob("*"))) == 2, "the archive itself is not left behind"


def test_a_month_that_a_force_did_not_deliver_is_said_and_the_newest_must_be_there(http: Http) -> None:
    assert fetched(Service(archive(["2024-01", "2024-03"])), http).warnings == ("the archive has no file of 2024-02 of west-midlands",)
    with pytest.raises(EvidenceError) as error:
        fetched(Service(archive(["2024-01", "2024-02"])), http)
    assert (error.value.code, error.value.found) == ("fetch.no_match", "none of 2024-03 of west-midlands")


def test_an_archive_that_came_already_is_not_asked_for_again(http: Http) -> None:
    with SampleServer({"/": Service()}) as server:
        source = Police(url=server.url, forces=["west-midlands"])
        first = police.fetch(source, http, None)
        again = police.fetch(source, http, kept(first))
        assert sum(request.path.endswith(".zip") for request in server.requests) == 1
    assert [part.path for part in again.parts] == [None] * 3


def test_the_api_gives_a_part_for_each_area_and_month(http: Http) -> None:
    delivery = fetched(Service(), http, areas={"E05011118": "52.5,-1.9:52.5,-1.8:52.4,-1.8"}, months=2)
    assert [part.name for part in delivery.parts] == ["E05011118-2024-02.json", "E05011118-2024-03.json"]
    assert delivery.parts[0].labels["area_code"] == "E05011118"


def test_an_area_with_too_many_crimes_is_told_as_such(http: Http) -> None:
    with pytest.raises(EvidenceError) as error:
        fetched(Service(), http, faults=(Fault("server_error", "/api/crimes-street/", status=503),), areas={"E05011118": "1,1:1,2:2,2"})
    assert error.value.code == "fetch.server_error" and "divide it into smaller areas" in error.value.todo


def test_an_outline_that_the_service_would_refuse_is_no_declaration() -> None:
    with pytest.raises(ValueError, match="simplify it"):
        Police(areas={"E05011118": ":".join(["52.123456,-1.123456"] * 250)})
    with pytest.raises(ValueError, match="and not both"):
        Police(areas={"a": "1,1"}, forces=["kent"])


def test_real_answers_of_the_api_are_taken_as_they_are(real_files: Path, http: Http) -> None:
    real = json.loads((real_files / "council" / "police" / "api_crime_month_2018_06_area_E05000649_0.json").read_text(encoding="utf-8"))
    service = Service(crimes=real, months=["2018-06"])
    delivery = fetched(service, http, areas={"E05000649": "51.5,-0.1:51.6,-0.1:51.6,-0.2"}, months=1)
    assert delivery.parts[0].labels["month"] == "2018-06" and delivery.parts[0].size > 10_000
