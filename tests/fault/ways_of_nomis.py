"""Nomis as the fault suite asks it: nine areas with a figure each, in one page or several."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tasks.sample.nomis import NomisResponder
from tasks.sample.server import Responder
from tasks.sample.serving import NOMIS
from tasks.snapshot import Delivery
from tests.fault.ways import Ask, Paging, Way, Wrong, of_bytes, says

_TYPE = "2011 super output areas - middle layer"
_TABLE = f"{NOMIS}/dataset/NM_608_1"
_OVERVIEW = Ask("overview", f"{_TABLE}.overview.json", "json")
_STRUCTURE = Ask("structure", f"{_TABLE}.def.sdmx.json", "json")
_KINDS = Ask("kinds of area", f"{_TABLE}/geography/TYPE.def.sdmx.json", "json")
_CODES = Ask("codes", f"{_TABLE}/cell.def.sdmx.json", "json")
_DATA = Ask("figures", f"{_TABLE}.data.csv", "csv")
_PAGE = Ask("page", f"{_TABLE}.data.csv", "csv", asking="RecordLimit")
ARGUMENTS: Mapping[str, Any] = {
    "dataset": "NM_608_1",
    "expect_name": "KS201EW - Ethnic group",
    "geography": [{"type": _TYPE}],
    "dimensions": {"cell": "all"},
}


def figures(folder: Path, areas: int) -> Path:
    """A manifest with so many areas, one figure each."""
    listed = [(str(1946157000 + n), f"E{n:08}", f"Area {n}", "297", "") for n in range(areas)]
    _write(folder / "areas.csv", ("id", "code", "name", "type", "parents"), listed)
    _write(folder / "figures.csv", ("date", "area", "cell", "value"), [("2011", area[0], "0", str(n)) for n, area in enumerate(listed)])
    table = {
        "dataset": "NM_608_1",
        "name": "KS201EW - Ethnic group",
        "figures": "figures.csv",
        "last_updated": "2013-01-30 09:30:00",
        "dates": {"2011": "2011"},
        "dimensions": {"CELL": {"name": "Cell", "codes": {"0": "All usual residents"}}},
        "measures": {"20100": "value"},
    }
    path = folder / "nomis.json"
    path.write_text(json.dumps({"protocol": "nomis", "types": {"297": _TYPE}, "areas": "areas.csv", "tables": [table]}))
    return path


def records(delivery: Delivery) -> int:
    """The records of all CSV parts of a delivery."""
    found = 0
    for part in delivery.parts:
        if part.path is not None and part.name.endswith(".csv"):
            with part.path.open(encoding="utf-8-sig", newline="") as file:
                found += sum(1 for _ in csv.reader(file)) - 1
    return found


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def _serve(folder: Path) -> Mapping[str, Responder]:
    return {NOMIS: NomisResponder([figures(folder, 9)])}


def _pages(folder: Path, count: int) -> Mapping[str, Responder]:
    return {NOMIS: NomisResponder([figures(folder, count)], cells=3, cells_with_key=3)}


_NO_CODES = {"structure": {"codelists": None}}
_TWO_TYPES = {"structure": {"codelists": {"codelist": [{"code": [{"value": n, "description": {"value": _TYPE}} for n in (1, 2)]}]}}}
_BARE = b'"DATE","OBS_VALUE"\n"2011",1\n'

WAYS = (
    Way(
        "nomis",
        "nomis",
        ARGUMENTS,
        _serve,
        (_OVERVIEW, _STRUCTURE, _KINDS, _CODES, _DATA),
        wrong=(
            Wrong("no such dataset", "fetch.protocol", arguments={"dataset": "NM_9_9"}, says="dataset not found"),
            Wrong("another table than meant", "fetch.no_match", arguments={"expect_name": "TS021 - Ethnic group"}, says="KS201EW"),
            Wrong("no such category", "fetch.no_match", arguments={"dimensions": {"cell": ["Nobody"]}}, says="All usual residents"),
            Wrong("no such kind of area", "fetch.no_match", arguments={"geography": [{"type": "wards"}]}, says="none among 1"),
            Wrong("no such dimension", "fetch.no_match", arguments={"dimensions": {"age": "all"}}, says="dimensions CELL"),
            Wrong("a dimension that is not asked for", "fetch.no_match", arguments={"dimensions": {}}, says="the table also has CELL"),
            Wrong("a kind of area listed twice", "fetch.ambiguous", "kinds of area", says(_TWO_TYPES), says="2 of that name"),
            Wrong("an area dropped", "fetch.truncated", arguments={"geography": [{"codes": ["E00000001", "E99999999"]}]}, says="without"),
            Wrong("a date dropped", "fetch.truncated", arguments={"date": ["2011", "1066"]}, says="without 1066"),
            Wrong("an overview with an error", "fetch.protocol", "overview", says({"error": "dataset not found"}), says="not found"),
            Wrong("an overview of nothing", "fetch.protocol", "overview", says({"overview": None}), says="overview"),
            Wrong("an overview that is a list", "fetch.protocol", "overview", says([]), says="a JSON list"),
            Wrong("an overview that is no JSON", "fetch.protocol", "overview", says(b'{"overview": '), says="the body begins"),
            Wrong("a structure of nothing", "fetch.protocol", "structure", says({}), says="an empty object"),
            Wrong("a structure without it", "fetch.no_match", "structure", says({"structure": {"keyfamilies": None}}), says="none"),
            Wrong("a dimension without codes", "fetch.no_match", "codes", says(_NO_CODES), says="none"),
            Wrong("an error as text", "fetch.protocol", "figures", says(b"CELL is not valid", media_type="text/csv"), says="is not valid"),
            Wrong("a table without the count", "fetch.protocol", "figures", says(_BARE, media_type="text/csv"), says="DATE"),
            Wrong(
                "a table without a record",
                "fetch.truncated",
                "figures",
                of_bytes(lambda body: body.partition(b"\n")[0] + b"\n"),
                says="without 20100",
            ),
            Wrong("a record cut within", "fetch.truncated", "figures", of_bytes(lambda body: body.rstrip()[:-4]), says="26: 2011"),
            Wrong("no UTF-8", "fetch.protocol", "figures", of_bytes(lambda body: body.replace(b'"Area', b'"\xe9rea')), says="can't decode"),
            Wrong("no CSV", "fetch.protocol", "figures", of_bytes(lambda body: body.replace(b'"Area', b'"Area "x')), says="expected after"),
            Wrong("a count in words", "fetch.protocol", "figures", of_bytes(lambda body: body.replace(b",9\n", b",nine\n")), says="'nine'"),
            Wrong("another column", "fetch.protocol", "figures", of_bytes(lambda body: body.replace(b'"CELL"', b'"SELL"')), says="SELL"),
            Wrong(
                "a moving table", "fetch.truncated", "figures", of_bytes(lambda body: body.replace(b",2,9\n", b",1,9\n")), says="2 attempts"
            ),
        ),
        paging=(
            Paging("records with a key", "tasks.fetch.nomis.CELLS_A_PAGE_WITH_KEY", 100_000, _PAGE, _pages, records, beside=1),
            Paging("records", "tasks.fetch.nomis.CELLS_A_PAGE", 25_000, _PAGE, _pages, records, beside=1, without="NOMIS_UID"),
        ),
    ),
)
