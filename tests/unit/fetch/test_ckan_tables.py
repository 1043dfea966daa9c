"""Tables of a CKAN datastore, page by page and as a dump; and the sample's answers beside those that CKAN 2.12 gave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tasks.fetch.http import Http, HttpSettings
from tasks.read import read
from tests.unit.fetch.card_spend import AUGUST, SEPTEMBER, fetched, figures, serving


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    with Http(HttpSettings(allow_loopback=True, retries=0), tmp_path / "scratch") as opened:
        yield opened


@pytest.mark.parametrize(("count", "cut", "pages"), [(3, 32_000, 1), (4, 2, 2), (5, 2, 3), (0, 2, 1)])
def test_a_table_of_the_datastore_comes_whole_though_the_portal_cuts_pages(
    tmp_path: Path, http: Http, connection: duckdb.DuckDBPyConnection, count: int, cut: int, pages: int
) -> None:
    rows = [("2016-08-11", str(number), "x") for number in range(count)]
    with serving(figures(tmp_path, [{**AUGUST, "datastore": True}, SEPTEMBER], rows), most_rows=cut) as server:
        delivery = fetched(server, http, datastore="search")
        assert {request.one("sort") for request in server.requests if request.one("limit") == "32000"} == {"_id"}
    names = [f"publish-spend-august-2016.xls-page-{number:04}.json" for number in range(1, pages + 1)]
    assert [part.name for part in delivery.parts] == names
    if count:
        found = []
        for number, part in enumerate(delivery.parts):
            assert part.path is not None
            read(part.path, connection, f"page_{number}")
            found += connection.execute(f'select "_id", "ORIGINAL GROSS AMT" from page_{number} order by _row').fetchall()
        assert found == [(str(number + 1), str(number)) for number in range(count)]


def test_a_dump_of_the_datastore_is_held_against_its_count(tmp_path: Path, http: Http) -> None:
    rows = [("2016-08-11", "1", "two\nlines"), ("2016-08-12", "2", "")]
    with serving(figures(tmp_path, [{**AUGUST, "datastore": True}], rows)) as server:
        delivery = fetched(server, http, datastore="dump")
    assert [part.name for part in delivery.parts] == ["publish-spend-august-2016.xls.csv"]
    assert delivery.parts[0].path is not None
    assert delivery.parts[0].path.read_bytes().startswith(b"\xef\xbb\xbf_id,TRANS DATE")


@pytest.mark.parametrize(
    ("action", "query", "status", "facts"),
    [
        ("datastore_search", {"resource_id": "r", "limit": "0"}, 200, {"limit": 0, "records": [], "total": 3}),
        ("datastore_search", {"resource_id": "r", "limit": "99999"}, 200, {"limit": 32_000, "total": 3}),
        ("datastore_search", {"resource_id": "r", "offset": "50"}, 200, {"limit": 100, "offset": 50, "records": [], "total": 3}),
        ("datastore_search", {"resource_id": "r", "limit": "x"}, 409, {"limit": ["Invalid integer", "Please enter an integer value"]}),
        ("datastore_search", {"resource_id": "r", "filters": '{"nocol": 1}'}, 409, {"filters": ["Unknown field: nocol"]}),
        ("datastore_search", {"resource_id": "nope"}, 404, {"message": 'Not found: Resource "nope" was not found.'}),
        ("package_show", {}, 409, {"name_or_id": ["Missing value"], "__type": "Validation Error"}),
        ("package_show", {"id": "nope"}, 404, {"message": "Not found", "__type": "Not Found Error"}),
        ("nosuch_action", {}, 400, "Bad request: Action name not known: nosuch_action"),
    ],
)
def test_the_sample_answers_as_ckan_2_12_was_seen_to(
    tmp_path: Path, http: Http, action: str, query: dict[str, str], status: int, facts: Any
) -> None:
    with serving(figures(tmp_path, [{**AUGUST, "id": "r", "datastore": True}])) as server:
        accepted = frozenset([400, 404, 409])
        received = http.get(server.at("/portal") + f"/api/3/action/{action}", params=query, name="answer", accept=accepted)
    answer = received.json()
    assert received.status == status
    if isinstance(facts, str):
        assert answer == facts
        return
    assert answer["success"] is (status == 200)
    told = answer["result" if status == 200 else "error"]
    assert {name: told[name] for name in facts} == facts
    if status == 200:
        assert told["fields"][:3] == [
            {"id": "_id", "type": "int"},
            {"id": "TRANS DATE", "type": "date"},
            {"id": "ORIGINAL GROSS AMT", "type": "numeric"},
        ]
