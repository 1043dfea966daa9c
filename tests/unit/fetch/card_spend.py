"""A portal of card spending for tests of CKAN: packages of monthly workbooks, all with the same few rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from expectations.sources import Ckan
from tasks.fetch import ckan
from tasks.fetch.http import Http
from tasks.sample.ckan import CkanResponder
from tasks.sample.server import Request, SampleServer
from tasks.snapshot import Delivery, Snapshot

PACKAGE = "purchase-card-transactions"
MONTH = r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december)[- ](?P<year>\d{4})"
HEADER = ("TRANS DATE", "ORIGINAL GROSS AMT", "MERCHANT NAME")
ROWS = [("2016-08-11", "65.17", "shell kings 587"), ("2016-08-30", "-55.55", "w m morrison"), ("2016-08-23", "59.32", "")]
TYPES = {"TRANS DATE": "date", "ORIGINAL GROSS AMT": "number"}
AUGUST: dict[str, Any] = {
    "name": "Purchase Card Transactions - August 2016",
    "format": "XLS",
    "file": "publish-spend-august-2016.xls",
    "types": TYPES,
}
SEPTEMBER: dict[str, Any] = {
    "name": "Purchase card transaction - September 2016 ",
    "format": "",
    "file": "publishspendseptember.xls",
    "types": TYPES,
}


def figures(
    folder: Path, resources: Sequence[dict[str, Any]] = (AUGUST, SEPTEMBER), rows: Sequence[Sequence[str]] = ROWS, **package: Any
) -> Path:
    """A manifest of one package whose resources all hold the same rows, and of a second package of a later month."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "spend.csv").open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    placed = [{"figures": "spend.csv", "created": f"2016-09-{20 + place}T09:00:00", **each} for place, each in enumerate(resources)]
    first: dict[str, Any] = {
        "name": PACKAGE,
        "title": "Purchase Card Transactions",
        "modified": "2021-01-15T10:25:28",
        "resources": placed,
        **package,
    }
    later: dict[str, Any] = {
        "name": "april-2021-purchase-card-transactions",
        "title": "April 2021 Purchase Card Transactions",
        "modified": "2021-06-01T00:00:00",
    }
    later["resources"] = [
        {"figures": "spend.csv", "name": "april", "format": "XLS", "file": "publish-spend-april-21_.xls", "created": "2021-06-01"}
    ]
    other = {**later, "name": "bins", "title": "Bins", "resources": []}
    manifest = folder / "card_spend.json"
    manifest.write_text(json.dumps({"protocol": "ckan", "packages": [first, later, other]}))
    return manifest


def fetched(server: SampleServer, http: Http, previous: Snapshot | None = None, **arguments: Any) -> Delivery:
    wanted = {} if "search" in arguments else {"packages": [PACKAGE]}
    return ckan.fetch(Ckan(site=server.at("/portal"), **{**wanted, **arguments}), http, previous)


def serving(manifest: Path, **options: Any) -> SampleServer:
    return SampleServer({"/portal": CkanResponder([manifest], **options)})


def downloads(server: SampleServer) -> list[Request]:
    return [request for request in server.requests if "/download/" in request.path]
