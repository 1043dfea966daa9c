"""Plain files when the site fails: no page in place of a file, whatever the file is to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import fetch
from tasks.fetch.http import Http
from tasks.sample.faults import Fault
from tasks.sample.plain_file import File, PlainFiles
from tasks.sample.server import SampleServer


def failed(server: SampleServer, http: Http, **item: Any) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        fetch("file", {"files": [{"name": "table.csv", "url": server.at("/files") + "/table.csv", **item}]}, http)
    return caught.value


@pytest.mark.parametrize("name", ["table.xlsx", "table.xls", "table.ods", "table.zip", "table.parquet", "table.json"])
def test_a_page_is_no_data_whatever_the_file_is_to_be(name: str, server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault("html"))
    assert failed(server, client(), name=name, url=f"{server.at('/files')}/{name}").code == "fetch.not_data"


def test_a_page_that_is_gone_or_is_no_page_is_a_coded_error(server: SampleServer, files: PlainFiles, client: Callable[..., Http]) -> None:
    wanted = {"url": None, "page": server.at("/files") + "/page", "link": "table"}
    assert failed(server, client(), **wanted).code == "fetch.gone"
    files.files["/page"] = File(b'{"not": "a page"}', "application/json")
    assert failed(server, client(), **wanted).code == "fetch.not_data"


def test_an_unknown_kind_of_source_lists_the_kinds(client: Callable[..., Http]) -> None:
    with pytest.raises(EvidenceError) as caught:
        fetch("ftp", {}, client())
    assert caught.value.code == "fetch.unknown_service" and "ees" in caught.value.expected
