"""Mutations of the file: no data at all, a file cut short, a table that stands elsewhere, another wrapping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from tasks.rehearse.frame import Cell, Frame
from tasks.rehearse.mutation import Mutation, Pair, measure, mutation
from tasks.rehearse.writing import csv_bytes, geojson, workbook, write

_PAGE = b"""<!DOCTYPE html><html lang="en"><head><title>Sign in</title></head><body><h1>Service unavailable</h1>
<p>Sorry, there is a problem with the service. Try again later.</p><table><tr><td>1</td></tr></table></body></html>"""
_ERROR = b'{"error": {"code": 503, "message": "The service is unavailable", "details": []}}'
MOST_SHAPES = 4_000
_NOTES: Sequence[Sequence[Cell]] = (
    ("Official statistics: see the methodology before use",),
    ("Released 30 January 2025",),
    (),
)


def _bytes(name: str, content: bytes) -> Callable[[Frame, Random], Pair]:
    def to_file(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return lambda frame, random: Pair(frame, to_file)


def _cut_short(frame: Frame, random: Random) -> Pair | None:
    """The connection was cut in the middle of a record, well before the end."""
    name = measure(frame)
    if name is None or len(frame.rows) < 40 or len(frame.columns) < 4:
        return None
    content = csv_bytes(frame.with_rows(frame.rows[: len(frame.rows) * 3 // 5]))
    lines = content.rstrip(b"\n").rsplit(b"\n", 1)
    return _bytes("table.csv", lines[0] + b"\n" + lines[1][: len(lines[1]) // 3])(frame, random)


def _cut_archive(frame: Frame, random: Random) -> Pair:
    import gzip

    packed = gzip.compress(csv_bytes(frame), mtime=0)
    return _bytes("table.csv.gz", packed[: len(packed) // 2])(frame, random)


def _cut_workbook(frame: Frame, random: Random) -> Pair:
    def to_file(folder: Path) -> Path:
        path = workbook(frame, folder / "table.xlsx")
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return path

    return Pair(frame, to_file)


def _header_only(frame: Frame, random: Random) -> Frame:
    return frame.with_rows([])


def _preamble(frame: Frame, random: Random) -> Pair:
    return Pair(frame, lambda folder: write(frame, folder / "table.csv", above=_NOTES))


def _footnotes(frame: Frame, random: Random) -> Pair | None:
    if len(frame.columns) < 4 or len(frame.rows) < 30:
        return None
    notes: Sequence[Sequence[Cell]] = ((), ("Source: the department's own returns",), ("Note: figures are rounded to the nearest five",))
    return Pair(frame, lambda folder: write(frame, folder / "table.csv", below=notes))


def _other_sheet(frame: Frame, random: Random) -> Pair:
    """Of two workbooks, the later has a cover sheet and calls the sheet of the table otherwise."""
    covers = {"Cover": [["Statistics of the year"], ["Contact the statistics team"]]}
    return Pair(frame, lambda folder: workbook(frame, folder / "table.xlsx", "Table 1a", covers))


def _other_crs(frame: Frame, random: Random) -> Pair | None:
    """The same shapes, drawn in metres of the British grid instead of in degrees."""
    if not frame.shape.area_column or len(frame.rows) > MOST_SHAPES:
        return None
    degrees, metres = "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::27700"
    return Pair(
        lambda folder: geojson(frame, folder / "table.geojson", degrees, (-1.9, 52.48), 0.001),
        lambda folder: geojson(frame, folder / "table.geojson", metres, (406_000, 286_000), 100),
    )


def _wrapped(**options: object) -> Callable[[Frame, Random], Pair]:
    return lambda frame, random: Pair(frame, lambda folder: write(frame, folder / "table.csv", **options))


MUTATIONS: tuple[Mutation, ...] = (
    mutation("an HTML page", "not_data", "breaking", _bytes("table.csv", _PAGE)),
    mutation("an error text as JSON", "not_data", "breaking", _bytes("table.csv", _ERROR)),
    mutation("an error text in words", "not_data|empty", "breaking", _bytes("table.csv", b"Internal Server Error\n")),
    mutation("no bytes", "empty", "breaking", _bytes("table.csv", b"")),
    mutation("a header and nothing under it", "empty", "breaking", _header_only),
    mutation("cut in the middle of a record", "truncated", "breaking", _cut_short),
    mutation("a gzip cut short", "truncated", "breaking", _cut_archive),
    mutation("a workbook cut short", "truncated", "breaking", _cut_workbook),
    mutation("notes above the header", "layout_moved", "warning", _preamble),
    mutation("the table on another sheet", "layout_moved", "warning", _other_sheet),
    mutation("shapes in another reference system", "crs_changed", "breaking", _other_crs),
    mutation("a byte order mark came", "encoding_changed", "info", _wrapped(encoding="utf-8-sig")),
    mutation("line ends changed", "encoding_changed", "info", _wrapped(line_end="\r\n")),
    mutation("semicolons for commas", "encoding_changed", "info", _wrapped(delimiter=";")),
    mutation("another character set", "encoding_changed", "info", _wrapped(encoding="utf-16")),
)
HARMLESS: tuple[tuple[str, Callable[[Frame, Random], Pair | None]], ...] = (("footnotes below the table", _footnotes),)
